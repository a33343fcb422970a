// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/model/environment.hpp"

#include <gtest/gtest.h>

#include <cmath>

using namespace lbs::deepsea;

namespace {

constexpr double FROM = 2.5;
constexpr double CUTOFF = 4.0;
constexpr double WIDTH = 1.0 / (CUTOFF - FROM);

TEST(Environment, SwitchFallsFromOneToZero)
{
  EXPECT_EQ(smooth_switch(1.0, FROM, WIDTH).value, 1.0);
  EXPECT_EQ(smooth_switch(FROM, FROM, WIDTH).value, 1.0);
  EXPECT_EQ(smooth_switch(CUTOFF, FROM, WIDTH).value, 0.0);
  EXPECT_EQ(smooth_switch(9.0, FROM, WIDTH).derivative, 0.0);
  EXPECT_NEAR(smooth_switch(3.25, FROM, WIDTH).value, 0.5, 1e-15);
  EXPECT_NEAR(smooth_switch(3.25, FROM, WIDTH).derivative, -1.25, 1e-14);    // 30/16 over 1.5 A
}

TEST(Environment, DerivativesAreSlopes)
{
  constexpr double H = 1e-5;
  double strongest = 0.0;
  for (double r = 1.0; r < 4.2; r += 0.0713) {
    for (double const protection : {0.0, 0.2}) {
      RadialPart const at = radial_part(r, FROM, WIDTH, protection);
      RadialPart const up = radial_part(r + H, FROM, WIDTH, protection);
      RadialPart const down = radial_part(r - H, FROM, WIDTH, protection);
      EXPECT_NEAR(at.ds, (up.s - down.s) / (2 * H), 1e-8);
      EXPECT_NEAR(at.dv, (up.v - down.v) / (2 * H), 1e-8);
      strongest = std::max(strongest, std::fabs(at.ds));
    }
  }
  EXPECT_GT(strongest, 0.5);
}

TEST(Environment, ChainToTheVector)
{
  EnvironmentRow const e = {0.3, -0.7, 1.1, 0.4};
  double const x[3] = {1.3, -0.9, 2.1};
  auto const energy = [&](const double d[3]) {
    double const r = std::hypot(d[0], d[1], d[2]);
    RadialPart const p = radial_part(r, FROM, WIDTH, 0.1);
    return e.s * p.s + p.v * (e.x * d[0] + e.y * d[1] + e.z * d[2]);
  };
  double const r = std::hypot(x[0], x[1], x[2]);
  double gradient[3];
  chain_to_vector(radial_part(r, FROM, WIDTH, 0.1), e, x[0], x[1], x[2], 1.0 / r, gradient);
  for (int k = 0; k < 3; ++k) {
    constexpr double H = 1e-5;
    double up[3] = {x[0], x[1], x[2]};
    double down[3] = {x[0], x[1], x[2]};
    up[k] += H;
    down[k] -= H;
    EXPECT_NEAR(gradient[k], (energy(up) - energy(down)) / (2 * H), 1e-9);
    EXPECT_GT(std::fabs(gradient[k]), 1e-3);
  }
}

}    // namespace
