// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/train/embedding_grid.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

using namespace lbs::deepsea;

namespace {

// A polynomial of degree 5, which six points determine, and its derivative.
double polynomial(double s)
{
  return 1.0 + s * (2.0 + s * (-3.0 + s * (0.5 + s * (0.25 - 0.125 * s))));
}
double derivative(double s)
{
  return 2.0 + s * (-6.0 + s * (1.5 + s * (1.0 - 0.625 * s)));
}

}    // namespace

TEST(EmbeddingGrid, PolynomialsOfDegreeFiveAreExact)
{
  EmbeddingGrid grid;
  grid.spacing = 0.37;
  std::vector<double> const places = {-1.3, -0.37, 0.0, 0.1, 0.36999, 2.0, 2.9};
  grid.begin(-1.3, 2.9);
  for (double const s : places) grid.mark(s);
  grid.number();
  for (double const s : places) {
    double weights[2 * EmbeddingGrid::WINDOW];
    std::size_t const first = grid.window(s, weights);
    ASSERT_LE(first + EmbeddingGrid::WINDOW, grid.points());
    double value = 0.0;
    double slope = 0.0;
    for (int k = 0; k < EmbeddingGrid::WINDOW; ++k) {
      double const at = polynomial(grid.position(first + k));
      value += weights[k] * at;
      slope += weights[EmbeddingGrid::WINDOW + k] * at;
    }
    EXPECT_NEAR(value, polynomial(s), 1e-12);
    EXPECT_NEAR(slope, derivative(s), 1e-11);
    // The window lies around s.
    EXPECT_LE(grid.position(first + 2), s + 1e-12);
    EXPECT_GE(grid.position(first + 3), s - 1e-12);
  }
}

TEST(EmbeddingGrid, OnlyMarkedPointsCount)
{
  EmbeddingGrid grid;
  grid.spacing = 0.1;
  grid.begin(0.0, 100.0);
  grid.mark(0.0);
  grid.mark(100.0);
  grid.mark(100.05);
  grid.number();
  EXPECT_EQ(grid.points(), 12U);
}

TEST(EmbeddingGrid, SpacingFollowsTheError)
{
  EmbeddingGrid fine, coarse;
  fine.adapt(1.0e-3, 1.0e-6);
  EXPECT_LT(fine.spacing, EmbeddingGrid().spacing);
  coarse.adapt(1.0e-12, 1.0e-6);
  EXPECT_GT(coarse.spacing, EmbeddingGrid().spacing);
}
