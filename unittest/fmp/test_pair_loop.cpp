// SPDX-License-Identifier: GPL-2.0-only
// The host loop on a cluster of atoms against a double loop over all pairs.
#include "fmp/force_field.hpp"
#include "fmp/pair_loop.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

using namespace lbs::fmp;

namespace {

constexpr int ATOMS = 60;
constexpr int TYPES = 2;

struct Cluster {
  double x[ATOMS][3];
  double f[ATOMS][3] = {};
  double q[ATOMS];
  int type[ATOMS];
  std::vector<int> ilist = std::vector<int>(ATOMS);
  std::vector<int> numneigh = std::vector<int>(ATOMS, 0);
  std::vector<std::vector<int>> lists{ATOMS};
  std::vector<const int *> firstneigh;
  std::vector<PairTerm> terms{(TYPES + 1) * (TYPES + 1)};
  double special[4] = {1.0, 0.0, 0.5, 0.25};
  std::vector<Bucket> buckets;

  Cluster()
  {
    std::mt19937 random(11);
    std::uniform_real_distribution<double> jitter(-0.25, 0.25);
    std::iota(ilist.begin(), ilist.end(), 0);
    for (int i = 0; i < ATOMS; ++i) {
      int const cell[3] = {i % 4, i / 4 % 4, i / 16};
      for (int k = 0; k < 3; ++k) x[i][k] = 1.8 * cell[k] + jitter(random);
      type[i] = 1 + i % TYPES;
      q[i] = type[i] == 1 ? -1.2 : 2.4;
    }
    x[1][0] = x[0][0] + 0.9;    // inside the core of O-Si
    x[1][1] = x[0][1];
    x[1][2] = x[0][2];
    for (int i = 0; i < ATOMS; ++i) {
      for (int j = i + 1; j < ATOMS; ++j) lists[i].push_back(j);
      numneigh[i] = static_cast<int>(lists[i].size());
    }
    PairParameters o_o, o_si;
    o_o.short_range = o_si.short_range = o_o.core = o_si.core = true;
    o_o.A = 2029.2204;
    o_o.rho = 0.34364;
    o_o.C = 192.58;
    o_si.A = 13702.905;
    o_si.rho = 0.193817;
    o_si.C = 54.681;
    TermSettings const settings{4.0, 5.0, false};
    terms[4] = make_term(o_o, settings);
    terms[5] = terms[7] = make_term(o_si, settings);
    terms[8] = make_term(PairParameters{}, settings);
  }

  PairLoopInput input()
  {
    firstneigh.clear();
    for (const auto &l : lists) firstneigh.push_back(l.data());
    PairLoopInput in;
    in.x = x;
    in.f = f;
    in.q = q;
    in.type = type;
    in.nlocal = ATOMS;
    in.inum = ATOMS;
    in.ilist = ilist.data();
    in.numneigh = numneigh.data();
    in.firstneigh = firstneigh.data();
    in.index_mask = 0x1FFFFFFF;
    in.special_shift = 30;
    in.special_lj = special;
    in.special_coul = special;
    in.terms = terms.data();
    in.stride = TYPES + 1;
    in.cut_coulomb_sq = 25.0;
    return in;
  }

  // Energy of all pairs by the scalar functions; special weights by `bond(i, j)`.
  template <class Bond> double energy(const CoulombDamped &coulomb, Bond &&bond) const
  {
    double sum = 0.0;
    for (int i = 0; i < ATOMS; ++i)
      for (int j = i + 1; j < ATOMS; ++j) {
        double rsq = 0.0;
        for (int k = 0; k < 3; ++k) rsq += (x[i][k] - x[j][k]) * (x[i][k] - x[j][k]);
        const auto &t = terms[type[i] * (TYPES + 1) + type[j]];
        double const factor = special[bond(i, j)];
        if (rsq < t.cut_short_sq) sum += factor * short_range(t, std::sqrt(rsq), 1 / rsq).energy;
        if (rsq < 25.0) sum += coulomb(q[i] * q[j], rsq, 1 / rsq, factor).energy;
      }
    return sum;
  }
};

const auto NO_BOND = [](int, int) { return 0; };

double run(Cluster &c, const CoulombDamped &coulomb, Collision &collision)
{
  double sum = 0.0;
  auto const tally = [&sum](int, int, double a, double b, double, double, double, double) {
    sum += a + b;
  };
  collision = pair_loop<true>(c.input(), coulomb, c.buckets, tally);
  return sum;
}

}    // namespace

