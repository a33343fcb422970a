// SPDX-License-Identifier: GPL-2.0-only
#include "fmp/fit/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>

using namespace lbs::fmp::fit;
using State = ParameterStatistics::State;

namespace {

std::vector<FreeParameter> parameters(std::size_t count)
{
  return std::vector<FreeParameter>(count);
}

}    // namespace

// A straight line a + b x through y at x = 0, 1, 2, 3, as in any textbook: with a sum of squares
// S = 0.2 and two degrees of freedom, var(a) = S/2 14/20 and var(b) = S/2 4/20, cov = -S/2 6/20.
TEST(Statistics, OfAStraightLine)
{
  Eigen::MatrixXd rows(5, 3);
  rows << 1, 0, 0.1, 1, 1, -0.3, 1, 2, 0.3, 1, 3, -0.1, 0, 0, 0;
  ASSERT_NEAR(rows.col(2).squaredNorm(), 0.2, 1e-15);
  auto const found = statistics(rows, 4, parameters(2), {1.0, 1.0});
  EXPECT_NEAR(found.variance, 0.1, 1e-12);
  EXPECT_NEAR(found.parameters[0].error, std::sqrt(0.1 * 14.0 / 20.0), 1e-12);
  EXPECT_NEAR(found.parameters[1].error, std::sqrt(0.1 * 4.0 / 20.0), 1e-12);
  EXPECT_NEAR(found.correlation(0, 1), -6.0 / std::sqrt(14.0 * 4.0), 1e-12);
  EXPECT_TRUE(found.free_directions.empty());
}

// The second and the third parameter only act by their sum.
TEST(Statistics, TellsWhatIsNotDetermined)
{
  Eigen::MatrixXd rows(5, 5);
  rows << 1, 0, 0, 0, 0.1, 0, 2, 4, 0, 0.1, 1, 1, 2, 0, 0.2, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0;
  auto const found = statistics(rows, 8, parameters(4), {1.0, 1.0, 1.0, 1.0});
  EXPECT_EQ(found.parameters[0].state, State::DETERMINED);
  EXPECT_GT(found.parameters[0].error, 0.0);
  EXPECT_EQ(found.parameters[1].state, State::UNDETERMINED);
  EXPECT_EQ(found.parameters[2].state, State::UNDETERMINED);
  EXPECT_EQ(found.parameters[3].state, State::UNDETERMINED);
  ASSERT_EQ(found.free_directions.size(), 2U);
  EXPECT_EQ(found.free_directions[0], (std::vector<std::size_t>{3}));
  EXPECT_EQ(found.free_directions[1], (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(found.correlation(0, 1), 0.0);
}

TEST(Statistics, ParametersAtABoundAreFixed)
{
  Eigen::MatrixXd rows(3, 3);
  rows << 1, 5, 0.1, 0, 2, 0.1, 0, 0, 0.2;
  auto given = parameters(2);
  given[1].upper = 3.0;
  auto const found = statistics(rows, 3, given, {1.0, 3.0});
  EXPECT_EQ(found.parameters[1].state, State::AT_BOUND);
  EXPECT_NEAR(found.parameters[0].error, std::sqrt(0.06 / 2.0), 1e-12);
}

TEST(Statistics, Deviations)
{
  Deviation d;
  EXPECT_EQ(d.root(), 0.0);
  for (double const x : {3.0, -4.0, 0.0, 0.0}) d.add(x);
  EXPECT_EQ(d.mean(), 1.75);
  EXPECT_EQ(d.root(), 2.5);
  EXPECT_EQ(d.largest, 4.0);
}
