// SPDX-License-Identifier: GPL-2.0-only
// All of an evaluation on the device against that of the CPU.
#include "deepsea/host/evaluated.hpp"
#include "device_cluster.hpp"

#include "deepsea/kokkos/device_evaluator_in.hpp"

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
  sums = evaluator.evaluate({cluster.atoms, cluster.changed}, {force, energy, atom_virial, shared_virial, scale});
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

TYPED_TEST(DeviceEvaluatorTest, AgreesWithTheCpu)
{
  using Real = typename TestFixture::Real;
  using Space = typename TestFixture::Space;
  RandomModel random(11);
  for (const ModelShape &shape : smooth_shapes())
    for (double const apart : {1.7, 0.9, 0.3}) {
      Model const model = random.make(shape);
      Cluster const cluster(random, 37, model.types(), 7.0, apart);
      DeviceCluster<Space> const on_device(cluster, model.types());
      EvaluatorSettings const settings = settings_for<Real>();
      Evaluator cpu(model, settings);
      Evaluated const expected = lbs::deepsea::testing::evaluate(cpu, cluster);
      typename TestFixture::Evaluator evaluator(model, settings, 2.0e5);
      device::HostSums sums;
      Evaluated const found = evaluate<Space>(evaluator, on_device, cluster, model.types(), sums);
      double const bound = std::is_same_v<Real, float> ? 3e-6 : 1e-12;
      EXPECT_LT(relative_difference(expected, found), bound)
          << "apart " << apart;
      EXPECT_EQ(sums.bad_center, -1);
    }
}

}    // namespace
