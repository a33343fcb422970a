// SPDX-License-Identifier: GPL-2.0-only
#include "fmp/coulomb.hpp"

#include <gtest/gtest.h>

#include <cmath>

using namespace lbs::fmp;

namespace {

constexpr double QQRD2E = 14.399645;    // eV A/e^2
constexpr double QQ = -1.2 * 2.4;

template <class Coulomb> void expect_force_is_gradient(const Coulomb &coulomb, double tolerance)
{
  for (double r = 0.8; r < 7.95; r += 0.17) {
    double const h = 1.0e-4;
    auto const energy = [&](double s) { return coulomb(QQ, s * s, 1.0 / (s * s), 1.0).energy; };
    double const slope = (energy(r + h) - energy(r - h)) / (2.0 * h);
    double const force = coulomb(QQ, r * r, 1.0 / (r * r), 1.0).force_over_r * r;
    EXPECT_NEAR(force, -slope, tolerance * (1.0 + std::fabs(force))) << "at r = " << r;
  }
}

}    // namespace

// Abramowitz & Stegun bound their approximation by 1.5e-7; it must not be exact either, or the
// comparison would prove nothing.
TEST(Coulomb, ErrorFunction)
{
  double worst = 0.0;
  for (double x = 0.0; x < 5.0; x += 0.01)
    worst = std::max(worst, std::fabs(erfc_approximation(x).value - std::erfc(x)));
  EXPECT_LT(worst, 1.5e-7);
  EXPECT_GT(worst, 1.0e-8);
}

// The approximation of erfc limits these to its own accuracy, amplified by 1/h.
TEST(Coulomb, ForceIsGradient)
{
  expect_force_is_gradient(CoulombLong{QQRD2E, 0.35}, 2.0e-5);
  expect_force_is_gradient(make_dsf(0.25, 8.0, 0.0, QQRD2E), 2.0e-5);
  expect_force_is_gradient(make_wolf(0.25, 8.0, 0.0, QQRD2E), 2.0e-5);
}

TEST(Coulomb, UndampedSumIsExactGradient)
{
  expect_force_is_gradient(make_dsf(0.0, 8.0, 0.0, QQRD2E), 1.0e-7);
  expect_force_is_gradient(make_dsf(0.0, 8.0, 0.2, QQRD2E), 1.0e-7);
}

// The SHIK authors' form: qq [1/r - 1/rc + (r - rc)/rc^2] exp(-g^2/(r - rc)^2), which is here
// -2.88 * 14.399645 * 0.225 exp(-0.04/56.25).
TEST(Coulomb, HandDerivedWolfSumOfShik)
{
  auto const c = make_dsf(0.0, 10.0, 0.2, QQRD2E);
  EXPECT_NEAR(c(QQ, 6.25, 0.16, 1.0).energy, -9.32433696226270946, 1.0e-11);
}

TEST(Coulomb, EnergyVanishesAtTheCutoff)
{
  double const rsq = 8.0 * 8.0;
  EXPECT_NEAR(make_dsf(0.25, 8.0, 0.0, QQRD2E)(QQ, rsq, 1 / rsq, 1.0).energy, 0.0, 1.0e-6);
  EXPECT_NEAR(make_dsf(0.25, 8.0, 0.0, QQRD2E)(QQ, rsq, 1 / rsq, 1.0).force_over_r, 0.0, 1.0e-6);
  EXPECT_NEAR(make_wolf(0.25, 8.0, 0.0, QQRD2E)(QQ, rsq, 1 / rsq, 1.0).energy, 0.0, 1.0e-6);
}

TEST(Coulomb, SwitchIsZeroAtTheCutoffAndNextToIt)
{
  for (auto const &c : {make_dsf(0.0, 10.0, 0.2, QQRD2E), make_wolf(0.25, 10.0, 0.2, QQRD2E)}) {
    for (double const rsq :
         {100.0, std::nextafter(100.0, 0.0), std::nextafter(100.0, 101.0), 99.99}) {
      EXPECT_EQ(c.full(QQ, rsq, 1.0 / rsq).energy, 0.0) << rsq - 100.0;
      EXPECT_EQ(c.full(QQ, rsq, 1.0 / rsq).force_over_r, 0.0) << rsq - 100.0;
    }
    EXPECT_NE(c.full(QQ, 95.0, 1.0 / 95.0).force_over_r, 0.0);
  }
}

TEST(Coulomb, SpecialBondsTakeTheBareInteraction)
{
  auto const c = make_dsf(0.25, 8.0, 0.0, QQRD2E);
  double const rsq = 4.0;
  auto const all = c(QQ, rsq, 0.25, 1.0);
  auto const half = c(QQ, rsq, 0.25, 0.5);
  EXPECT_NEAR(all.energy - half.energy, 0.5 * QQ * QQRD2E / 2.0, 1.0e-12);
  EXPECT_NEAR(all.force_over_r - half.force_over_r, 0.5 * QQ * QQRD2E / 8.0, 1.0e-12);
}

// By hand: -1/rc without damping; else -(erfc(2)/16 + 1/(4 sqrt(pi))), with tabulated values
// erfc(2) = 0.00467773498104727 and 1/sqrt(pi) = 0.564189583547756.
TEST(Coulomb, SelfEnergy)
{
  EXPECT_NEAR(make_dsf(0.0, 10.0, 0.0, 1.0).self_energy, -0.1, 1.0e-15);
  EXPECT_NEAR(make_wolf(0.25, 8.0, 0.0, 1.0).self_energy, -0.141339754323254526, 1.0e-15);
}
