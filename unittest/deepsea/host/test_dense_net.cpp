// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/host/dense_net.hpp"
#include "deepsea/host/packed_descriptor.hpp"
#include "deepsea/model/embedding_net.hpp"
#include "deepsea/random_model.hpp"

#include <gtest/gtest.h>

using namespace lbs::deepsea;
using lbs::deepsea::testing::ModelShape;
using lbs::deepsea::testing::RandomModel;

namespace {

std::vector<double> run(const ScalarNet<double> &net, const std::vector<double> &rows, int count,
                        std::vector<double> &gradient)
{
  constexpr int LANE = lbs::LANES<double>;
  auto const inputs = rows.size() / count;
  int const packs = lbs::padded<double>(count) / LANE;
  gradient.assign(rows.size(), 0.0);
  // Calls visit(place in rows, number of the block) for all numbers of a block that are in use.
  const auto over = [&](const auto &block, auto visit) {
    for (int c = 0; c < packs * LANE; ++c)
      for (int i = 0; i < block.count; ++i) {
        auto &number = block.numbers[(c / LANE * block.room + i) * LANE + c % LANE];
        if (c < count) visit(c * inputs + block.first + i, number);
      }
  };
  std::vector<double> value(packs * LANE);
  ScalarNet<double>::Workspace work;
  net.evaluate(
      packs,
      [&](const lbs::RowBlock<double> &block) {
        std::fill_n(block.numbers, packs * block.room * LANE, 0.0);
        over(block, [&](std::size_t at, double &number) { number = rows[at]; });
      },
      [&](const lbs::RowBlock<const double> &block) {
        over(block, [&](std::size_t at, const double &number) { gradient[at] = number; });
      },
      value.data(), work);
  value.resize(count);
  return value;
}

class ScalarNetOf : public ::testing::TestWithParam<Activation> {};

TEST_P(ScalarNetOf, GradientIsTheSlope)
{
  ModelShape shape;
  shape.fitting = {40, 40, 80};    // plain, passing on, doubling
  shape.axis = 2;                  // 40 inputs, so the first layer passes on, too
  shape.fitting_activation = GetParam();
  RandomModel random(3);
  Model const model = random.make(shape);
  ScalarNet<double> const net(model.fitting.front());
  int const inputs = model.descriptor_size();
  constexpr int ROWS = 11;    // no whole number of packs
  std::vector<double> rows;
  for (int i = 0; i < ROWS * inputs; ++i) rows.push_back(0.3 * random.normal());
  std::vector<double> gradient;
  std::vector<double> unused;
  run(net, rows, ROWS, gradient);
  double strongest = 0.0;
  for (int i = 0; i < ROWS * inputs; i += 37) {
    constexpr double H = 1e-5;
    auto up = rows;
    auto down = rows;
    up[i] += H;
    down[i] -= H;
    double const slope =
        (run(net, up, ROWS, unused)[i / inputs] - run(net, down, ROWS, unused)[i / inputs]) /
        (2 * H);
    EXPECT_NEAR(gradient[i], slope, 1e-7);
    strongest = std::max(strongest, std::fabs(slope));
  }
  EXPECT_GT(strongest, 0.05);
}

INSTANTIATE_TEST_SUITE_P(Activations, ScalarNetOf,
                         ::testing::Values(Activation::TANH, Activation::GELU, Activation::SOFTPLUS,
                                           Activation::SIGMOID, Activation::SILU,
                                           Activation::LINEAR));

// Wide enough for products of quarters: against sums that are written out.
TEST(ScalarNet, WideFirstLayersAreTheSame)
{
  ModelShape shape;
  shape.embedding = {13, 26};
  shape.axis = 9;    // 234 inputs, no whole groups of rows
  shape.fitting = {96};
  RandomModel random(7);
  Model const model = random.make(shape);
  const DenseNet &layers = model.fitting.front();
  ScalarNet<double> const net(layers);
  int const inputs = model.descriptor_size();
  int const width = layers[0].outputs;
  ASSERT_EQ(layers.size(), 2);
  constexpr int ROWS = 35;    // an odd number of packs, the last one not full
  std::vector<double> rows;
  for (int i = 0; i < ROWS * inputs; ++i) rows.push_back(0.3 * random.normal());
  std::vector<double> gradient;
  auto const value = run(net, rows, ROWS, gradient);
  double strongest = 0.0;
  for (int r = 0; r < ROWS; ++r) {
    double expected = layers[1].bias[0];
    std::vector<double> slope(inputs, 0.0);
    for (int o = 0; o < width; ++o) {
      double z = layers[0].bias[o];
      for (int i = 0; i < inputs; ++i) z += rows[r * inputs + i] * layers[0].weight[i * width + o];
      Slope<double> const a = activate(layers[0].activation, z);
      double const step = layers[0].timestep.empty() ? 1.0 : layers[0].timestep[o];
      expected += a.value * step * layers[1].weight[o];
      for (int i = 0; i < inputs; ++i)
        slope[i] += a.derivative * step * layers[1].weight[o] * layers[0].weight[i * width + o];
    }
    EXPECT_NEAR(value[r], expected, 1e-12);
    for (int i = 0; i < inputs; ++i) {
      EXPECT_NEAR(gradient[r * inputs + i], slope[i], 1e-12);
      strongest = std::max(strongest, std::fabs(slope[i]));
    }
  }
  EXPECT_GT(strongest, 0.05);
}

TEST(DenseNet, EmbeddingSlopesAreSlopes)
{
  RandomModel random(4);
  DenseNet const net = random.make({}).embedding.front();
  constexpr double H = 1e-5;
  NetSlopes at;
  evaluate_embedding(net, {0.4, 0.4 + H, 0.4 - H}, at);
  double strongest = 0.0;
  auto const channels = at.value.size() / 3;
  for (std::size_t m = 0; m < channels; ++m) {
    double const slope = (at.value[channels + m] - at.value[2 * channels + m]) / (2 * H);
    EXPECT_NEAR(at.slope[m], slope, 1e-8);
    strongest = std::max(strongest, std::fabs(slope));
  }
  EXPECT_GT(strongest, 0.1);
}

TEST(PackedDescriptor, NetOfPackedRowsIsTheSame)
{
  ModelShape shape;
  shape.embedding = {9, 18, 36};    // more rows than one block has
  RandomModel random(6);
  Model const model = random.make(shape);
  int const channels = model.channels();
  int const axis = model.axis_neurons;
  FittingInput const input = pack_input(model.fitting.front(), channels, axis);
  // A symmetric matrix, as D is where both indices are axis neurons.
  std::vector<double> whole(model.descriptor_size());
  std::vector<double> packed(input.net.front().inputs);
  EXPECT_EQ(packed.size(), channels * axis - axis * (axis - 1) / 2);
  std::vector<std::size_t> place(packed.size());
  std::vector<std::size_t> twin(packed.size());
  for (int m = 0; m < channels; ++m)
    for (int row = input.rows[m]; row < input.rows[m + 1]; ++row) {
      int const a = row - input.rows[m];
      packed[row] = 0.2 * random.normal();
      place[row] = m * axis + a;
      twin[row] = m < axis ? a * axis + m : place[row];
      whole[place[row]] = whole[twin[row]] = packed[row];
    }

  ScalarNet<double> const plain(model.fitting.front());
  ScalarNet<double> const short_one(input.net);
  std::vector<double> gradient;
  std::vector<double> short_gradient;
  auto const value = run(plain, whole, 1, gradient);
  EXPECT_GT(std::fabs(value[0]), 1e-3);
  EXPECT_NEAR(run(short_one, packed, 1, short_gradient)[0], value[0], 1e-13);
  for (std::size_t i = 0; i < packed.size(); ++i) {
    double const expected = gradient[place[i]] + (twin[i] == place[i] ? 0.0 : gradient[twin[i]]);
    EXPECT_NEAR(short_gradient[i], expected, 1e-13);
  }
}

}    // namespace
