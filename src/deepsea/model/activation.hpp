// SPDX-License-Identifier: GPL-2.0-only
// Activation functions of the networks, with their derivatives.
#pragma once

#include "slope.hpp"

#include "support/host_device.hpp"

#include <cmath>
#include <string>

namespace lbs::deepsea {

enum class Activation : int { LINEAR, TANH, GELU, RELU, RELU6, SOFTPLUS, SIGMOID, SILU };

// By the names that DeePMD-kit uses: none and linear, tanh, gelu and gelu_tf (the tanh form), relu,
// relu6, softplus, sigmoid, silu; throws InputError for another one.
Activation activation_by_name(const std::string &name);
std::string name_of(Activation activation);

// 1 - 2/(1 + exp 2x): as exact as tanh() in absolute terms, which is what a network needs, and made
// of what vectorizes everywhere.
template <class Real> LBS_INLINE Real smooth_tanh(Real x)
{
  using std::exp;
  return Real(1) - Real(2) / (Real(1) + exp(Real(2) * x));
}

template <class Real> LBS_INLINE Slope<Real> activate(Activation activation, Real x)
{
  using std::exp;
  using std::log1p;
  switch (activation) {
    case Activation::TANH: {
      Real const t = smooth_tanh(x);
      return {t, Real(1) - t * t};
    }
    case Activation::GELU: {
      // The tanh form: D. Hendrycks, K. Gimpel, arXiv:1606.08415.
      constexpr Real SCALE = Real(0.79788456080286535588);    // sqrt(2/pi)
      constexpr Real CUBIC = Real(0.044715);
      Real const t = smooth_tanh(SCALE * (x + CUBIC * x * x * x));
      Real const slope = SCALE * (Real(1) + Real(3) * CUBIC * x * x) * (Real(1) - t * t);
      return {Real(0.5) * x * (Real(1) + t), Real(0.5) * (Real(1) + t + x * slope)};
    }
    case Activation::RELU: return {x > 0 ? x : Real(0), x > 0 ? Real(1) : Real(0)};
    case Activation::RELU6:
      return {x < 0 ? Real(0) : x > 6 ? Real(6) : x, x > 0 && x < 6 ? Real(1) : Real(0)};
    case Activation::SOFTPLUS: {
      Real const decay = exp(x < 0 ? x : -x);
      Real const sigmoid = (x < 0 ? decay : Real(1)) / (Real(1) + decay);
      return {(x < 0 ? Real(0) : x) + log1p(decay), sigmoid};
    }
    case Activation::SIGMOID: {
      Real const s = Real(1) / (Real(1) + exp(-x));
      return {s, s * (Real(1) - s)};
    }
    case Activation::SILU: {
      Real const s = Real(1) / (Real(1) + exp(-x));
      return {x * s, s * (Real(1) + x * (Real(1) - s))};
    }
    case Activation::LINEAR: break;
  }
  return {x, Real(1)};
}

}    // namespace lbs::deepsea
