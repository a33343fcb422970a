// SPDX-License-Identifier: GPL-2.0-only
// What files with Kokkos need to know about LAMMPS' KOKKOS package, and what differs there between
// the versions that this package supports (4 Feb 2025 with Kokkos 4.7 to 4 Jul 2026 with 5.1).
// Types that were renamed are taken from the member that has them.
#pragma once

#include "atom_kokkos.h"
#include "atom_masks.h"
#include "kokkos.h"
#include "kokkos_base.h"
#include "kokkos_type.h"
#include "neigh_list_kokkos.h"
#include "neigh_request.h"

#include <cstdlib>
#include <string>
#include <type_traits>
#include <utility>

namespace lbs::kokkos {

// LAMMPS' views of the atoms, on the device of a style. Newer versions can be built with floats.
template <class DeviceType>
using PositionView =
    std::decay_t<decltype(std::declval<LAMMPS_NS::AtomKokkos>().k_x.template view<DeviceType>())>;
template <class DeviceType>
using ForceView =
    std::decay_t<decltype(std::declval<LAMMPS_NS::AtomKokkos>().k_f.template view<DeviceType>())>;
template <class DeviceType>
using ChargeView =
    std::decay_t<decltype(std::declval<LAMMPS_NS::AtomKokkos>().k_q.template view<DeviceType>())>;
template <class DeviceType>
using TypeView = std::decay_t<
    decltype(std::declval<LAMMPS_NS::AtomKokkos>().k_type.template view<DeviceType>())>;
template <class DeviceType>
using TagView =
    std::decay_t<decltype(std::declval<LAMMPS_NS::AtomKokkos>().k_tag.template view<DeviceType>())>;
template <class DeviceType>
using MaskView = std::decay_t<
    decltype(std::declval<LAMMPS_NS::AtomKokkos>().k_mask.template view<DeviceType>())>;
static_assert(std::is_same_v<PositionView<LMPDeviceType>::non_const_value_type, double> &&
                  std::is_same_v<ForceView<LMPDeviceType>::non_const_value_type, double>,
              "the KOKKOS package of this LAMMPS is not in double precision throughout: leave the "
              "/kk styles out, with -D LBS_KOKKOS=OFF");

// Where the arrays of a style lie, for AtomKokkos::sync() and modified(). Newer LAMMPS tells the
// host memory of Kokkos from its own arrays.
template <class DeviceType>
constexpr LAMMPS_NS::ExecutionSpace SPACE = ExecutionSpaceFromDevice<DeviceType>::space;

// Whether a style runs on the host; in builds without a GPU all do.
template <class DeviceType> constexpr bool ON_HOST = std::is_same_v<DeviceType, LMPHostType>;

// Whether the kernels for devices are to run. On the host each style has a way of its own that
// suits processors better, unless a test asks for the kernels.
template <class DeviceType> bool by_kernels()
{
  return !ON_HOST<DeviceType> || std::getenv("LBS_KOKKOS_KERNELS") != nullptr;
}

// An array of the host as a view.
template <class Value> auto host_view(Value *data, std::size_t size)
{
  return Kokkos::View<Value *, Kokkos::HostSpace, Kokkos::MemoryUnmanaged>(data, size);
}

// Makes a view of one dimension at least this long; what it held is lost then.
template <class View> void grow(View &view, const std::string &label, std::size_t size)
{
  if (view.extent(0) >= size) return;
  view = View();    // first, for both may not fit
  view = View(Kokkos::view_alloc(label, Kokkos::WithoutInitializing), size);
}

// Buffers of communication, as styles get them.
template <class Function> struct BufferOf;
template <class Class, class Buffer> struct BufferOf<int (Class::*)(int, int, Buffer &)> {
  using type = Buffer;
};
using CommBuffer =
    typename BufferOf<decltype(&LAMMPS_NS::KokkosBase::pack_reverse_comm_kokkos)>::type;

// Turns a request for a neighbor list into one for a list of the KOKKOS package.
template <class DeviceType> void on_device(LAMMPS_NS::NeighRequest *request)
{
  request->set_kokkos_host(ON_HOST<DeviceType> && !std::is_same_v<DeviceType, LMPDeviceType>);
  request->set_kokkos_device(std::is_same_v<DeviceType, LMPDeviceType>);
}

}    // namespace lbs::kokkos
