// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/zbl_core.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

#include <cmath>

using lbs::deepsea::ZblCore;
using lbs::test::expect_error;

namespace {

TEST(ZblCore, BareRepulsionByHand)
{
  // Two oxygens, evaluated apart with 40 digits: 191.546486315507 eV at 0.5 A, 4.85583431381523 eV
  // at 1.5 A. Below the inner radius the switch is a constant, which a difference does not have.
  ZblCore const core({"O"}, 1.9, 2.0);
  double slope = 0.0;
  double const difference = core.energy(0, 0, 0.5, slope) - core.energy(0, 0, 1.5, slope);
  EXPECT_NEAR(difference, 186.690652001691391, 1e-10);
}

TEST(ZblCore, IsSmoothAndEnds)
{
  ZblCore const core({"B", "O"}, 0.8, 1.4);
  double slope = 0.0;
  EXPECT_EQ(core.energy(0, 1, 1.4, slope), 0.0);
  EXPECT_EQ(core.energy(0, 1, 5.0, slope), 0.0);
  EXPECT_EQ(slope, 0.0);
  EXPECT_NEAR(core.energy(0, 1, 1.4 - 1e-5, slope), 0.0, 1e-9);
  EXPECT_NEAR(slope, 0.0, 1e-6);
  for (double r = 0.3; r < 1.45; r += 0.0131) {
    constexpr double H = 1e-6;
    double unused = 0.0;
    double const energy = core.energy(0, 1, r, slope);
    EXPECT_NEAR(slope,
                (core.energy(0, 1, r + H, unused) - core.energy(0, 1, r - H, unused)) / (2 * H),
                1e-5 * std::max(1.0, std::fabs(slope)));
    EXPECT_EQ(energy, core.energy(1, 0, r, unused));
    EXPECT_TRUE(energy > 0.0 || r > 1.39);
  }
}

TEST(ZblCore, NeedsElements)
{
  expect_error([&] { ZblCore({"O", "Xx"}, 1.0, 2.0); }, "'Xx' is no element");
}

}    // namespace
