// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/kk/neighbor_rows.hpp"
#include "device_cluster.hpp"

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;

namespace {

// A space and a layout of LAMMPS' arrays.
template <class SpaceType, class LayoutType> struct In {
  using Space = SpaceType;
  using Layout = LayoutType;
};
using Layouts = ::testing::Types<In<Kokkos::DefaultExecutionSpace, Kokkos::LayoutLeft>,
                                 In<Kokkos::DefaultExecutionSpace, Kokkos::LayoutRight>>;

template <class Case> class NeighborRowsTest : public ::testing::Test {
};
TYPED_TEST_SUITE(NeighborRowsTest, Layouts);

constexpr int TYPES = 3;

TYPED_TEST(NeighborRowsTest, AreSortedByTypes)
{
  RandomModel random(4);
  Cluster cluster(random, 41, TYPES, 7.0, 0.5);
  for (int i = 3; i < 41; i += 7) cluster.type[i] = -1;    // not of the model
  cluster.rows[5].clear();                                 // no neighbors
  cluster.numneigh[5] = 0;
  cluster.rows[8][0] |= 1 << 30;    // a bit that is not of the index
  DeviceCluster<typename TypeParam::Space, typename TypeParam::Layout> const device(cluster, TYPES);
  auto const center = device::to_host(device.rows.slices().center);
  auto const start = device::to_host(device.rows.slices().start);
  auto const neighbor = device::to_host(device.rows.slices().neighbor);
  int row = 0;
  std::int64_t place = 0;
  for (int t = 0; t < TYPES; ++t) {
    EXPECT_EQ(device.rows.first()[t], row);
    for (int i = 0; i < 41; ++i) {
      if (cluster.type[i] != t) continue;
      ASSERT_EQ(center[row], i);
      for (int other = 0; other < TYPES; ++other) {
        EXPECT_EQ(start[row * TYPES + other], place);
        for (int const entry : cluster.rows[i]) {
          int const j = entry & 0x1FFFFFFF;
          if (cluster.type[j] != other) continue;
          EXPECT_EQ(neighbor[place++], j);
        }
      }
      ++row;
    }
  }
  EXPECT_EQ(device.rows.count(), row);
  EXPECT_EQ(row, 35);
  EXPECT_EQ(start[row * TYPES], place);
  EXPECT_GT(place, 500);
}

// A second list that is shorter uses the arrays of the first.
TYPED_TEST(NeighborRowsTest, AreMadeAgain)
{
  using Space = typename TypeParam::Space;
  RandomModel random(4);
  Cluster const large(random, 41, TYPES, 7.0, 0.5);
  Cluster const small(random, 9, TYPES, 7.0, 0.5);
  DeviceCluster<Space, typename TypeParam::Layout> device(large, TYPES);
  DeviceCluster<Space, typename TypeParam::Layout> const alone(small, TYPES);
  device.rows.make(
      device::ListSlices<decltype(alone.neighbors), Space>{9, alone.ilist, alone.numneigh,
                                                           alone.neighbors, 0x1FFFFFFF},
      alone.type, TYPES);
  ASSERT_EQ(device.rows.count(), 9);
  auto const mine = device::to_host(device.rows.slices().start);
  auto const expected = device::to_host(alone.rows.slices().start);
  for (int entry = 0; entry <= 9 * TYPES; ++entry) EXPECT_EQ(mine[entry], expected[entry]);
}

// Places of atoms in either layout, and the types that rows were made with.
TYPED_TEST(NeighborRowsTest, AtomsArePacked)
{
  using Space = typename TypeParam::Space;
  RandomModel random(4);
  Cluster cluster(random, 11, TYPES, 7.0, 0.5);
  DeviceCluster<Space, typename TypeParam::Layout> const device(cluster, TYPES);
  auto const atoms = device::to_host(device.atoms);
  for (int i = 0; i < 11; ++i) {
    EXPECT_EQ(atoms[i].x, cluster.x[i][0]);
    EXPECT_EQ(atoms[i].y, cluster.x[i][1]);
    EXPECT_EQ(atoms[i].z, cluster.x[i][2]);
    EXPECT_EQ(atoms[i].type, cluster.type[i]);
    EXPECT_EQ(atoms[i].home, i);
  }
  for (double const f : device::to_host(device.force)) EXPECT_EQ(f, 0.0);
  EXPECT_EQ(device::to_host(device.changed)[0], 0);

  ++cluster.type[4];
  auto const other = device::to_device<Space>("type", cluster.type);
  using Places = typename DeviceCluster<Space, typename TypeParam::Layout>::Places;
  using Types = device::Slice<const int, Space>;
  device::PackAtoms<Places, Types, Space>{device.x,     other,        device.type,   device.home,
                                          device.atoms, device.force, device.changed}
      .launch(11);
  EXPECT_EQ(device::to_host(device.changed)[0], 1);
}

}    // namespace
