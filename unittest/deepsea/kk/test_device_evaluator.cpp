// SPDX-License-Identifier: GPL-2.0-only
// All of an evaluation on the device against that of the CPU.
#include "deepsea/host/evaluated.hpp"
#include "device_cluster.hpp"

#include "deepsea/kk/device_evaluator_in.hpp"

#include <algorithm>
#include <vector>

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;

namespace {

template <class Case> class DeviceEvaluatorTest : public ::testing::Test {
 public:
  using Real = typename Case::Real;
  using Space = typename Case::Space;
  using Evaluator = device::DeviceEvaluatorIn<Real, Space>;
};
TYPED_TEST_SUITE(DeviceEvaluatorTest, Everywhere);

template <class Real> EvaluatorSettings settings_for()
{
  EvaluatorSettings settings;
  if (std::is_same_v<Real, float>) settings.arithmetic = EvaluatorSettings::Arithmetic::MIXED;
  return settings;
}

// Everything that is computed, on the device; `scale`: of all energies.
template <class Space, class Cluster_>
Evaluated evaluate(device::DeviceEvaluator<Space> &evaluator, const Cluster_ &cluster,
                   const Cluster &host, int types, device::HostSums &sums)
{
  auto const n = host.x.size();
  auto const zeros = [&](std::size_t columns) {
    return device::to_device<Space>("zeros", std::vector<double>(columns * n, 0.0));
  };
  auto const force = zeros(3);
  auto const energy = zeros(1);
  auto const atom_virial = zeros(9);
  auto const shared_virial = zeros(6);
  auto const scale = device::to_device<Space>("scale", std::vector<double>(types, 1.0));
  evaluator.set_rows(cluster.rows);
  sums = evaluator.evaluate({cluster.atoms, cluster.changed},
                            {force, energy, atom_virial, shared_virial, scale});
  Evaluated e{sums.energy, device::to_host(energy), {}, {}, {}, {}};
  std::copy(std::begin(sums.virial), std::end(sums.virial), e.virial.begin());
  auto const rows = [&](auto &to, const auto &from) {
    auto const numbers = device::to_host(from);
    to.resize(n);
    for (std::size_t i = 0; i < n; ++i)
      std::copy_n(numbers.data() + i * to[i].size(), to[i].size(), to[i].begin());
  };
  rows(e.force, force);
  rows(e.atom_virial, atom_virial);
  rows(e.shared_virial, shared_virial);
  return e;
}

// Largest differences, each relative to the largest number of its kind.
double relative_difference(const Evaluated &a, const Evaluated &b)
{
  double most = 0.0;
  auto const compare = [&](const auto &x, const auto &y, auto size) {
    double scale = 0.0;
    double difference = 0.0;
    for (decltype(size) i = 0; i < size; ++i) {
      scale = std::max(scale, std::fabs(x[i]));
      difference = std::max(difference, std::fabs(x[i] - y[i]));
    }
    EXPECT_GT(scale, 1.0e-3);    // zeros would agree with anything
    most = std::max(most, difference / scale);
  };
  compare(&a.energy, &b.energy, 1);
  compare(a.atom_energy, b.atom_energy, a.atom_energy.size());
  compare(a.virial, b.virial, a.virial.size());
  compare(a.force[0].data(), b.force[0].data(), 3 * a.force.size());
  compare(a.atom_virial[0].data(), b.atom_virial[0].data(), 9 * a.force.size());
  compare(a.shared_virial[0].data(), b.shared_virial[0].data(), 6 * a.force.size());
  return most;
}

// Clusters that the reduced form serves, that leave some centers over, and with neighbors that no
// table has; in chunks that are smaller than the cluster.
TYPED_TEST(DeviceEvaluatorTest, AgreesWithTheCpu)
{
  using Real = typename TestFixture::Real;
  using Space = typename TestFixture::Space;
  double const bound = std::is_same_v<Real, float> ? 3e-6 : 1e-12;
  RandomModel random(11);
  for (const ModelShape &shape : smooth_shapes()) {
    Model const model = random.make(shape);
    EvaluatorSettings const settings = settings_for<Real>();
    Evaluator cpu(model, settings);
    typename TestFixture::Evaluator evaluator(model, settings, 2.0e5);
    for (double const apart : {1.7, 0.9, 0.3}) {
      Cluster const cluster(random, 37, model.types(), 7.0, apart);
      DeviceCluster<Space> const on_device(cluster, model.types());
      Evaluated const expected = lbs::deepsea::testing::evaluate(cpu, cluster);
      device::HostSums sums;
      Evaluated const found = evaluate<Space>(evaluator, on_device, cluster, model.types(), sums);
      EXPECT_LT(relative_difference(expected, found), bound) << "apart " << apart;
      EXPECT_EQ(sums.bad_center, -1);
    }
  }
}

// The same without tables.
TYPED_TEST(DeviceEvaluatorTest, AgreesWithTheCpuWithoutTables)
{
  using Real = typename TestFixture::Real;
  using Space = typename TestFixture::Space;
  double const bound = std::is_same_v<Real, float> ? 3e-6 : 1e-12;
  RandomModel random(12);
  EvaluatorSettings settings = settings_for<Real>();
  settings.table_error = 0.0;
  for (const ModelShape &shape : smooth_shapes()) {
    Model const model = random.make(shape);
    Evaluator cpu(model, settings);
    typename TestFixture::Evaluator evaluator(model, settings, 1.0e9);
    Cluster const cluster(random, 21, model.types(), 6.0, 0.8);
    DeviceCluster<Space> const on_device(cluster, model.types());
    Evaluated const expected = lbs::deepsea::testing::evaluate(cpu, cluster);
    device::HostSums sums;
    Evaluated const found = evaluate<Space>(evaluator, on_device, cluster, model.types(), sums);
    EXPECT_LT(relative_difference(expected, found), bound);
  }
}

// Short pairs, excluded pairs of types and atoms that are not of the model.
TYPED_TEST(DeviceEvaluatorTest, SeesWhatTheCpuSees)
{
  using Real = typename TestFixture::Real;
  using Space = typename TestFixture::Space;
  RandomModel random(13);
  Model model = random.make(ModelShape());
  model.excluded[1] = 1;
  for (double &bound : model.shortest) bound = 1.4;
  Cluster cluster(random, 37, model.types(), 7.0, 1.1);
  cluster.type[4] = cluster.type[9] = -1;
  EvaluatorSettings const settings = settings_for<Real>();
  Evaluator cpu(model, settings);
  typename TestFixture::Evaluator evaluator(model, settings, 1.0e9);
  Evaluated const expected = lbs::deepsea::testing::evaluate(cpu, cluster);
  device::HostSums sums;
  DeviceCluster<Space> const on_device(cluster, model.types());
  Evaluated const found = evaluate<Space>(evaluator, on_device, cluster, model.types(), sums);
  double const bound = std::is_same_v<Real, float> ? 3e-6 : 1e-12;
  EXPECT_LT(relative_difference(expected, found), bound);
  EXPECT_GT(sums.short_pairs.count, 2);
  EXPECT_EQ(sums.short_pairs.count, cpu.short_pairs().count);
  EXPECT_DOUBLE_EQ(sums.short_pairs.distance, cpu.short_pairs().distance);
  EXPECT_EQ(sums.short_pairs.bound, cpu.short_pairs().bound);
}

// Atoms on top of each other and places that are no numbers; sound ones are no bad centers.
TYPED_TEST(DeviceEvaluatorTest, TellsOfBadCenters)
{
  using Real = typename TestFixture::Real;
  using Space = typename TestFixture::Space;
  RandomModel random(14);
  for (const ModelShape &shape : {ModelShape(), wide_shape()}) {
    Model const model = random.make(shape);
    Cluster const sound(random, 37, model.types(), 7.0, 1.7);
    typename TestFixture::Evaluator evaluator(model, settings_for<Real>(), 1.0e9);
    auto const bad_center = [&](const Cluster &cluster) {
      device::HostSums sums;
      DeviceCluster<Space> const on_device(cluster, model.types());
      evaluate<Space>(evaluator, on_device, cluster, model.types(), sums);
      return sums.bad_center;
    };
    EXPECT_EQ(bad_center(sound), -1);
    Cluster overlap = sound;
    overlap.x[11] = overlap.x[30];
    EXPECT_EQ(bad_center(overlap), 11);
    Cluster lost = sound;
    lost.x[17][1] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_GE(bad_center(lost), 0);
  }
}

// Types that have changed since the rows were made are told, instead of wrong sums.
TYPED_TEST(DeviceEvaluatorTest, TellsOfChangedTypes)
{
  using Space = typename TestFixture::Space;
  RandomModel random(15);
  Model const model = random.make(ModelShape());
  Cluster const cluster(random, 37, model.types(), 7.0, 1.7);
  typename TestFixture::Evaluator evaluator(model, settings_for<typename TestFixture::Real>(),
                                            1.0e9);
  DeviceCluster<Space> const on_device(cluster, model.types());
  device::HostSums sums;
  evaluate<Space>(evaluator, on_device, cluster, model.types(), sums);
  EXPECT_FALSE(sums.types_changed);
  Kokkos::deep_copy(on_device.changed, 1);
  evaluate<Space>(evaluator, on_device, cluster, model.types(), sums);
  EXPECT_TRUE(sums.types_changed);
}

}    // namespace
