// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/random_model.hpp"
#include "deepsea/train/parameters.hpp"
#include "deepsea/train/soap.hpp"

#include "linalg/blas.hpp"

#include <gtest/gtest.h>

#include <cmath>

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;

namespace {

// A model whose only layer has so many inputs and outputs.
Model one_layer(int inputs, int outputs, bool timestep = false)
{
  DenseLayer layer;
  layer.inputs = inputs;
  layer.outputs = outputs;
  layer.weight.assign(static_cast<std::size_t>(inputs) * outputs, 0.0);
  layer.bias.assign(outputs, 0.0);
  if (timestep) layer.timestep.assign(outputs, 0.0);
  Model model;
  model.fitting = {{layer}};
  return model;
}

}    // namespace

// Until its eigenvectors turn for the first time, parameters are their own coordinates.
TEST(Soap, BeforeItsFirstTurnItIsAdam)
{
  RandomModel random(3);
  Model const model = random.make({});
  ParameterLayout const layout(model);
  AdamSettings settings;
  settings.beta2 = 0.99;
  settings.decay = 0.1;
  Ranges const trainable = {{0, layout.bias}};
  Soap soap(model, settings, 100, trainable, 2);
  Adam adam(layout.count, settings, trainable);
  auto const start = parameters_of(model);
  auto by_soap = start;
  auto by_adam = start;
  std::vector<double> gradient(layout.count);
  for (int step = 0; step < 20; ++step) {
    for (double &g : gradient) g = std::copysign(random.uniform(0.5, 1.5), random.normal());
    soap.step(0.01, gradient, by_soap);
    adam.begin(0.01, by_adam);
    adam.take(0, gradient.size(), gradient.data());
  }
  for (std::size_t k = 0; k < layout.count; ++k) EXPECT_NEAR(by_soap[k], by_adam[k], 1.0e-5) << k;
  EXPECT_GT(std::abs(by_soap[0] - start[0]), 1.0e-3);
  EXPECT_EQ(by_soap.back(), start.back());    // an energy bias
}

// The covariances of a gradient u s v^T have u and v as their only eigenvectors that are not to be
// seen as zeros; in these the gradient is one number, and Adam's first step by it is the rate.
TEST(Soap, AGradientOfRankOneMovesAlongIt)
{
  std::vector<double> const u = {0.6, 0.0, -0.48, 0.64};    // two inputs, bias and timestep
  std::vector<double> const v = {2.0 / 3.0, -1.0 / 3.0, 2.0 / 3.0};
  Model const model = one_layer(2, 3, true);
  for (double const size : {1.0e-3, 1.0, 1.0e3}) {
    Soap soap(model, {}, 1, {{0, 12}}, 1);
    std::vector<double> gradient(13, 0.0);
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 3; ++j) gradient[3 * i + j] = size * u[i] * v[j];
    std::vector<double> parameters(13, 0.0);
    soap.step(0.1, gradient, parameters);
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 3; ++j)
        EXPECT_NEAR(parameters[3 * i + j], -0.1 * u[i] * v[j], 5.0e-3) << size << ' ' << i << j;
  }
}

// A linear model of two inputs that are almost the same, one sample a step. What the weights should
// be is known; Adam is still far from it.
TEST(Soap, GoesAlongANarrowValley)
{
  Model const model = one_layer(2, 1);
  std::vector<double> const wanted = {1.0, -1.0};
  const auto distance = [&](const std::vector<double> &w) {
    return std::hypot(w[0] - wanted[0], w[1] - wanted[1]);
  };
  constexpr int STEPS = 600;
  AdamSettings settings;
  settings.beta2 = 0.99;
  Ranges const trainable = {{0, 3}};
  Soap soap(model, settings, 5, trainable, 1);
  Adam adam(4, settings, trainable);
  std::vector<double> by_soap(4, 0.0);
  std::vector<double> by_adam(4, 0.0);
  RandomModel random(6);
  for (int step = 0; step < STEPS; ++step) {
    double const rate = 0.03 * (1.0 - static_cast<double>(step) / STEPS);
    double const common = random.normal();
    double const apart = 0.02 * random.normal();
    std::vector<double> const x = {common + apart, common - apart};
    const auto gradient_at = [&](const std::vector<double> &w) {
      double const error = (w[0] - wanted[0]) * x[0] + (w[1] - wanted[1]) * x[1];
      return std::vector<double>{error * x[0], error * x[1], 0.0, 0.0};
    };
    soap.step(rate, gradient_at(by_soap), by_soap);
    auto const gradient = gradient_at(by_adam);
    adam.begin(rate, by_adam);
    adam.take(0, 4, gradient.data());
  }
  EXPECT_LT(distance(by_soap), 0.3);
  EXPECT_GT(distance(by_adam), 1.0);
}

TEST(Soap, MovesWhatIsTrainableAndForAnyThreadsTheSame)
{
  RandomModel random(4);
  Model const model = random.make({});
  ParameterLayout const layout(model);
  std::size_t const second = layout.fitting.at(0);
  Ranges trainable = {{second, second + 1}};    // the first layer of a fitting net
  const DenseLayer &layer = model.fitting[0][0];
  trainable[0].second = second + layer.weight.size() + layer.bias.size() + layer.timestep.size();
  std::vector<double> gradient(layout.count);
  std::vector<std::vector<double>> found;
  for (int const threads : {1, 3}) {
    RandomModel noise(5);
    Soap soap(model, {}, 2, trainable, threads);
    Soap all(model, {}, 2, {{0, layout.bias}}, threads);
    auto parameters = parameters_of(model);
    auto with_all = parameters;
    for (int step = 0; step < 7; ++step) {
      for (double &g : gradient) g = noise.normal();
      soap.step(0.01, gradient, parameters);
      all.step(0.01, gradient, with_all);
    }
    found.push_back(with_all);
    auto const start = parameters_of(model);
    for (std::size_t k = 0; k < layout.count; ++k) {
      bool const inside = k >= trainable[0].first && k < trainable[0].second;
      EXPECT_EQ(parameters[k], inside ? with_all[k] : start[k]) << k;
      EXPECT_EQ(parameters[k] != start[k], inside) << k;
    }
  }
  EXPECT_EQ(found[0], found[1]);
}

TEST(Blas, RowsBecomeOrthonormal)
{
  std::vector<float> matrix = {3.0F, 4.0F, 0.0F, 6.0F, 8.0F, 0.0F, 1.0F, 1.0F, 1.0F};
  lbs::blas::make_rows_orthonormal(3, matrix.data());
  EXPECT_NEAR(std::abs(matrix[0]), 0.6, 1e-6);
  EXPECT_NEAR(std::abs(matrix[1]), 0.8, 1e-6);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      float product = 0.0F;
      for (int k = 0; k < 3; ++k) product += matrix[3 * i + k] * matrix[3 * j + k];
      EXPECT_NEAR(product, i == j ? 1.0F : 0.0F, 1e-6) << i << j;
    }
}
