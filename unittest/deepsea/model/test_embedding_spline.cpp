// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/model/embedding_spline.hpp"
#include "deepsea/model/net_on_grid.hpp"
#include "deepsea/random_model.hpp"
#include "support/input_error.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace lbs::deepsea;
using lbs::deepsea::testing::ModelShape;
using lbs::deepsea::testing::NetOnGrid;
using lbs::deepsea::testing::RandomModel;

namespace {

constexpr double LOW = -0.5;
constexpr double HIGH = 9.0;

DenseNet net(Activation activation = Activation::TANH)
{
  ModelShape shape;
  shape.embedding_activation = activation;
  return RandomModel(5).make(shape).embedding.front();
}

TEST(SplineBasis, IsAPartitionOfUnityWithItsSlopes)
{
  for (double t = 0.0; t <= 1.0; t += 0.0625) {
    SplineNumbers value;
    SplineNumbers slope;
    spline_weights(t, value, slope);
    double sum = 0.0;
    double slopes = 0.0;
    for (int b = 0; b < SPLINE_SUPPORT; ++b) {
      sum += value[b];
      slopes += slope[b];
      EXPECT_GE(value[b], -1e-17);
      EXPECT_NEAR(spline_weight(b, t).value, value[b], 1e-15);
      EXPECT_NEAR(spline_weight(b, t).derivative, slope[b], 1e-14);
    }
    EXPECT_NEAR(sum, 1.0, 1e-15);
    EXPECT_NEAR(slopes, 0.0, 1e-14);
  }
  // The middle one at its top, and at a knot: 2416/5040 (known values of the septic B-spline).
  SplineNumbers value;
  SplineNumbers slope;
  spline_weights(0.0, value, slope);
  EXPECT_NEAR(value[3], 2416.0 / 5040.0, 1e-15);
  EXPECT_NEAR(value[2], 1191.0 / 5040.0, 1e-15);
  EXPECT_NEAR(value[6], 1.0 / 5040.0, 1e-15);
  EXPECT_EQ(value[7], 0.0);
}

class EmbeddingTableOf : public ::testing::TestWithParam<Activation> {};

// What the table says of itself is a bound: looked at in places of which it knows nothing.
TEST_P(EmbeddingTableOf, KeepsTheErrorAskedFor)
{
  constexpr int PLACES = 23;    // in an interval
  DenseNet const exact = net(GetParam());
  for (double const tolerance : {1e-5, 1e-8, 1e-10}) {
    EmbeddingSpline const spline = fit_embedding(exact, LOW, HIGH, tolerance);
    auto const [at, reference] = NetOnGrid(exact, LOW, HIGH, PLACES * spline.intervals);
    double value_error = 0.0;
    double slope_error = 0.0;
    double scale = 0.0;
    std::vector<double> value;
    std::vector<double> slope;
    for (std::size_t k = 0; k < at.size(); ++k) {
      spline.evaluate(at[k], value, slope);
      for (int m = 0; m < spline.channels; ++m) {
        double const g = reference.value[k * spline.channels + m];
        value_error = std::max(value_error, std::fabs(value[m] - g));
        slope_error =
            std::max(slope_error, std::fabs(slope[m] - reference.slope[k * spline.channels + m]));
        scale = std::max(scale, std::fabs(g));
      }
    }
    EXPECT_GT(scale, 0.5);
    EXPECT_LE(value_error, spline.value_error);
    EXPECT_LE(slope_error, spline.slope_error);
    EXPECT_LE(spline.value_error, tolerance * spline.value_unit());
    EXPECT_LE(spline.slope_error, tolerance * spline.slope_unit());
    EXPECT_GT(slope_error, 0.5 * spline.slope_error);    // it is a table, and no loose bound
    EXPECT_GT(value_error, 1e-16);
  }
}

INSTANTIATE_TEST_SUITE_P(Activations, EmbeddingTableOf,
                         ::testing::Values(Activation::TANH, Activation::GELU, Activation::SOFTPLUS,
                                           Activation::SILU));

TEST(EmbeddingTable, IsSmoothAtItsKnots)
{
  EmbeddingSpline const spline = fit_embedding(net(), LOW, HIGH, 1e-4);
  std::vector<double> before, after, slope_before, slope_after;
  for (int q = 1; q < spline.intervals; ++q) {
    double const knot = spline.low + q / spline.inverse_step;
    spline.evaluate(knot - 1e-12, before, slope_before);
    spline.evaluate(knot + 1e-12, after, slope_after);
    for (int m = 0; m < spline.channels; ++m) {
      EXPECT_NEAR(before[m], after[m], 1e-10);
      EXPECT_NEAR(slope_before[m], slope_after[m], 1e-9);
    }
  }
}

TEST(EmbeddingTable, CornersAreRefused)
{
  try {
    fit_embedding(net(Activation::RELU), LOW, HIGH, 1e-10);
    FAIL() << "a table of a net with corners was accepted";
  } catch (const lbs::InputError &e) {
    EXPECT_NE(std::string(e.what()).find("'tabulate off'"), std::string::npos) << e.what();
  }
}

}    // namespace
