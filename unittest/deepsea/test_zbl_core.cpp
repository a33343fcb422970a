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
  // Two oxygens: e^2 64 / r times phi(x), x = r (8^0.23 + 8^0.23) / 0.4685. Below the inner radius
  // the switch is a constant, which a difference of energies does not have.
  ZblCore const core({"O"}, 1.9, 2.0);
  auto const bare = [](double r) {
    double const x = r * 2.0 * std::pow(8.0, 0.23) / 0.46850;
    double const phi = 0.02817 * std::exp(-0.20162 * x) + 0.28022 * std::exp(-0.40290 * x) +
                       0.50986 * std::exp(-0.94229 * x) + 0.18175 * std::exp(-3.19980 * x);
    return 14.399645 * 64.0 * phi / r;
  };
  double slope = 0.0;
  double const difference = core.energy(0, 0, 0.5, slope) - core.energy(0, 0, 1.5, slope);
  EXPECT_NEAR(difference, bare(0.5) - bare(1.5), 1e-10);
  EXPECT_GT(difference, 50.0);
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
