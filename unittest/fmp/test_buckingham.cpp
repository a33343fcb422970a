// SPDX-License-Identifier: GPL-2.0-only
#include "fmp/buckingham.hpp"
#include "fmp/core_fit.hpp"
#include "fmp/force_field.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

using namespace lbs::fmp;

namespace {

PairParameters si_o()
{
  PairParameters p;
  p.short_range = true;
  p.A = 13702.905;
  p.rho = 0.193817;
  p.C = 54.681;
  p.core = true;
  return p;
}

// A in eV, the inverse of rho in 1/A, C in eV A^6, D in eV A^24.
PairParameters shik(double A, double rho_inverse, double C, double D)
{
  PairParameters p;
  p.short_range = true;
  p.A = A;
  p.rho = 1.0 / rho_inverse;
  p.C = C;
  p.D = D;
  p.power = 24;
  p.shift = true;
  p.smooth = 0.2;
  return p;
}

PairParameters shik_si_si()
{
  return shik(2798.0, 4.4073, 0.0, 3423204.0);
}

// Force over distance against the central difference of the energy, relative to the scale of both.
void expect_force_is_gradient(const PairTerm &t, const std::vector<double> &distances)
{
  for (double const r : distances) {
    double const h = 1.0e-5 * r;
    auto const energy = [&](double s) { return short_range(t, s, 1.0 / (s * s)).energy; };
    double const slope = (energy(r + h) - energy(r - h)) / (2.0 * h);
    double const force = short_range(t, r, 1.0 / (r * r)).force_over_r * r;
    EXPECT_NEAR(force, -slope, 1.0e-7 * (std::fabs(force) + std::fabs(energy(r)) / r + 1.0e-4))
        << "at r = " << r;
  }
}

}    // namespace

TEST(Buckingham, ForceIsGradientThroughCoreSpliceAndCutoff)
{
  auto const t = make_term(si_o(), {8.0, 8.0, true});
  double const r0 = t.core_r;
  ASSERT_NEAR(r0, 1.1678, 1.0e-3);
  expect_force_is_gradient(t, {0.3, 0.7, r0 - 1.0e-3, r0, r0 + 1.0e-3, 1.6, 2.5, 5.0, 7.9});
}

TEST(Buckingham, ForceIsGradientWithWallAndSwitch)
{
  auto const t = make_term(shik_si_si(), {8.0, 10.0, false});
  expect_force_is_gradient(t, {1.2, 1.8, 2.4, 3.2, 5.0, 7.0, 7.6, 7.8, 7.9});
}

TEST(Buckingham, SwitchGoesToZeroWithItsSlope)
{
  auto const t = make_term(shik_si_si(), {8.0, 10.0, false});
  auto const v = short_range(t, 7.99, 1.0 / (7.99 * 7.99));
  EXPECT_LT(std::fabs(v.energy), 1.0e-100);
  EXPECT_LT(std::fabs(v.force_over_r), 1.0e-100);
  // minimum signal: the term is there before the switch acts
  EXPECT_GT(short_range(t, 2.0, 0.25).energy, 0.1);
}

// The switch divides by the distance to the cutoff, and the root of a squared distance below that
// of the cutoff can be the cutoff itself.
TEST(Buckingham, SwitchIsZeroAtTheCutoffAndNextToIt)
{
  auto const t = make_term(shik_si_si(), {10.0, 10.0, false});
  ASSERT_EQ(std::sqrt(std::nextafter(100.0, 0.0)), 10.0);
  for (double const r : {10.0, std::nextafter(10.0, 0.0), std::nextafter(10.0, 11.0),
                         10.0 - 1.0e-12, 10.0 - 1.0e-3}) {
    auto const v = short_range(t, r, 1.0 / (r * r));
    EXPECT_EQ(v.energy, 0.0) << r - 10.0;
    EXPECT_EQ(v.force_over_r, 0.0) << r - 10.0;
  }
  EXPECT_NE(short_range(t, 9.9, 1.0 / (9.9 * 9.9)).force_over_r, 0.0);
}

TEST(Buckingham, SpliceIsSmooth)
{
  auto const t = make_term(si_o(), {8.0, 8.0, false});
  double const r0 = t.core_r;
  auto const below = short_range(t, r0 * (1 - 1e-9), 1.0 / (r0 * r0));
  auto const above = short_range(t, r0 * (1 + 1e-9), 1.0 / (r0 * r0));
  EXPECT_NEAR(below.energy, above.energy, 1.0e-6 * std::fabs(above.energy));
  EXPECT_NEAR(below.force_over_r, above.force_over_r, 1.0e-6 * std::fabs(above.force_over_r));
}

TEST(Buckingham, ShiftMakesTheEnergyZeroAtTheCutoff)
{
  auto const t = make_term(si_o(), {6.0, 6.0, true});
  EXPECT_NEAR(short_range(t, 6.0, 1.0 / 36.0).energy, 0.0, 1.0e-15);
  EXPECT_LT(std::fabs(t.offset), 2.0e-3);
  EXPECT_GT(std::fabs(t.offset), 1.0e-3);
}

// SHIK O-O at 3 A with the numbers of its paper, evaluated apart with 40 digits: bare 0.154946027
// there and -0.000099585866 at the cutoff, which is subtracted, times exp(-(0.2/5)^2).
TEST(Buckingham, HandDerivedShikOxygen)
{
  auto const t = make_term(shik(1120.5, 2.8927, 26.132, 16800.0), {8.0, 10.0, false});
  EXPECT_NEAR(short_range(t, 3.0, 1.0 / 9.0).energy, 0.154797738352761906, 1.0e-13);
}

TEST(Buckingham, TailIntegralsMatchQuadrature)
{
  PairParameters p = shik_si_si();
  p.shift = false;
  p.smooth = 0.0;
  p.C = 54.0;
  p.A = 20000.0;
  p.rho = 0.4;
  auto const t = make_term(p, {5.0, 0.0, false});
  auto const tail = tail_integrals(t);
  // substitute r = rc/u to integrate from rc to infinity by Simpson's rule
  int const n = 200000;
  double energy = 0.0;
  double pressure = 0.0;
  for (int k = 1; k <= n; ++k) {
    double const u = static_cast<double>(k) / n;
    double const r = t.cut_short / u;
    auto const v = buckingham(t, r, 1.0 / (r * r));
    double const weight = (k == n ? 1.0 : k % 2 ? 4.0 : 2.0) / (3.0 * n) * r * r / t.cut_short;
    energy += weight * v.energy * r * r;
    pressure += weight * v.force_over_r * r * r * r * r;
  }
  EXPECT_NEAR(tail.energy, energy, 1.0e-8 * std::fabs(energy));
  EXPECT_NEAR(tail.pressure, pressure, 1.0e-8 * std::fabs(pressure));
  EXPECT_GT(std::fabs(energy), 1.0e-3);
}

TEST(Buckingham, IntegerPowers)
{
  EXPECT_EQ(integer_power(3.0, 0), 1.0);
  EXPECT_EQ(integer_power(3.0, 5), 243.0);
  EXPECT_EQ(integer_power(2.0, 18), 262144.0);
}
