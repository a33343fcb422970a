// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/model/activation.hpp"

#include "expect_error.hpp"

#include <algorithm>

using namespace lbs::deepsea;

namespace {

constexpr Activation ALL[] = {Activation::LINEAR,  Activation::TANH,  Activation::GELU,
                              Activation::RELU,    Activation::RELU6, Activation::SOFTPLUS,
                              Activation::SIGMOID, Activation::SILU};

// The textbook formulas, which lose digits or overflow where the others do not.
double textbook(Activation activation, double x)
{
  double const sigmoid = 1.0 / (1.0 + std::exp(-x));
  switch (activation) {
    case Activation::LINEAR: break;
    case Activation::TANH: return std::tanh(x);
    case Activation::GELU:
      return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::RELU: return std::max(0.0, x);
    case Activation::RELU6: return std::min(std::max(0.0, x), 6.0);
    case Activation::SOFTPLUS: return std::log(1.0 + std::exp(x));
    case Activation::SIGMOID: return sigmoid;
    case Activation::SILU: return x * sigmoid;
  }
  return x;
}

}    // namespace

TEST(Activation, ValuesAreThoseOfTheFormulas)
{
  for (auto const activation : ALL)
    for (double const x : {-8.3, -1.7, -0.4, 0.0, 0.3, 2.1, 5.9, 6.4, 11.0})
      EXPECT_NEAR(activate(activation, x).value, textbook(activation, x), 4e-15)
          << name_of(activation) << " at " << x;
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
