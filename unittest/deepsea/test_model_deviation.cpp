// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/model_deviation.hpp"

#include <gtest/gtest.h>

#include <cmath>

using namespace lbs::deepsea;

namespace {

TEST(ModelDeviation, OfForcesByHand)
{
  // Means (2, 1, 0); squares of what is off: 1, 1 for x, 1, 1 for y: variance 2.
  EXPECT_NEAR(force_deviation({{1, 0, 0}, {3, 2, 0}}, 0.0), std::sqrt(2.0), 1e-15);
  EXPECT_NEAR(force_deviation({{1, 0, 0}, {3, 2, 0}}, 0.5), std::sqrt(2.0) / (std::sqrt(5.0) + 0.5),
              1e-15);
  EXPECT_EQ(force_deviation({{1, 2, 3}, {1, 2, 3}}, 0.0), 0.0);
}

TEST(ModelDeviation, OfVirialsByHand)
{
  std::array<double, 9> one{};
  std::array<double, 9> other{};
  other[0] = 4.0;
  one[4] = 8.0;
  Range const range = virial_deviation({one, other}, 2.0, 0.0);
  EXPECT_NEAR(range.most, 2.0, 1e-15);    // 8/2 against 0: mean 2, deviation 2
  EXPECT_EQ(range.least, 0.0);
  EXPECT_NEAR(range.average, std::sqrt((1.0 + 4.0) / 9.0), 1e-15);
  Range const relative = virial_deviation({one, other}, 2.0, 1.0);
  EXPECT_NEAR(relative.most, 2.0 / 3.0, 1e-15);
}

}    // namespace
