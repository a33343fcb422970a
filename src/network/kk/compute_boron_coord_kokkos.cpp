// SPDX-License-Identifier: GPL-2.0-only
#include "compute_boron_coord_kokkos.h"

#include "bond_count.hpp"

#include "lammps/first_message.h"
#include "lammps/kokkos_adapter.h"

#include "atom.h"
#include "error.h"

#include <algorithm>
#include <string>

using namespace LAMMPS_NS;
using lbs::kokkos::by_kernels;
using lbs::kokkos::grow;
using lbs::kokkos::host_view;
using lbs::kokkos::SPACE;
using lbs::network::AtomBox;
using lbs::network::Role;

template <class DeviceType>
ComputeBoronCoordKokkos<DeviceType>::ComputeBoronCoordKokkos(LAMMPS *lmp, int narg, char **arg)
    : ComputeBoronCoord(lmp, narg, arg), by_kernels_(by_kernels<DeviceType>())
{
  kokkosable = 1;
  atomKK = static_cast<AtomKokkos *>(atom);
  execution_space = SPACE<DeviceType>;
  datamask_read = X_MASK | TYPE_MASK | MASK_MASK | TAG_MASK;
  datamask_modify = EMPTY_MASK;
}

template <class DeviceType>
template <class Kernel>
void ComputeBoronCoordKokkos<DeviceType>::give_atoms(Kernel &kernel) const
{
  kernel.x = atomKK->k_x.template view<DeviceType>();
  kernel.type = atomKK->k_type.template view<DeviceType>().data();
  kernel.mask = atomKK->k_mask.template view<DeviceType>().data();
  kernel.role_of_type = d_role_.data();
}

template <class DeviceType> void ComputeBoronCoordKokkos<DeviceType>::find_census()
{
  atomKK->sync(execution_space, datamask_read);
  if (!by_kernels_) {
    ComputeBoronCoord::find_census();
    return;
  }
  bonds_.check_ghosts();
  if (d_role_.extent(0) == 0) {
    grow(d_role_, "lbs::role", bonds_.type_role.size());
    Kokkos::deep_copy(d_role_, host_view(bonds_.type_role.data(), bonds_.type_role.size()));
    grow(d_count_, "lbs::count", 4 * lbs::network::CountBonds<DeviceType>::ENTRIES);
  }
  lbs::network::FindBox<DeviceType> find_box;
  give_atoms(find_box);
  find_box.border_bit = bonds_.border_bit();
  AtomBox box;
  Kokkos::parallel_reduce("boron/coord::box", Kokkos::RangePolicy<DeviceType>(0, atom->nlocal),
                          find_box, box);
  check_atoms(box.trouble);
  census_ = {};
  grow_coordination();
  grow(d_coordination_, "lbs::coordination", atom->nlocal);
  if (box.low[0] <= box.high[0]) count_in(box.low, box.high);
  else Kokkos::deep_copy(DeviceType(), d_coordination_, 0.0);
}

// Stops if something is wrong with an atom of any rank.
template <class DeviceType> void ComputeBoronCoordKokkos<DeviceType>::check_atoms(int trouble)
{
  std::string mine;
  if (trouble != lbs::network::NO_ATOM) {
    atomKK->sync(Host, datamask_read);
    mine = bonds_.find_trouble();
  }
  auto const message = lbs::first_message(mine, world);
  if (!message.empty()) error->all(FLERR, "compute boron/coord: {}", message);
}

template <class DeviceType>
void ComputeBoronCoordKokkos<DeviceType>::count_in(const double (&low)[3], const double (&high)[3])
{
  int const atoms = atom->nlocal + atom->nghost;
  DeviceType const device;
  auto const grid = lbs::network::lay_cells(low, high, bonds_.cutoffs.longest(), atoms);
  grow(d_first_, "lbs::first", grid.size());
  grow(d_next_, "lbs::next", atoms);
  Kokkos::deep_copy(device, d_first_, -1);
  lbs::network::FillCells<DeviceType> fill;
  give_atoms(fill);
  fill.grid = grid;
  fill.first = d_first_.data();
  fill.next = d_next_.data();
  Kokkos::parallel_for("boron/coord::cells", Kokkos::RangePolicy<DeviceType>(0, atoms), fill);

  Kokkos::deep_copy(device, d_count_, 0);
  using Count = lbs::network::CountBonds<DeviceType>;
  Count count(bonds_.cutoffs);
  static_assert(sizeof(Count) < 512, "a launch would wait for the one before");
  give_atoms(count);
  count.grid = grid;
  count.first = d_first_.data();
  count.next = d_next_.data();
  count.group_bit = groupbit;
  count.coordination = d_coordination_.data();
  count.count = d_count_.data();
  Kokkos::parallel_for("boron/coord::bonds", Kokkos::RangePolicy<DeviceType>(0, atom->nlocal),
                       count);
  long long numbers[4 * Count::ENTRIES] = {};
  Kokkos::deep_copy(host_view(numbers, 4 * Count::ENTRIES), d_count_);
  auto const take = [&](Role role, auto &histogram) {
    std::copy_n(numbers + static_cast<int>(role) * Count::ENTRIES, Count::ENTRIES,
                histogram.begin());
  };
  take(Role::BORON, census_.boron);
  take(Role::SILICON, census_.silicon);
  take(Role::OXYGEN, census_.oxygen);
}

template <class DeviceType> void ComputeBoronCoordKokkos<DeviceType>::find_coordination()
{
  std::size_t const size = by_kernels_ ? atom->nlocal : 0;
  if (size == 0) return;
  Kokkos::deep_copy(
      host_view(coordination_, size),
      Kokkos::subview(d_coordination_, Kokkos::pair<std::size_t, std::size_t>(0, size)));
}

template <class DeviceType> double ComputeBoronCoordKokkos<DeviceType>::memory_usage()
{
  auto const ints = d_first_.extent(0) + d_next_.extent(0);
  return ComputeBoronCoord::memory_usage() + static_cast<double>(ints) * sizeof(int) +
         static_cast<double>(d_coordination_.extent(0)) * sizeof(double);
}

namespace LAMMPS_NS {
template class ComputeBoronCoordKokkos<LMPDeviceType>;
#ifdef LMP_KOKKOS_GPU
template class ComputeBoronCoordKokkos<LMPHostType>;
#endif
}    // namespace LAMMPS_NS
