// SPDX-License-Identifier: GPL-2.0-only
// Vector batches against the scalar functions that they run.
#include "fmp/force_field.hpp"
#include "fmp/pair_batch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace lbs::fmp;

namespace {

constexpr int N = 8 * PAIR_LANES;
constexpr double TOLERANCE = 1.0e-14;

// Distances from `low` to beyond the cutoff of 8 A.
class PairBatchTest : public ::testing::Test {
 protected:
  alignas(64) double rsq[N], qq[N], force[N], e_short[N], e_coulomb[N];

  PairBatch fill(double low)
  {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> distance(low, 9.0);
    for (int k = 0; k < N; ++k) {
      double const r = distance(random);
      rsq[k] = r * r;
      qq[k] = k % 3 ? -1.5 : 2.0;
      force[k] = 0.25;
    }
    return {N, rsq, qq, force, e_short, e_coulomb};
  }

  void expect_pair(int k, const PairValue &v, double energy)
  {
    EXPECT_NEAR(force[k], 0.25 + v.force_over_r, TOLERANCE * (1.0 + std::fabs(v.force_over_r)));
    EXPECT_NEAR(energy, v.energy, TOLERANCE * (1.0 + std::fabs(v.energy)));
  }

  void check_short_range(const PairParameters &p)
  {
    auto const t = make_term(p, {8.0, 8.0, true});
    add_short_range(t, fill(std::max(1.0, t.core_r)));
    double signal = 0.0;
    for (int k = 0; k < N; ++k) {
      PairValue v;
      if (rsq[k] < 64.0) v = short_range(t, std::sqrt(rsq[k]), 1.0 / rsq[k]);
      expect_pair(k, v, e_short[k]);
      signal = std::max(signal, std::fabs(v.energy));
    }
    EXPECT_GT(signal, 0.1);
  }

  template <class Coulomb> void check_coulomb(const Coulomb &c)
  {
    add_coulomb(c, 64.0, fill(1.0));
    double signal = 0.0;
    for (int k = 0; k < N; ++k) {
      PairValue v;
      if (rsq[k] < 64.0) v = c(qq[k], rsq[k], 1.0 / rsq[k], 1.0);
      expect_pair(k, v, e_coulomb[k]);
      signal = std::max(signal, std::fabs(v.energy));
    }
    EXPECT_GT(signal, 0.01);
  }
};

PairParameters parameters(double D, int power, double smooth)
{
  PairParameters p;
  p.short_range = true;
  p.A = 13702.905;
  p.rho = 0.193817;
  p.C = 54.681;
  p.core = power == 0;
  p.D = D;
  p.power = power;
  p.smooth = smooth;
  return p;
}

}    // namespace

TEST_F(PairBatchTest, ShortRangeVariants)
{
  check_short_range(parameters(0.0, 0, 0.0));
  check_short_range(parameters(0.0, 0, 0.2));
  check_short_range(parameters(66.0, 24, 0.2));
  check_short_range(parameters(66.0, 12, 0.0));
}

TEST_F(PairBatchTest, CoulombVariants)
{
  check_coulomb(CoulombLong{14.4, 0.3});
  check_coulomb(make_dsf(0.25, 8.0, 0.0, 14.4));
  check_coulomb(make_dsf(0.0, 8.0, 0.2, 14.4));
  check_coulomb(make_wolf(0.25, 8.0, 0.0, 14.4));
}

// Inside by its square and at the cutoff by its root, where the switch would divide by zero.
TEST_F(PairBatchTest, SwitchIsZeroAtTheCutoff)
{
  auto const batch = fill(1.0);
  std::fill_n(rsq, N / 2, std::nextafter(100.0, 0.0));
  add_short_range(make_term(parameters(66.0, 24, 0.2), {10.0, 10.0, true}), batch);
  add_coulomb(make_dsf(0.0, 10.0, 0.2, 14.4), 100.0, batch);
  for (int k = 0; k < N / 2; ++k) {
    EXPECT_EQ(e_short[k], 0.0);
    EXPECT_EQ(e_coulomb[k], 0.0);
    EXPECT_EQ(force[k], 0.25);
  }
  EXPECT_NE(*std::max_element(force + N / 2, force + N), 0.25);
}

TEST_F(PairBatchTest, NoCoulombWritesZeros)
{
  auto const batch = fill(1.0);
  std::fill_n(e_coulomb, N, 3.0);
  add_coulomb(NoCoulomb{}, 64.0, batch);
  for (int k = 0; k < N; ++k) {
    EXPECT_EQ(e_coulomb[k], 0.0);
    EXPECT_EQ(force[k], 0.25);
  }
}
