// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/host/dense_net.hpp"
#include "deepsea/host/packed_descriptor.hpp"
#include "deepsea/model/embedding_net.hpp"
#include "deepsea/random_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace lbs::deepsea;
using lbs::deepsea::testing::ModelShape;
using lbs::deepsea::testing::RandomModel;

namespace {

// Values of the net for `count` inputs, row by row, and the gradients by them.
std::vector<double> run(const ScalarNet<double> &net, const std::vector<double> &rows, int count,
                        std::vector<double> &gradient)
{
  constexpr int LANE = lbs::LANES<double>;
  auto const inputs = rows.size() / count;
  int const packs = lbs::padded<double>(count) / LANE;
  gradient.assign(rows.size(), 0.0);
  // Calls visit(place in rows, number of the block) for all numbers of a block that are in use.
  const auto over = [&](const auto &block, auto visit) {
    for (int c = 0; c < count; ++c)
      for (int i = 0; i < block.count; ++i)
        visit(c * inputs + block.first + i,
              block.numbers[(c / LANE * block.room + i) * LANE + c % LANE]);
  };
  std::vector<double> value(packs * LANE);
  ScalarNet<double>::Workspace work;
  net.start(packs, work);
  for (const auto &block : work.blocks) {
    std::fill_n(block.numbers, packs * block.room * LANE, 0.0);
    over(block, [&](std::size_t at, double &number) { number = rows[at]; });
    net.multiply(packs, block, work);
  }
  net.forward(packs, value.data(), work);
  net.backward(packs, work);
  for (const auto &block : work.blocks) {
    net.multiply_back(packs, block, work);
    over(block, [&](std::size_t at, double number) { gradient[at] = number; });
  }
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

// A wide net, whose input is made in blocks, is the sum of narrow ones with a part of the input
// each where nothing bends: L(x) = sum over parts p of L_p(x_p).
TEST(ScalarNet, BlocksOfTheInputAddUp)
{
  constexpr int INPUTS = 250;    // three blocks, the last one with no whole group of rows
  constexpr int PARTS = 10;
  constexpr int EACH = INPUTS / PARTS;
  constexpr int WIDTH = 49;
  constexpr int ROWS = 35;    // an odd number of packs, the last one not full
  RandomModel random(7);
  const auto layer = [&](int inputs, int outputs) {
    DenseLayer made;
    made.inputs = inputs;
    made.outputs = outputs;
    made.activation = Activation::LINEAR;
    made.skip = false;
    made.bias.assign(outputs, 0.0);
    for (int i = 0; i < inputs * outputs; ++i) made.weight.push_back(0.1 * random.normal());
    return made;
  };
  DenseNet wide = {layer(INPUTS, WIDTH), layer(WIDTH, 1)};
  std::vector<double> rows;
  for (int i = 0; i < ROWS * INPUTS; ++i) rows.push_back(random.normal());
  std::vector<double> gradient;
  auto const value = run(ScalarNet<double>(wide), rows, ROWS, gradient);

  std::vector<double> sum(ROWS, 0.0);
  double strongest = 0.0;
  for (int p = 0; p < PARTS; ++p) {
    DenseNet narrow = {layer(EACH, WIDTH), wide[1]};
    std::copy_n(wide[0].weight.begin() + static_cast<std::ptrdiff_t>(p) * EACH * WIDTH,
                EACH * WIDTH, narrow[0].weight.begin());
    std::vector<double> part;
    for (int r = 0; r < ROWS; ++r)
      part.insert(part.end(), rows.begin() + r * INPUTS + p * EACH,
                  rows.begin() + r * INPUTS + (p + 1) * EACH);
    std::vector<double> part_gradient;
    auto const part_value = run(ScalarNet<double>(narrow), part, ROWS, part_gradient);
    for (int r = 0; r < ROWS; ++r) {
      sum[r] += part_value[r];
      for (int i = 0; i < EACH; ++i) {
        double const expected = part_gradient[r * EACH + i];
        EXPECT_NEAR(gradient[r * INPUTS + p * EACH + i], expected, 1e-13);
        strongest = std::max(strongest, std::fabs(expected));
      }
    }
  }
  for (int r = 0; r < ROWS; ++r) EXPECT_NEAR(value[r], sum[r], 1e-12);
  EXPECT_GT(std::fabs(value[0]), 0.01);
  EXPECT_GT(strongest, 0.05);
}

// A single layer, with no hidden one before it: tanh(0.5 x + y - 0.25), by hand at (0.5, 0.25).
TEST(ScalarNet, OneLayerIsEnough)
{
  DenseLayer layer;
  layer.inputs = 2;
  layer.outputs = 1;
  layer.activation = Activation::TANH;
  layer.skip = false;
  layer.weight = {0.5, 1.0};
  layer.bias = {-0.25};
  std::vector<double> gradient;
  auto const value = run(ScalarNet<double>({layer}), {0.5, 0.25}, 1, gradient);
  EXPECT_NEAR(value[0], 0.24491866240370913, 1e-15);     // tanh(1/4)
  EXPECT_NEAR(gradient[0], 0.470007424403189, 1e-15);    // half of 1 - tanh(1/4)^2
  EXPECT_NEAR(gradient[1], 0.940014848806378, 1e-15);
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
