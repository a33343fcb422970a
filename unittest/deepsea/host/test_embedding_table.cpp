// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/host/descriptor.hpp"
#include "deepsea/host/embedding_table.hpp"
#include "deepsea/random_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace lbs::deepsea;
using lbs::deepsea::testing::ModelShape;
using lbs::deepsea::testing::RandomModel;

namespace {

constexpr double LOW = -0.5;
constexpr double HIGH = 9.0;
constexpr double TOLERANCE = 1e-10;
constexpr int NEIGHBORS = 13;    // no whole number of packs

template <class Real> class EmbeddingTableIn : public ::testing::Test {
};
using Reals = ::testing::Types<double, float>;
TYPED_TEST_SUITE(EmbeddingTableIn, Reals);

// Sums over neighbors by either order of the table, against the net itself at each neighbor.
TYPED_TEST(EmbeddingTableIn, SumsOverNeighborsAreThoseOfTheNet)
{
  using Real = TypeParam;
  double const accuracy = sizeof(Real) == 8 ? 1e-8 : 2e-5;
  RandomModel random(5);
  ModelShape shape;
  shape.embedding = {9, 37};    // no whole number of packs
  DenseNet const net = random.make(shape).embedding.front();
  EmbeddingSpline const spline = fit_embedding(net, LOW, HIGH, TOLERANCE);
  EmbeddingTable<Real> const table(spline);
  int const channels = spline.channels;
  int const stride = lbs::padded<Real>(channels);

  // Rows as they come, without statistics: the first entry is the place in the table.
  PairConstants constants;
  std::fill_n(constants.inverse_deviation, 4, 1.0);
  constants.table = spline.scale;
  NeighborRun run;
  run.count = NEIGHBORS;
  RunRows rows;
  rows.fit(NEIGHBORS);
  std::vector<double> at;
  for (int n = 0; n < NEIGHBORS; ++n) {
    at.push_back(random.uniform(LOW, 3.0));
    TablePlace const place = table_place(at[n], spline.scale);
    rows.interval[n] = place.interval;
    rows.t[n] = place.t;
    rows.dt[n] = place.dt;
    rows.row[0][n] = at[n];
    for (int k = 1; k < 4; ++k) rows.row[k][n] = random.normal();
  }
  NetSlopes exact;
  evaluate_embedding(net, at, exact);

  Moments moments;
  moments.fit(table.coefficients);
  std::vector<int> outside;
  project(run, rows, moments, outside);
  EXPECT_TRUE(outside.empty());
  UsedMoments<Real> used;
  std::vector<Real> gtr(4 * stride, Real(0));
  expand(table, stride, moments, used, gtr.data());
  double most = 0.0;
  for (int k = 0; k < 4; ++k)
    for (int m = 0; m < channels; ++m) {
      double sum = 0.0;
      for (int n = 0; n < NEIGHBORS; ++n) sum += exact.value[n * channels + m] * rows.row[k][n];
      EXPECT_NEAR(gtr[k * stride + m], sum, accuracy);
      most = std::max(most, std::fabs(sum));
    }
  EXPECT_GT(most, 1.0);

  // Back from P = dE/d(G^T R) to the derivatives by the rows.
  std::vector<Real> p(4 * stride, Real(0));
  for (int k = 0; k < 4; ++k)
    for (int m = 0; m < channels; ++m) p[k * stride + m] = static_cast<Real>(random.normal());
  SplineBlocks blocks;
  blocks.fit(table.coefficients);
  for (int n = 0; n < NEIGHBORS; ++n) blocks.add(rows.interval[n]);
  lbs::AlignedVector<double> q(4 * (table.coefficients + lbs::LANES<Real>), 0.0);
  contract(table, channels, stride, blocks, p.data(), q);
  collect(run, constants, q, rows);
  most = 0.0;
  for (int n = 0; n < NEIGHBORS; ++n)
    for (int k = 0; k < 4; ++k) {
      double expected = 0.0;
      for (int m = 0; m < channels; ++m) {
        expected += p[k * stride + m] * exact.value[n * channels + m];
        for (int l = 0; l < 4 && k == 0; ++l)
          expected += p[l * stride + m] * exact.slope[n * channels + m] * rows.row[l][n];
      }
      EXPECT_NEAR(rows.e[k][n], expected, 20 * accuracy);
      most = std::max(most, std::fabs(expected));
    }
  EXPECT_GT(most, 1.0);
}

// Neighbors in three shells: what lies between is left out, and nothing is left for the next
// center.
TEST(EmbeddingTable, BlocksCoverTheSplinesOfNeighborsAndLittleElse)
{
  constexpr int COEFFICIENTS = 1003;
  SplineBlocks blocks;
  blocks.fit(COEFFICIENTS);
  std::vector<int> const intervals = {0, 3, 401, 396, 398, COEFFICIENTS - 8};
  for (int const interval : intervals) blocks.add(interval);
  std::vector<char> covered(COEFFICIENTS + 8, 0);
  int rows = 0;
  int last = -1;
  blocks.take([&](int begin, int end) {
    EXPECT_GT(begin, last);
    last = end;
    rows += end - begin;
    std::fill(covered.begin() + begin, covered.begin() + end, 1);
  });
  for (int const interval : intervals)
    for (int b = 0; b < SPLINE_SUPPORT; ++b) EXPECT_TRUE(covered[interval + b]) << interval;
  EXPECT_LE(rows, 3 * 24);
  EXPECT_GE(rows, 11 + 13 + 8);
  blocks.take([](int begin, int) { FAIL() << "block at " << begin << " was kept"; });
}

// What no table covers is told, not summed.
TEST(EmbeddingTable, NeighborsBeyondItAreListed)
{
  DenseNet const net = RandomModel(5).make({}).embedding.front();
  EmbeddingSpline const spline = fit_embedding(net, LOW, HIGH, TOLERANCE);
  NeighborRun run;
  run.count = 3;
  RunRows rows;
  rows.fit(3);
  double const at[3] = {1.0, HIGH + 0.1, std::nan("")};
  for (int n = 0; n < 3; ++n) {
    TablePlace const place = table_place(at[n], spline.scale);
    rows.interval[n] = place.interval;
    rows.t[n] = place.t;
    rows.row[0][n] = 1.0;
  }
  Moments moments;
  moments.fit(spline.coefficients());
  std::vector<int> outside;
  project(run, rows, moments, outside);
  EXPECT_EQ(outside, (std::vector<int>{1, 2}));
  double sum = 0.0;
  for (int c = 0; c < spline.coefficients(); ++c) sum += moments.sum[4 * c];
  EXPECT_NEAR(sum, 1.0, 1e-14);    // of one neighbor: splines are a partition of unity
}

}    // namespace
