// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/kk/scatter_forces.hpp"
#include "device_chunk.hpp"

#include "deepsea/kk/chunk_sums.hpp"

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;

namespace {

template <class Case> class ScatterForcesTest : public OnDevice<Case> {
};
TYPED_TEST_SUITE(ScatterForcesTest, Everywhere);

constexpr double SCALE[] = {1.0, 0.5, 2.0};    // by type

// What the kernel adds to, by the CPU's loops.
struct Expected {
  std::vector<double> force, energy, atom_virial, shared_virial;
  double total = 0.0;
  std::vector<double> virial = std::vector<double>(9);
};

template <class Chunk>
void add_run(const Chunk &at, int c, int t, const lbs::AlignedVector<double> &q, Expected &expected)
{
  int const atom = at.center[c];
  double const scale = SCALE[at.type(c)];
  std::size_t const pair = at.model.pair(at.type(c), t);
  auto const vectors = at.run_of(c, t);
  NeighborRun const run = vectors.run();
  RunRows rows;
  rows.fit(run.count);
  environment_rows(run, at.form.constants[pair], rows);
  collect(run, at.form.constants[pair], q, rows);
  std::size_t const room = vectors.x.size();
  std::vector<double> g(3 * room);
  double total[3] = {};
  double product[9] = {};
  pair_gradients(run, rows, g.data(), g.data() + room, g.data() + 2 * room, total, product);
  for (int a = 0; a < 3; ++a) expected.force[3 * atom + a] += scale * total[a];
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) expected.virial[3 * a + b] -= scale * product[3 * b + a];
  for (int n = 0; n < run.count; ++n) {
    int const j = run.atom[n];
    double const d[3] = {run.x[n], run.y[n], run.z[n]};
    for (int a = 0; a < 3; ++a) {
      double const f = -scale * g[a * room + n];
      expected.force[3 * j + a] += f;
      for (int b = 0; b < 3; ++b) expected.atom_virial[9 * j + 3 * b + a] += d[b] * f;
    }
    constexpr int FIRST[6] = {0, 1, 2, 0, 0, 1};
    constexpr int SECOND[6] = {0, 1, 2, 1, 2, 2};
    for (int k = 0; k < 6; ++k) {
      auto const part = [&](int a, int b) { return -scale * d[a] * g[b * room + n]; };
      double const v = 0.5 * (part(FIRST[k], SECOND[k]) + part(SECOND[k], FIRST[k]));
      expected.shared_virial[6 * atom + k] += 0.5 * v;
      expected.shared_virial[6 * j + k] += 0.5 * v;
    }
  }
}

TYPED_TEST(ScatterForcesTest, AgreesWithTheCpu)
{
  using Real = typename TestFixture::Real;
  using Space = typename TestFixture::Space;
  typename TestFixture::Chunk at(ModelShape(), Form::GENERAL, 0.9);
  std::size_t const atoms = at.cluster.x.size();
  auto const products = at.fill(at.buffers.moments, at.chunk.sizes.moments);
  std::vector<double> energies;
  for (int c = 0; c < at.chunk.count; ++c) energies.push_back(at.random.normal());
  at.buffers.energy = device::to_device<Space>("energies", energies);
  constexpr int UNSERVED = 7;
  std::vector<device::CenterReport> reports(at.chunk.count);
  for (auto &report : reports) report.served = true;
  reports[UNSERVED].served = false;
  at.buffers.reports = device::to_device<Space>("reports", reports);
  auto const zeros = [&](int columns) {
    return device::to_device<Space>("zeros", std::vector<double>(columns * atoms, 0.0));
  };
  auto const force = zeros(3);
  auto const energy = zeros(1);
  auto const atom_virial = zeros(9);
  auto const shared_virial = zeros(6);
  auto const scale =
      device::to_device<Space>("scale", std::vector<double>(std::begin(SCALE), std::end(SCALE)));
  device::ScatterForces<Real, Space>{at.evaluator.model().slices(),
                                     at.centers,
                                     at.evaluator.model().most_rows,
                                     at.buffers.moments,
                                     at.buffers.reports,
                                     at.buffers.energy,
                                     at.buffers.sums,
                                     {force, energy, atom_virial, shared_virial, scale}}
      .launch();
  auto const sums = device::to_device<Space>("sums", std::vector<device::ChunkSums>(2));
  auto const changed = device::to_device<Space>("changed", std::vector<int>{0});
  device::SumCenters<Space>{at.centers, at.buffers.reports, at.buffers.sums, changed}.launch(sums,
                                                                                             1);

  Expected expected;
  expected.force.resize(3 * atoms);
  expected.energy.resize(atoms);
  expected.atom_virial.resize(9 * atoms);
  expected.shared_virial.resize(6 * atoms);
  for (int c = 0; c < at.chunk.count; ++c) {
    if (c == UNSERVED) continue;
    int const type = at.type(c);
    double const own = SCALE[type] * (energies[c] + at.model.energy_bias[type]);
    expected.energy[at.center[c]] = own;
    expected.total += own;
    const device::Segment &segment = at.chunk.segments[type];
    int const all_rows = at.evaluator.model().centers[type].rows;
    int first_row = 0;
    for (int t = 0; t < at.model.types(); ++t) {
      int const count = at.form.splines[at.model.pair(type, t)].coefficients();
      lbs::AlignedVector<double> q(4 * std::size_t(count));
      for (int k = 0; k < 4; ++k)
        for (int row = 0; row < count; ++row) {
          double const given =
              products[segment.moments + std::size_t(4 * (c - segment.first) + k) * all_rows +
                       first_row + row];
          bool const difference = std::is_same_v<Real, float> && row > 0;
          q[4 * row + k] = given + (difference ? q[4 * (row - 1) + k] : 0.0);
        }
      add_run(at, c, t, q, expected);
      first_row += count;
    }
  }
  constexpr double ERROR = 1.0e-12;    // rows and sums are in double
  EXPECT_LT(relative_difference(expected.force, device::to_host(force)), ERROR);
  EXPECT_LT(relative_difference(expected.energy, device::to_host(energy)), ERROR);
  EXPECT_LT(relative_difference(expected.atom_virial, device::to_host(atom_virial)), ERROR);
  EXPECT_LT(relative_difference(expected.shared_virial, device::to_host(shared_virial)), ERROR);
  device::ChunkSums const found = device::to_host(sums)[1];
  EXPECT_NEAR(found.energy, expected.total, 1.0e-12 * std::fabs(expected.total));
  EXPECT_LT(
      relative_difference(expected.virial, std::vector<double>(found.virial, found.virial + 9)),
      ERROR);
  EXPECT_EQ(found.left_over, 1);
  EXPECT_EQ(found.bad_center, -1);
}

}    // namespace
