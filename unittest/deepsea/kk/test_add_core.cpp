// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/kk/add_core.hpp"
#include "device_chunk.hpp"

#include "deepsea/zbl_core.hpp"

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;

namespace {

template <class Case> class AddCoreTest : public OnDevice<Case> {
};
TYPED_TEST_SUITE(AddCoreTest, Everywhere);

TYPED_TEST(AddCoreTest, AgreesWithTheCpu)
{
  using Space = typename TestFixture::Space;
  constexpr double UNIT = 23.06;
  ModelShape const shape;
  int const types = static_cast<int>(shape.elements.size());
  RandomModel random(3);
  Cluster cluster(random, 31, types, 6.0, 0.7);
  cluster.type[4] = -1;
  ZblCore const core(shape.elements, 1.0, 2.5);
  std::size_t const n = cluster.x.size();
  std::vector<double> force(3 * n, 0.5);
  std::vector<double> energy(n, 0.25);
  std::vector<double> atom_virial(9 * n, 0.125);
  std::vector<double> shared_virial(6 * n, 1.0);
  auto const device_force = device::to_device<Space>("f", force);
  auto const device_energy = device::to_device<Space>("e", energy);
  auto const device_atom_virial = device::to_device<Space>("v", atom_virial);
  auto const device_shared_virial = device::to_device<Space>("s", shared_virial);
  Results results;
  results.force = reinterpret_cast<double(*)[3]>(force.data());
  results.atom_energy = energy.data();
  results.atom_virial = reinterpret_cast<double(*)[9]>(atom_virial.data());
  results.shared_virial = reinterpret_cast<double(*)[6]>(shared_virial.data());
  EXPECT_EQ(core.add(cluster.atoms(), UNIT, results), -1);

  auto const run = [&](const Cluster &of) {
    DeviceCluster<Space> const on_device(of, types);
    auto const pairs = device::to_device<Space>("pairs", core.pairs());
    auto const sums = device::uninitialized<device::ChunkSums, Space>("sums", 1);
    device::AddCore<Space>{
        on_device.rows.slices(),
        on_device.atoms,
        pairs,
        types,
        core.inner(),
        core.outer(),
        UNIT,
        {device_force, device_energy, device_atom_virial, device_shared_virial, {}}}
        .launch(on_device.rows.count(), sums);
    return device::to_host(sums).front();
  };
  device::ChunkSums const sums = run(cluster);
  EXPECT_GT(results.energy, 10.0);
  EXPECT_NEAR(sums.energy, results.energy, 1.0e-13 * results.energy);
  std::vector<double> const virial(results.virial, results.virial + 9);
  constexpr double ERROR = 1.0e-13;
  EXPECT_LT(relative_difference(virial, std::vector<double>(sums.virial, sums.virial + 9)), ERROR);
  EXPECT_LT(relative_difference(force, device::to_host(device_force)), ERROR);
  EXPECT_LT(relative_difference(energy, device::to_host(device_energy)), ERROR);
  EXPECT_LT(relative_difference(atom_virial, device::to_host(device_atom_virial)), ERROR);
  EXPECT_LT(relative_difference(shared_virial, device::to_host(device_shared_virial)), ERROR);
  EXPECT_EQ(sums.bad_center, -1);

  cluster.x[9] = cluster.x[20];
  EXPECT_EQ(run(cluster).bad_center, 9);
}

}    // namespace
