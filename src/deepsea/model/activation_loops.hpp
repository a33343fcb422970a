// SPDX-License-Identifier: GPL-2.0-only
// Activation functions of whole arrays, in loops that become vector code. Include this before any
// other header; see linalg/vector_math.hpp.
#pragma once

#include "linalg/vector_math.hpp"

#include "activation.hpp"

#include "linalg/simd.hpp"

#include <cstddef>
#include <type_traits>

namespace lbs::deepsea {

template <Activation A> using Choice = std::integral_constant<Activation, A>;

// Numbers z become y = a(z), and d = a'(z); one loop for each activation, so that it becomes
// vector code.
template <Activation A, class Real>
LBS_ALWAYS_INLINE void activate_each(std::size_t count, Real *y, Real *d)
{
#pragma omp simd
  for (std::size_t i = 0; i < count; ++i) {
    Slope<Real> const a = activate(A, y[i]);
    y[i] = a.value;
    d[i] = a.derivative;
  }
}

template <class Real>
LBS_ALWAYS_INLINE void activate_any(Activation activation, std::size_t count, Real *y, Real *d)
{
  const auto with = [&](auto choice) { activate_each<decltype(choice)::value>(count, y, d); };
  switch (activation) {
    case Activation::LINEAR: return with(Choice<Activation::LINEAR>());
    case Activation::TANH: return with(Choice<Activation::TANH>());
    case Activation::GELU: return with(Choice<Activation::GELU>());
    case Activation::RELU: return with(Choice<Activation::RELU>());
    case Activation::RELU6: return with(Choice<Activation::RELU6>());
    case Activation::SOFTPLUS: return with(Choice<Activation::SOFTPLUS>());
    case Activation::SIGMOID: return with(Choice<Activation::SIGMOID>());
    case Activation::SILU: return with(Choice<Activation::SILU>());
  }
}

}    // namespace lbs::deepsea
