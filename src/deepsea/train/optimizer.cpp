// SPDX-License-Identifier: GPL-2.0-only
#include "optimizer.hpp"

#include "linalg/simd.hpp"

#include <algorithm>
#include <cmath>

namespace lbs::deepsea {

namespace {

// What is the same for all parameters of a step.
template <class Real> struct AdamStep {
  Real keep1, add1, keep2, add2;    // of the moments, and of the gradient in them
  Real epsilon, rate, penalty;
  Real correction;    // 1 / sqrt(1 - beta2^t)
  double decay;
};

template <int, class Real>
LBS_ALWAYS_INLINE void adam_part_with(const AdamStep<Real> &step, std::size_t count,
                                      const Real *gradient, Real *first, Real *second,
                                      double *parameter)
{
#pragma omp simd
  for (std::size_t k = 0; k < count; ++k) {
    Real const g = gradient[k] + step.penalty * static_cast<Real>(parameter[k]);
    Real const m = step.keep1 * first[k] + step.add1 * g;
    Real const v = step.keep2 * second[k] + step.add2 * g * g;
    first[k] = m;
    second[k] = v;
    Real const move = step.rate * m / (std::sqrt(v) * step.correction + step.epsilon);
    parameter[k] -= step.decay * parameter[k] + static_cast<double>(move);
  }
}

// clang-format off
LBS_MACHINES(adam_part, in_double,
             (const AdamStep<double> &step, std::size_t count, const double *gradient,
              double *first, double *second, double *parameter),
             (step, count, gradient, first, second, parameter))
LBS_MACHINES(adam_part, in_single,
             (const AdamStep<float> &step, std::size_t count, const float *gradient,
              float *first, float *second, double *parameter),
             (step, count, gradient, first, second, parameter))
// clang-format on

}    // namespace

Adam::Adam(std::size_t parameters, const AdamSettings &settings, Ranges trainable,
           Precision precision)
    : settings_(settings), trainable_(std::move(trainable))
{
  const auto begin = [parameters](auto &moments) {
    moments.first.assign(parameters, 0);
    moments.second.assign(parameters, 0);
  };
  if (precision == Precision::SINGLE) begin(state.in_single);
  else begin(state.in_double);
}

void Adam::begin(double rate, std::vector<double> &parameters)
{
  ++state.steps;
  rate_ = rate;
  parameters_ = parameters.data();
}

template <class Real>
void Adam::move(std::size_t begin, std::size_t end, const Real *gradient, Moments<Real> &moments)
{
  auto const t = static_cast<double>(state.steps);
  AdamStep<Real> const step = {
      static_cast<Real>(settings_.beta1),
      static_cast<Real>(1.0 - settings_.beta1),
      static_cast<Real>(settings_.beta2),
      static_cast<Real>(1.0 - settings_.beta2),
      static_cast<Real>(settings_.epsilon),
      static_cast<Real>(rate_ / (1.0 - std::pow(settings_.beta1, t))),
      static_cast<Real>(settings_.penalty),
      static_cast<Real>(1.0 / std::sqrt(1.0 - std::pow(settings_.beta2, t))),
      rate_ * settings_.decay};
  for (const auto &[first, last] : trainable_) {
    std::size_t const from = std::max(begin, first);
    std::size_t const to = std::min(end, last);
    if (from < to)
      adam_part(step, to - from, gradient + (from - begin), moments.first.data() + from,
                moments.second.data() + from, parameters_ + from);
  }
}

void Adam::take(std::size_t begin, std::size_t end, const double *gradient)
{
  if (state.in_single.first.empty()) {
    move(begin, end, gradient, state.in_double);
  } else {
    std::vector<float> const part(gradient, gradient + (end - begin));
    move(begin, end, part.data(), state.in_single);
  }
}

void Adam::take(std::size_t begin, std::size_t end, const float *gradient)
{
  if (state.in_double.first.empty()) {
    move(begin, end, gradient, state.in_single);
  } else {
    std::vector<double> const part(gradient, gradient + (end - begin));
    move(begin, end, part.data(), state.in_double);
  }
}

}    // namespace lbs::deepsea
