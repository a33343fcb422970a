// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/model/activation.hpp"

#include "expect_error.hpp"

#include <algorithm>

using namespace lbs::deepsea;

namespace {

constexpr Activation ALL[] = {Activation::LINEAR,  Activation::TANH,  Activation::GELU,
                              Activation::RELU,    Activation::RELU6, Activation::SOFTPLUS,
                              Activation::SIGMOID, Activation::SILU};

// Of the textbook formulas, evaluated apart with 40 digits; corners are told by hand.
struct Value {
  Activation activation;
  double x, value;
};
constexpr Value VALUES[] = {
    {Activation::LINEAR, -8.3, -8.3},
    {Activation::LINEAR, 2.1, 2.1},
    {Activation::TANH, -8.3, -0.999999876478780917},
    {Activation::TANH, -0.4, -0.379948962255224885},
    {Activation::TANH, 0.0, 0.0},
    {Activation::TANH, 0.3, 0.291312612451590906},
    {Activation::TANH, 2.1, 0.970451936613453884},
    {Activation::TANH, 6.4, 0.999994478470099614},
    {Activation::GELU, -8.3, -2.8040719041867e-23},
    {Activation::GELU, -1.7, -0.075894104448843835},
    {Activation::GELU, 0.0, 0.0},
    {Activation::GELU, 0.3, 0.185370923542759248},
    {Activation::GELU, 2.1, 2.06266900496111212},
    {Activation::GELU, 6.4, 6.39999999999823322},
    {Activation::RELU, -1.7, 0.0},
    {Activation::RELU, 11.0, 11.0},
    {Activation::RELU6, -1.7, 0.0},
    {Activation::RELU6, 5.9, 5.9},
    {Activation::RELU6, 11.0, 6.0},
    {Activation::SOFTPLUS, -8.3, 0.000248485951916504606},
    {Activation::SOFTPLUS, -0.4, 0.513015252399952624},
    {Activation::SOFTPLUS, 2.1, 2.21551952317975497},
    {Activation::SOFTPLUS, 6.4, 6.40166017841404556},
    {Activation::SIGMOID, -8.3, 0.000248455081839334463},
    {Activation::SIGMOID, -0.4, 0.401312339887547999},
    {Activation::SIGMOID, 2.1, 0.890903178804387061},
    {Activation::SIGMOID, 6.4, 0.998341198919825578},
    {Activation::SILU, -8.3, -0.00206217717926647604},
    {Activation::SILU, -0.4, -0.1605249359550192},
    {Activation::SILU, 2.1, 1.87089667548921283},
    {Activation::SILU, 6.4, 6.3893836730868837},
};

}    // namespace

TEST(Activation, ValuesAreThoseOfTheFormulas)
{
  for (const auto &at : VALUES)
    EXPECT_NEAR(activate(at.activation, at.x).value, at.value, 4e-15)
        << name_of(at.activation) << " at " << at.x;
}

TEST(Activation, DerivativesAreThoseOfTheValues)
{
  constexpr double H = 1e-5;
  for (auto const activation : ALL)
    for (double const x : {-3.1, -0.7, 0.2, 1.3, 4.4, 6.7}) {
      double const slope =
          (activate(activation, x + H).value - activate(activation, x - H).value) / (2.0 * H);
      EXPECT_NEAR(activate(activation, x).derivative, slope, 1e-9)
          << name_of(activation) << " at " << x;
    }
}

TEST(Activation, LargeArgumentsGiveTheLimits)
{
  for (double const x : {-1000.0, 1000.0})
    for (auto const activation : ALL) {
      auto const at = activate(activation, x);
      EXPECT_TRUE(std::isfinite(at.value) && std::isfinite(at.derivative)) << name_of(activation);
    }
  EXPECT_EQ(activate(Activation::SOFTPLUS, 1000.0).value, 1000.0);
  EXPECT_EQ(activate(Activation::TANH, -1000.0).value, -1.0);
}

TEST(Activation, NamesLeadToThemselves)
{
  for (auto const activation : ALL) EXPECT_EQ(activation_by_name(name_of(activation)), activation);
  EXPECT_EQ(activation_by_name("none"), Activation::LINEAR);
  EXPECT_EQ(activation_by_name("gelu_tf"), Activation::GELU);
}

TEST(Activation, UnknownNamesAreRefused)
{
  lbs::test::expect_error([] { activation_by_name("silut:3.0"); },
                          "activation function 'silut:3.0' is not supported; known are");
}
