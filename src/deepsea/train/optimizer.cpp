// SPDX-License-Identifier: GPL-2.0-only
#include "optimizer.hpp"

#include "linalg/simd.hpp"

#include <algorithm>
#include <cmath>

namespace lbs::deepsea {

namespace {

// What is the same for all parameters of a step.
struct AdamStep {
  double beta1, beta2, epsilon, rate, decay, penalty;
  double correction;    // 1 / sqrt(1 - beta2^t)
};

template <int>
LBS_ALWAYS_INLINE void adam_part_with(const AdamStep &step, std::size_t count,
                                      const double *gradient, double *first, double *second,
                                      double *parameter)
{
#pragma omp simd
  for (std::size_t k = 0; k < count; ++k) {
    double const g = gradient[k] + step.penalty * parameter[k];
    double const m = step.beta1 * first[k] + (1.0 - step.beta1) * g;
    double const v = step.beta2 * second[k] + (1.0 - step.beta2) * g * g;
    first[k] = m;
    second[k] = v;
    parameter[k] -=
        step.decay * parameter[k] + step.rate * m / (std::sqrt(v) * step.correction + step.epsilon);
  }
}

// clang-format off
LBS_MACHINES(adam_part, of_step,
             (const AdamStep &step, std::size_t count, const double *gradient, double *first,
              double *second, double *parameter),
             (step, count, gradient, first, second, parameter))
// clang-format on

}    // namespace

Adam::Adam(std::size_t parameters, const AdamSettings &settings, Ranges trainable)
    : settings_(settings), trainable_(std::move(trainable))
{
  state.first.assign(parameters, 0.0);
  state.second.assign(parameters, 0.0);
}

void Adam::begin(double rate, std::vector<double> &parameters)
{
  ++state.steps;
  rate_ = rate;
  parameters_ = parameters.data();
}

void Adam::take(std::size_t begin, std::size_t end, const double *gradient)
{
  auto const t = static_cast<double>(state.steps);
  AdamStep const step = {settings_.beta1,
                         settings_.beta2,
                         settings_.epsilon,
                         rate_ / (1.0 - std::pow(settings_.beta1, t)),
                         rate_ * settings_.decay,
                         settings_.penalty,
                         1.0 / std::sqrt(1.0 - std::pow(settings_.beta2, t))};
  for (const auto &[first, last] : trainable_) {
    std::size_t const from = std::max(begin, first);
    std::size_t const to = std::min(end, last);
    if (from < to)
      adam_part(step, to - from, gradient + (from - begin), state.first.data() + from,
                state.second.data() + from, parameters_ + from);
  }
}

}    // namespace lbs::deepsea
