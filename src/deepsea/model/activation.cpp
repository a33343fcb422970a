// SPDX-License-Identifier: GPL-2.0-only
#include "activation.hpp"

#include "support/input_error.hpp"

#include <algorithm>
#include <array>

namespace lbs::deepsea {

namespace {

struct Name {
  const char *name;
  Activation activation;
};

// The first name of an activation is the one that files get.
constexpr std::array<Name, 10> NAMES = {{{"linear", Activation::LINEAR},
                                         {"none", Activation::LINEAR},
                                         {"tanh", Activation::TANH},
                                         {"gelu", Activation::GELU},
                                         {"gelu_tf", Activation::GELU},
                                         {"relu", Activation::RELU},
                                         {"relu6", Activation::RELU6},
                                         {"softplus", Activation::SOFTPLUS},
                                         {"sigmoid", Activation::SIGMOID},
                                         {"silu", Activation::SILU}}};

}    // namespace

Activation activation_by_name(const std::string &name)
{
  auto const *found = std::find_if(NAMES.begin(), NAMES.end(),
                                   [&](const Name &entry) { return entry.name == name; });
  if (found == NAMES.end())
    throw InputError("activation function '" + name +
                     "' is not supported; known are linear, none, tanh, gelu, gelu_tf, relu, "
                     "relu6, softplus, sigmoid and silu");
  return found->activation;
}

std::string name_of(Activation activation)
{
  for (auto const &entry : NAMES)
    if (entry.activation == activation) return entry.name;
  throw InputError("activation function number " + std::to_string(static_cast<int>(activation)) +
                   " is unknown");
}

}    // namespace lbs::deepsea
