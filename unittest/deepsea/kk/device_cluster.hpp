// SPDX-License-Identifier: GPL-2.0-only
// Kokkos for the whole of a test program, and a cluster of atoms on the device.
#pragma once

#include "deepsea/kk/atom_records.hpp"
#include "deepsea/kk/neighbor_rows.hpp"
#include "deepsea/random_model.hpp"

#include <gtest/gtest.h>

#include <Kokkos_Core.hpp>

#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

namespace lbs::deepsea::testing {

class KokkosRuns : public ::testing::Environment {
 public:
  void SetUp() override { guard_ = std::make_unique<Kokkos::ScopeGuard>(); }
  void TearDown() override { guard_.reset(); }

 private:
  std::unique_ptr<Kokkos::ScopeGuard> guard_;
};
inline ::testing::Environment *const KOKKOS_RUNS =
    ::testing::AddGlobalTestEnvironment(new KokkosRuns);

// An arithmetic on a space.
template <class RealType, class SpaceType> struct On {
  using Real = RealType;
  using Space = SpaceType;
};
#if defined(KOKKOS_ENABLE_SERIAL) && !defined(LBS_NO_SERIAL_KOKKOS)
using Everywhere = ::testing::Types<On<double, Kokkos::DefaultExecutionSpace>,
                                    On<float, Kokkos::DefaultExecutionSpace>,
                                    On<double, Kokkos::Serial>, On<float, Kokkos::Serial>>;
#else
using Everywhere = ::testing::Types<On<double, Kokkos::DefaultExecutionSpace>,
                                    On<float, Kokkos::DefaultExecutionSpace>>;
#endif

// What a kernel must overwrite.
template <class T, class Space>
device::Array<T, Space> poisoned(const std::string &label, std::size_t size)
{
  return device::to_device<Space>(label, std::vector<T>(size, std::numeric_limits<T>::quiet_NaN()));
}

// The lists of a cluster in the memory of the device, in a layout of LAMMPS or the other one.
template <class Space, class Layout = typename Space::array_layout> struct DeviceCluster {
  using List = Kokkos::View<const int **, Layout, Space>;
  using Places = Kokkos::View<const double *[3], Layout, Space>;

  device::Array<int, Space> ilist, numneigh, type, home;
  List neighbors;
  Places x;
  device::NeighborRows<Space> rows;
  device::Array<device::AtomRecord, Space> atoms;
  device::Array<double, Space> force;
  device::Array<int, Space> changed = device::to_device<Space>("changed", std::vector<int>{0});

  DeviceCluster(const Cluster &cluster, int types)
  {
    auto const n = static_cast<int>(cluster.x.size());
    ilist = device::to_device<Space>("ilist", cluster.index);
    numneigh = device::to_device<Space>("numneigh", cluster.numneigh);
    type = device::to_device<Space>("type", cluster.type);
    std::vector<int> self(n);
    std::iota(self.begin(), self.end(), 0);
    home = device::to_device<Space>("home", self);
    int longest = 0;
    for (int const count : cluster.numneigh) longest = std::max(longest, count);
    Kokkos::View<int **, Layout, Space> const list("list", n, longest);
    Kokkos::View<double *[3], Layout, Space> const places("x", n);
    auto host_list = Kokkos::create_mirror_view(list);
    auto host_places = Kokkos::create_mirror_view(places);
    for (int i = 0; i < n; ++i) {
      for (int k = 0; k < cluster.numneigh[i]; ++k) host_list(i, k) = cluster.rows[i][k];
      for (int a = 0; a < 3; ++a) host_places(i, a) = cluster.x[i][a];
    }
    Kokkos::deep_copy(list, host_list);
    Kokkos::deep_copy(places, host_places);
    neighbors = list;
    x = places;
    rows.make(device::ListSlices<List, Space>{n, ilist, numneigh, neighbors, 0x1FFFFFFF}, type,
              types);
    atoms = device::uninitialized<device::AtomRecord, Space>("atoms", n);
    force = poisoned<double, Space>("force", 3 * cluster.x.size());
    using Types = device::Slice<const int, Space>;
    device::PackAtoms<Places, Types, Space>{x, type, type, home, atoms, force, changed}.launch(n);
  }
};

}    // namespace lbs::deepsea::testing
