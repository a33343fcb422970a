// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/model/embedding_spline.hpp"
#include "deepsea/model/net_on_grid.hpp"
#include "deepsea/random_model.hpp"
#include "support/input_error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

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
    auto const [at, reference] = NetOnGrid(exact, LOW, HIGH, PLACES * spline.scale.intervals);
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
  for (int q = 1; q < spline.scale.intervals; ++q) {
    double const knot = spline.s_at(q);
    spline.evaluate(knot - 1e-12, before, slope_before);
    spline.evaluate(knot + 1e-12, after, slope_after);
    for (int m = 0; m < spline.channels; ++m) {
      EXPECT_NEAR(before[m], after[m], 1e-10);
      EXPECT_NEAR(slope_before[m], slope_after[m], 1e-9);
    }
  }
}

// One that is `sharpness` times as steep; if steeper, all of that within a small part of the table
// at its lower end, as the nets of trained models are near the cutoff.
DenseNet net_of(double sharpness)
{
  DenseNet result = net();
  DenseLayer &first = result.front();
  for (double &weight : first.weight) weight *= sharpness;
  for (double &bias : first.bias) bias -= (sharpness - 1.0) * (LOW + 0.05);
  return result;
}

TEST(EmbeddingTable, SharpNetsHaveFinerIntervalsAtTheCutoff)
{
  EmbeddingSpline const smooth = fit_embedding(net_of(0.1), LOW, HIGH, 1e-10);
  EmbeddingSpline const sharp = fit_embedding(net_of(20.0), LOW, HIGH, 1e-10);
  auto const step = [](const EmbeddingSpline &spline, double place) {
    return spline.s_at(place + 1.0) - spline.s_at(place);
  };
  EXPECT_GT(step(smooth, 0.0), 0.8 * step(smooth, smooth.scale.intervals - 1.0));
  EXPECT_LT(step(sharp, 0.0), 0.25 * step(sharp, sharp.scale.intervals - 1.0));
  EXPECT_NEAR(sharp.s_at(0.0), LOW, 1e-12);
  EXPECT_NEAR(sharp.s_at(sharp.scale.intervals), HIGH, 1e-12);
  // With steps that are all as fine as the first it would be out of reach.
  EXPECT_GT((HIGH - LOW) / step(sharp, 0.0), 3.0 * sharp.scale.intervals);
}

// Potentials that are trained for long come to this.
TEST(EmbeddingTable, VerySharpNetsHaveLongTables)
{
  EmbeddingSpline const spline = fit_embedding(net_of(300.0), LOW, HIGH, 1e-10);
  EXPECT_GT(spline.scale.intervals, 4096);
  EXPECT_LE(spline.value_error, 1e-10 * spline.value_unit());
  EXPECT_LE(spline.slope_error, 1e-10 * spline.slope_unit());
  EXPECT_GT(spline.slope_error, 1e-13 * spline.slope_unit());
}

TEST(EmbeddingTable, PlacesHaveTheDerivativesOfTheirDifferences)
{
  constexpr double H = 1e-6;
  for (double const spread : {40.0, 0.5, 0.01}) {
    double const start = std::sqrt(spread);
    TableScale const scale = {LOW, spread, start, 50.0 / (std::sqrt(HIGH - LOW + spread) - start),
                              50};
    for (double s = LOW + 0.013; s < HIGH; s += 0.171) {
      TablePlace const before = table_place(s - H, scale);
      TablePlace const after = table_place(s + H, scale);
      double const steps = after.interval - before.interval + after.t - before.t;
      EXPECT_NEAR(table_place(s, scale).dt, steps / (2.0 * H), 1e-5 * table_place(s, scale).dt);
      EXPECT_GT(steps, 0.0);
    }
    // Rounding may put s a little below the beginning; far beyond the end is not in the table.
    EXPECT_EQ(table_place(LOW - 1e-9, scale).interval, 0);
    EXPECT_EQ(table_place(LOW - 1e-9, scale).t, 0.0);
    EXPECT_GT(table_place(HIGH + 0.1, scale).t, 1.0);
    EXPECT_GT(table_place(std::nan(""), scale).t, 1.0);
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
