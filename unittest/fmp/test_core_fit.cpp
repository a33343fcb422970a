// SPDX-License-Identifier: GPL-2.0-only
#include "fmp/composition.hpp"
#include "fmp/core_fit.hpp"

#include "expect_error.hpp"

#include <cmath>

using namespace lbs::fmp;
using lbs::test::expect_error;

namespace {

// Refit at full precision by another program, for O-O, Si-O, and for B-O at the compositions
// 20-60-20, 40-20-40 and 10-20-70.
struct Reference {
  double A, rho, C, r0, B, n, D;
};
const Reference REFERENCES[] = {
    {2029.2204, 0.343640, 192.580, 1.90554, 46.33475, 3.42446, -0.32747},
    {13702.905, 0.193817, 54.681, 1.16777, 28.94897, 3.93299, -3.05652},
    {13881.4, 0.171271, 28.5, 1.0599, 14.976, 4.1753, -2.983},
    {13032.0, 0.171271, 28.5, 1.0846, 11.787, 4.4428, -2.178},
    {12525.0, 0.171271, 28.5, 1.1012, 9.988, 4.6632, -1.773},
};

double buckingham_derivative(const Reference &p, int order, double r)
{
  double const repulsion = p.A * std::exp(-r / p.rho) * std::pow(-1.0 / p.rho, order);
  double power = -p.C * std::pow(r, -6 - order);
  for (int k = 0; k < order; ++k) power *= -(6.0 + k);
  return repulsion + power;
}

double core_derivative(const Core &c, int order, double r)
{
  double wall = c.B * std::pow(r, -c.n - order);
  for (int k = 0; k < order; ++k) wall *= -(c.n + k);
  double const bowl[] = {c.D * r * r, 2.0 * c.D * r, 2.0 * c.D};
  return wall + bowl[order];
}

}    // namespace

TEST(CoreFit, AgreesWithAnotherProgram)
{
  for (const auto &ref : REFERENCES) {
    auto const core = fit_core(ref.A, ref.rho, ref.C);
    // half of the last printed digit
    bool const short_print = ref.rho == 0.171271;
    EXPECT_NEAR(core.r0, ref.r0, short_print ? 5.1e-5 : 5.1e-6);
    EXPECT_NEAR(core.B, ref.B, short_print ? 5.1e-4 : 5.1e-6);
    EXPECT_NEAR(core.n, ref.n, short_print ? 5.1e-5 : 5.1e-6);
    EXPECT_NEAR(core.D, ref.D, short_print ? 5.1e-4 : 5.1e-6);
  }
}

TEST(CoreFit, JoinsInValueSlopeAndCurvature)
{
  for (const auto &ref : REFERENCES) {
    auto const core = fit_core(ref.A, ref.rho, ref.C);
    EXPECT_NEAR(buckingham_derivative(ref, 3, core.r0) / buckingham_derivative(ref, 2, core.r0),
                0.0, 1.0e-9);
    for (int order = 0; order <= 2; ++order) {
      double const expected = buckingham_derivative(ref, order, core.r0);
      ASSERT_GT(std::fabs(expected), 0.1);
      EXPECT_NEAR(core_derivative(core, order, core.r0), expected, 1.0e-11 * std::fabs(expected));
    }
  }
}

TEST(CoreFit, RepelsDownToContact)
{
  for (const auto &ref : REFERENCES) {
    auto const core = fit_core(ref.A, ref.rho, ref.C);
    for (double r = 0.01; r < core.r0; r += 0.01) EXPECT_LT(core_derivative(core, 1, r), 0.0);
  }
}

TEST(CoreFit, NoDispersionNeedsNoCore)
{
  EXPECT_EQ(fit_core(41051.938, 0.15116, 0.0).r0, 0.0);
}

TEST(CoreFit, RefusesTermsWithoutWall)
{
  expect_error([] { fit_core(1.0, 0.1, 500.0); }, "no repulsive wall");
}

TEST(CoreFit, JoinsWhereverItIsToldTo)
{
  for (const auto &ref : REFERENCES)
    for (double const r0 : {0.95 * ref.r0, 1.1 * ref.r0}) {
      auto const core = core_from(r0, ref.A, ref.rho, ref.C);
      EXPECT_EQ(core.r0, r0);
      for (int order = 0; order <= 2; ++order) {
        double const expected = buckingham_derivative(ref, order, r0);
        EXPECT_NEAR(core_derivative(core, order, r0), expected, 1.0e-11 * std::fabs(expected));
      }
    }
}

TEST(CoreFit, SlopesAreThoseOfTheFit)
{
  for (const auto &ref : REFERENCES) {
    double const start[] = {ref.A, ref.rho, ref.C};
    auto const r0 = fit_core(ref.A, ref.rho, ref.C).r0;
    for (int k = 0; k < 3; ++k) {
      double const step = 1.0e-5 * start[k];
      auto const at = [&](double sign) {
        double p[] = {ref.A, ref.rho, ref.C};
        p[k] += sign * step;
        return fit_core(p[0], p[1], p[2]);
      };
      CoreChange change;
      (k == 0 ? change.A : k == 1 ? change.rho : change.C) = 1.0;
      change.r0 = fitted_r0_slope(r0, ref.A, ref.rho, ref.C, change);
      auto const slope = core_slope(r0, ref.A, ref.rho, ref.C, change);
      auto const up = at(1.0);
      auto const down = at(-1.0);
      auto const expect = [&](double value, double high, double low) {
        double const expected = (high - low) / (2.0 * step);
        EXPECT_NEAR(value, expected, 1.0e-6 * std::fabs(expected));
        EXPECT_NE(expected, 0.0);
      };
      expect(slope.r0, up.r0, down.r0);
      expect(slope.B, up.B, down.B);
      expect(slope.n, up.n, down.n);
      expect(slope.D, up.D, down.D);
    }
  }
}
