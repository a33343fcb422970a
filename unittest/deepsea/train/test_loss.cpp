// SPDX-License-Identifier: GPL-2.0-only
#include "training_frames.hpp"

#include "deepsea/train/loss.hpp"
#include "deepsea/train/parameters.hpp"

#include "deepsea/frames/frame_energy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;

namespace {

std::vector<ModelShape> shapes()
{
  auto all = smooth_shapes();
  all.resize(4);
  for (Activation const activation :
       {Activation::LINEAR, Activation::GELU, Activation::SOFTPLUS, Activation::SILU}) {
    ModelShape shape;
    shape.embedding_activation = shape.fitting_activation = activation;
    all.push_back(shape);
  }
  return all;
}

class LossOfShape : public ::testing::TestWithParam<int> {};

}    // namespace

TEST_P(LossOfShape, PredictionsAreTheEvaluators)
{
  RandomModel random(11 + GetParam());
  Model const model = random.make(shapes()[GetParam()]);
  Frame const frame = random_frame(random, model.elements, 12);
  TrainingFrame const training = make_training_frame(frame, {}, model);
  LossGradient loss(model, LossGradient::Arithmetic::DOUBLE, 1);
  loss.evaluate({&training}, {}, nullptr);
  EvaluatorSettings settings;
  settings.table_error = 0.0;
  auto const expected = fast_engine(model, settings)->evaluate(frame);
  const auto &got = loss.predictions().front();
  EXPECT_NEAR(got.energy, expected.energy, 1e-10 * std::fabs(expected.energy));
  double largest = 0.0;
  for (std::size_t i = 0; i < frame.x.size(); ++i)
    for (std::size_t k = 0; k < 3; ++k) {
      largest = std::max(largest, std::fabs(expected.force[i][k]));
      EXPECT_NEAR(got.force[i][k], expected.force[i][k], 1e-9);
    }
  EXPECT_GT(largest, 0.01);
  for (std::size_t k = 0; k < 9; ++k) EXPECT_NEAR(got.virial[k], expected.virial[k], 1e-8);
}

namespace {

// Two frames with some atoms that the model knows.
std::vector<TrainingFrame> some_frames(RandomModel &random, const Model &model, int atoms)
{
  std::vector<TrainingFrame> frames;
  for (int const count : {atoms - 3, atoms})
    frames.push_back(make_training_frame(random_frame(random, model.elements, count),
                                         random_labels(random, count), model));
  return frames;
}

// The gradient of each term against differences of the loss.
void expect_gradient_of_differences(LossGradient &loss, const std::vector<double> &parameters,
                                    const std::vector<TrainingFrame> &frames, int trials,
                                    RandomModel &random)
{
  std::vector<LossFactors> const terms = {
      {1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}, {0.3, 2.0, 0.1, 0.5}};
  for (const LossFactors &factors : terms) {
    std::vector<double> gradient;
    loss.set(parameters);
    double const at = loss.evaluate({&frames[0], &frames[1]}, factors, &gradient).loss;
    ASSERT_EQ(gradient.size(), parameters.size());
    double const scale =
        std::fabs(*std::max_element(gradient.begin(), gradient.end(), [](double a, double b) {
          return std::fabs(a) < std::fabs(b);
        }));
    ASSERT_GT(scale, 1e-6 * at);
    for (int trial = 0; trial < trials; ++trial) {
      auto const k = static_cast<std::size_t>(random.uniform(0, double(parameters.size())));
      double const step = 1e-5;
      double sides[2];
      for (int side = 0; side < 2; ++side) {
        std::vector<double> moved = parameters;
        moved[k] += side == 0 ? -step : step;
        loss.set(moved);
        sides[side] = loss.evaluate({&frames[0], &frames[1]}, factors, nullptr).loss;
      }
      EXPECT_NEAR(gradient[k], (sides[1] - sides[0]) / (2 * step), 1e-7 * scale + 1e-9 * at)
          << "number " << k << " of " << parameters.size();
    }
  }
}

// |a - b| / |b|
double distance(const std::vector<double> &a, const std::vector<double> &b)
{
  double difference = 0.0;
  double size = 0.0;
  for (std::size_t k = 0; k < b.size(); ++k) {
    difference += (a[k] - b[k]) * (a[k] - b[k]);
    size += b[k] * b[k];
  }
  return std::sqrt(difference / size);
}

}    // namespace

TEST_P(LossOfShape, GradientIsThatOfDifferences)
{
  RandomModel random(31 + GetParam());
  Model model = random.make(shapes()[GetParam()]);
  model.excluded[1] = 1;
  auto const frames = some_frames(random, model, 12);
  LossGradient loss(model, LossGradient::Arithmetic::DOUBLE, 2);
  expect_gradient_of_differences(loss, parameters_of(model), frames, 40, random);
}

// Interpolation changes the loss, but its gradient is exact.
TEST_P(LossOfShape, GradientOfInterpolationIsThatOfDifferences)
{
  RandomModel random(51 + GetParam());
  Model const model = random.make(shapes()[GetParam()]);
  auto const frames = some_frames(random, model, 40);
  LossGradient loss(model, LossGradient::Arithmetic::DOUBLE, 2, 1.0e-6);
  loss.set_grid_spacings(std::vector<double>(model.embedding.size(), 0.4));
  expect_gradient_of_differences(loss, parameters_of(model), frames, 8, random);
  LossGradient exact(model, LossGradient::Arithmetic::DOUBLE, 2);
  double const coarse = loss.evaluate({&frames[0]}, {1, 1, 1, 1}, nullptr).loss;
  double const without = exact.evaluate({&frames[0]}, {1, 1, 1, 1}, nullptr).loss;
  EXPECT_GT(std::fabs(coarse - without), 1.0e-9 * without) << "nothing was interpolated";
}

TEST_P(LossOfShape, GridsAdaptToTheTolerance)
{
  RandomModel random(71 + GetParam());
  Model const model = random.make(shapes()[GetParam()]);
  auto const frames = some_frames(random, model, 40);
  LossFactors const factors = {0.3, 2.0, 0.1, 0.5};
  std::vector<double> expected, coarse, fine;
  LossGradient exact(model, LossGradient::Arithmetic::DOUBLE, 2);
  exact.evaluate({&frames[0], &frames[1]}, factors, &expected);
  double const tolerance = 1.0e-6;
  LossGradient loss(model, LossGradient::Arithmetic::DOUBLE, 2, tolerance);
  loss.set_grid_spacings(std::vector<double>(model.embedding.size(), 0.5));
  loss.evaluate({&frames[0], &frames[1]}, factors, &coarse);
  double error = loss.adapt_grids();
  if (shapes()[GetParam()].embedding_activation != Activation::LINEAR) {
    EXPECT_GT(error, tolerance);
    EXPECT_GT(distance(coarse, expected), tolerance);
  }
  for (int trial = 0; trial < 20 && error > tolerance; ++trial) {
    loss.evaluate({&frames[0], &frames[1]}, factors, &fine);
    error = loss.adapt_grids();
  }
  EXPECT_LE(error, tolerance);
  if (!fine.empty()) {
    EXPECT_LT(distance(fine, expected), 10.0 * tolerance);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, LossOfShape, ::testing::Range(0, 8));