TEST(PairLoop, EnergyEqualsDoubleLoop)
{
  Cluster c;
  auto const coulomb = make_dsf(0.2, 5.0, 0.0, 14.4);
  Collision collision;
  double const sum = run(c, coulomb, collision);
  double const expected = c.energy(coulomb, NO_BOND);
  EXPECT_LT(collision.first, 0);
  EXPECT_GT(std::fabs(expected), 10.0);
  EXPECT_NEAR(sum, expected, 1.0e-12 * std::fabs(expected));
}

TEST(PairLoop, ForcesAreGradients)
{
  auto const coulomb = make_dsf(0.0, 5.0, 0.0, 14.4);
  Cluster c;
  auto const nothing = [](int, int, double, double, double, double, double, double) {};
  pair_loop<false>(c.input(), coulomb, c.buckets, nothing);
  double const h = 1.0e-5;
  for (int i : {0, 1, 17, 42}) {
    for (int k = 0; k < 3; ++k) {
      Cluster moved;
      moved.x[i][k] = c.x[i][k] + h;
      double slope = moved.energy(coulomb, NO_BOND);
      moved.x[i][k] = c.x[i][k] - h;
      slope = (slope - moved.energy(coulomb, NO_BOND)) / (2.0 * h);
      EXPECT_NEAR(c.f[i][k], -slope, 1.0e-6 * (1.0 + std::fabs(slope))) << i << ' ' << k;
      EXPECT_GT(std::fabs(slope), 1.0e-3);
    }
  }
}

TEST(PairLoop, SpecialBonds)
{
  Cluster c;
  c.lists[4][0] |= 1 << 30;    // atoms 4 and 5
  c.lists[9][0] |= 2 << 30;    // atoms 9 and 10
  auto const bond = [](int i, int j) { return i == 4 && j == 5 ? 1 : i == 9 && j == 10 ? 2 : 0; };
  auto const coulomb = make_dsf(0.2, 5.0, 0.0, 14.4);
  Collision collision;
  double const sum = run(c, coulomb, collision);
  EXPECT_NEAR(sum, c.energy(coulomb, bond), 1.0e-11 * std::fabs(sum));
  EXPECT_GT(std::fabs(sum - c.energy(coulomb, NO_BOND)), 0.1);
}

TEST(PairLoop, GhostsGetNoForceWithNewtonOff)
{
  Cluster c;
  auto in = c.input();
  in.nlocal = 30;
  in.inum = 30;
  in.newton_pair = false;
  auto const nothing = [](int, int, double, double, double, double, double, double) {};
  pair_loop<false>(in, make_dsf(0.2, 5.0, 0.0, 14.4), c.buckets, nothing);
  for (int i = 30; i < ATOMS; ++i) EXPECT_EQ(c.f[i][0], 0.0);
  EXPECT_NE(c.f[0][0], 0.0);
}

TEST(PairLoop, FindsCollisionsAndNan)
{
  auto const coulomb = make_dsf(0.2, 5.0, 0.0, 14.4);
  Collision collision;
  Cluster overlap;
  for (int k = 0; k < 3; ++k) overlap.x[20][k] = overlap.x[9][k];
  run(overlap, coulomb, collision);
  EXPECT_EQ(collision.first, 9);
  EXPECT_EQ(collision.second, 20);
  Cluster lost;
  lost.x[33][1] = std::numeric_limits<double>::quiet_NaN();
  run(lost, coulomb, collision);
  EXPECT_EQ(collision.second, 33);
}

// More neighbors of one type than a bucket holds: it is evaluated and filled again.
TEST(PairLoop, FullBuckets)
{
  Cluster c;
  auto const coulomb = make_dsf(0.2, 5.0, 0.0, 14.4);
  Collision collision;
  double const once = run(c, coulomb, collision);
  int const copies = 2 * Bucket::CAPACITY;
  for (int i = 0; i < ATOMS; ++i) {
    auto const original = c.lists[i];
    for (int k = 1; k < copies; ++k)
      c.lists[i].insert(c.lists[i].end(), original.begin(), original.end());
    c.numneigh[i] = static_cast<int>(c.lists[i].size());
  }
  EXPECT_NEAR(run(c, coulomb, collision), copies * once, 1.0e-10 * std::fabs(copies * once));
}

TEST(PairLoop, SecondCallStartsClean)
{
  Cluster c;
  auto const coulomb = make_dsf(0.2, 5.0, 0.0, 14.4);
  Collision collision;
  double const first = run(c, coulomb, collision);
  EXPECT_EQ(run(c, coulomb, collision), first);
}
