// SPDX-License-Identifier: GPL-2.0-only
// Activation functions with their first and second derivatives: what the gradient of a loss on
// forces needs.
#pragma once

#include "deepsea/model/activation.hpp"

namespace lbs::deepsea {

// Value, first and second derivative of a function at one place.
template <class Real> struct Curve {
  Real value;
  Real slope;
  Real bend;
};

template <class Real> LBS_INLINE Curve<Real> curve(Activation activation, Real x)
{
  using std::exp;
  Slope<Real> const a = activate(activation, x);
  switch (activation) {
    case Activation::TANH: return {a.value, a.derivative, Real(-2) * a.value * a.derivative};
    case Activation::GELU: {
      // The same constants as in activate().
      constexpr Real SCALE = Real(0.79788456080286535588);
      constexpr Real CUBIC = Real(0.044715);
      Real const t = smooth_tanh(SCALE * (x + CUBIC * x * x * x));
      Real const dt = Real(1) - t * t;
      Real const du = SCALE * (Real(1) + Real(3) * CUBIC * x * x);
      Real const ddu = SCALE * Real(6) * CUBIC * x;
      return {a.value, a.derivative, dt * du + Real(0.5) * x * dt * (ddu - Real(2) * t * du * du)};
    }
    case Activation::SOFTPLUS:
      return {a.value, a.derivative, a.derivative * (Real(1) - a.derivative)};
    case Activation::SIGMOID:
      return {a.value, a.derivative, a.derivative * (Real(1) - Real(2) * a.value)};
    case Activation::SILU: {
      Real const s = Real(1) / (Real(1) + exp(-x));
      Real const ds = s * (Real(1) - s);
      return {a.value, a.derivative, ds * (Real(2) + x * (Real(1) - Real(2) * s))};
    }
    case Activation::RELU:
    case Activation::RELU6:
    case Activation::LINEAR: break;
  }
  return {a.value, a.derivative, Real(0)};
}

}    // namespace lbs::deepsea
