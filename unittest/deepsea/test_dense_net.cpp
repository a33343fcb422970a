#include "deepsea/dense_net.hpp"
#include "deepsea/packed_descriptor.hpp"

#include "random_model.hpp"

#include <gtest/gtest.h>

using namespace lbs::deepsea;
using lbs::deepsea::testing::ModelShape;
using lbs::deepsea::testing::RandomModel;

namespace {

std::vector<double> run(const ScalarNet<double> &net, std::vector<double> rows, int count,
                        std::vector<double> &gradient)
{
  auto const inputs = rows.size() / count;
  auto const stride = static_cast<std::size_t>(net.input_stride());
  std::vector<double> in(lbs::whole_groups(count) * stride);
  for (int r = 0; r < count; ++r)
    std::copy(rows.begin() + r * inputs, rows.begin() + (r + 1) * inputs, in.begin() + r * stride);
  std::vector<double> value(count);
  ScalarNet<double>::Workspace work;
  net.evaluate(count, in.data(), value.data(), work);
  gradient.clear();
  for (int r = 0; r < count; ++r)
    gradient.insert(gradient.end(), in.begin() + r * stride, in.begin() + r * stride + inputs);
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
  constexpr int ROWS = 11;    // no whole number of groups
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
  RandomModel random(6);
  Model const model = random.make(shape);
  int const channels = model.channels();
  int const axis = model.axis_neurons;
  // A symmetric matrix, as D is where both indices are axis neurons.
  std::vector<double> whole(model.descriptor_size());
  std::vector<double> packed;
  for (int a = 0; a < axis; ++a)
    for (int m = a; m < channels; ++m) {
      double const number = 0.2 * random.normal();
      packed.push_back(number);
      whole[m * axis + a] = number;
      if (m < axis) whole[a * axis + m] = number;
    }
  std::vector<double> unpacked(whole.size());
  unpack_descriptor(channels, axis, packed.data(), unpacked.data());
  EXPECT_EQ(unpacked, whole);

  ScalarNet<double> const plain(model.fitting.front());
  ScalarNet<double> const short_one(packed_input(model.fitting.front(), channels, axis));
  std::vector<double> gradient;
  std::vector<double> short_gradient;
  auto const value = run(plain, whole, 1, gradient);
  EXPECT_NEAR(run(short_one, packed, 1, short_gradient)[0], value[0], 1e-13);
  std::vector<double> expected(packed.size());
  pack_gradient(channels, axis, gradient.data(), expected.data());
  for (std::size_t i = 0; i < packed.size(); ++i)
    EXPECT_NEAR(short_gradient[i], expected[i], 1e-13);
}

}    // namespace
