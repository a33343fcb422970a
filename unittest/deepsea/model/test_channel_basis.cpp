// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/model/channel_basis.hpp"
#include "deepsea/model/net_on_grid.hpp"
#include "deepsea/random_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace lbs::deepsea;
using lbs::deepsea::testing::ModelShape;
using lbs::deepsea::testing::NetOnGrid;
using lbs::deepsea::testing::RandomModel;
using lbs::deepsea::testing::wide_shape;

namespace {

constexpr double LOW = -0.5;
constexpr double HIGH = 4.0;

struct Case {
  Model model;
  std::vector<TabulatedNet> nets;
  ChannelBasis basis;

  explicit Case(double tolerance, const ModelShape &shape = wide_shape())
      : model(RandomModel(7).make(shape))
  {
    for (int t = 0; t < model.types(); ++t) {
      const DenseNet &net = model.embedding_of(0, t);
      nets.push_back({&net, fit_embedding(net, LOW, HIGH, 0.5 * tolerance)});
    }
    basis = find_basis(nets, model.axis_neurons, tolerance);
  }

  [[nodiscard]] double entry(int r, int m) const
  {
    return basis.vector[static_cast<std::size_t>(r) * basis.full + m];
  }
};

TEST(ChannelBasis, IsOrthonormalAndBeginsWithTheAxisNeurons)
{
  Case const c(1e-8);
  ASSERT_TRUE(c.basis.reduces());
  EXPECT_GE(c.basis.channels, c.model.axis_neurons);
  for (int r = 0; r < c.basis.channels; ++r)
    for (int q = 0; q <= r; ++q) {
      double product = 0.0;
      for (int m = 0; m < c.basis.full; ++m) product += c.entry(r, m) * c.entry(q, m);
      EXPECT_NEAR(product, r == q ? 1.0 : 0.0, 1e-13);
    }
  double beyond = 0.0;    // what other channels have there
  for (int r = c.model.axis_neurons; r < c.basis.channels; ++r) {
    for (int a = 0; a < c.model.axis_neurons; ++a) EXPECT_EQ(c.entry(r, a), 0.0);
    for (int m = c.model.axis_neurons; m < c.basis.full; ++m)
      beyond = std::max(beyond, std::fabs(c.entry(r, m)));
  }
  EXPECT_GT(beyond, 0.1);
}

// The channels that come back from the reduced splines, in places that the search did not look at.
TEST(ChannelBasis, KeepsTheErrorAskedFor)
{
  for (double const tolerance : {1e-5, 1e-7, 1e-9}) {
    Case const c(tolerance);
    ASSERT_TRUE(c.basis.reduces());
    for (const TabulatedNet &tabulated : c.nets) {
      EmbeddingSpline const few = reduced(tabulated.spline, c.basis);
      EXPECT_EQ(few.channels, c.basis.channels);
      auto const [at, exact] = NetOnGrid(*tabulated.net, LOW, HIGH, 2000);
      double value_error = 0.0;
      double slope_error = 0.0;
      std::vector<double> value;
      std::vector<double> slope;
      for (std::size_t k = 0; k < at.size(); ++k) {
        few.evaluate(at[k], value, slope);
        for (int m = 0; m < c.basis.full; ++m) {
          double g = 0.0;
          double dg = 0.0;
          for (int r = 0; r < c.basis.channels; ++r) {
            g += c.entry(r, m) * value[r];
            dg += c.entry(r, m) * slope[r];
          }
          value_error = std::max(value_error, std::fabs(g - exact.value[k * c.basis.full + m]));
          slope_error = std::max(slope_error, std::fabs(dg - exact.slope[k * c.basis.full + m]));
        }
      }
      const EmbeddingSpline &told = tabulated.spline;
      EXPECT_LE(value_error, told.value_error);
      EXPECT_LE(slope_error, told.slope_error);
      EXPECT_LE(told.value_error, tolerance * told.value_unit());
      EXPECT_LE(told.slope_error, tolerance * told.slope_unit());
      EXPECT_GT(slope_error, 0.5 * told.slope_error);    // and it is no loose bound
    }
  }
}

TEST(ChannelBasis, LessErrorTakesMoreChannels)
{
  int before = 0;
  for (double const tolerance : {1e-4, 1e-6, 1e-8}) {
    int const channels = Case(tolerance).basis.channels;
    EXPECT_GT(channels, before + 3);
    before = channels;
  }
  // A few channels of three nets are all needed.
  Case const few(1e-10, ModelShape());
  EXPECT_FALSE(few.basis.reduces());
  EXPECT_EQ(few.basis.channels, few.model.channels());
}

// The energy of a descriptor that is made of channels in the span.
TEST(ChannelBasis, ReducedFittingNetIsTheSameInTheSpan)
{
  Case const c(1e-6);
  ASSERT_TRUE(c.basis.reduces());
  int const axis = c.model.axis_neurons;
  const DenseNet &net = c.model.fitting.front();
  DenseNet const small = reduced(net, c.basis, axis);
  RandomModel random(9);
  std::vector<std::array<double, 4>> few(c.basis.channels);
  for (auto &row : few)
    for (double &number : row) number = 0.3 * random.normal();
  std::vector<std::array<double, 4>> all(c.basis.full, {0.0, 0.0, 0.0, 0.0});
  for (int m = 0; m < c.basis.full; ++m)
    for (int r = 0; r < c.basis.channels; ++r)
      for (int k = 0; k < 4; ++k) all[m][k] += c.entry(r, m) * few[r][k];
  // Sums of the first layer.
  const auto first_sums = [axis](const std::vector<std::array<double, 4>> &gtr,
                                 const DenseLayer &layer) {
    EXPECT_EQ(layer.inputs, static_cast<int>(gtr.size()) * axis);
    std::vector<double> sums(layer.outputs, 0.0);
    for (std::size_t m = 0; m < gtr.size(); ++m)
      for (int a = 0; a < axis; ++a) {
        double const d = std::inner_product(gtr[m].begin(), gtr[m].end(), gtr[a].begin(), 0.0);
        for (int o = 0; o < layer.outputs; ++o)
          sums[o] += d * layer.weight[(m * axis + a) * layer.outputs + o];
      }
    return sums;
  };
  auto const expected = first_sums(all, net.front());
  auto const got = first_sums(few, small.front());
  double most = 0.0;
  for (std::size_t o = 0; o < expected.size(); ++o) {
    EXPECT_NEAR(got[o], expected[o], 1e-12);
    most = std::max(most, std::fabs(expected[o]));
  }
  EXPECT_GT(most, 0.1);
  EXPECT_EQ(small.size(), net.size());
  EXPECT_EQ(small.back().weight, net.back().weight);
  // Negative control: a channel beyond the span is felt by the whole net only.
  all.back()[0] += 0.1;
  auto const other = first_sums(all, net.front());
  EXPECT_GT(std::fabs(other[0] - got[0]), 1e-4);
}

}    // namespace
