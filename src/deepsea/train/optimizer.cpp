// SPDX-License-Identifier: GPL-2.0-only
#include "optimizer.hpp"

#include "linalg/simd.hpp"

#include <algorithm>
#include <cmath>

namespace lbs::deepsea {

namespace {

// What is the same for all parameters of a step.
struct AdamStep {
  double beta1, beta2, epsilon, rate, decay;
  double correction;    // 1 / sqrt(1 - beta2^t)
};

template <int>
LBS_ALWAYS_INLINE void adam_part_with(const AdamStep &step, std::size_t count,
                                      const double *gradient, double *first, double *second,
                                      double *parameter)
{
#pragma omp simd
  for (std::size_t k = 0; k < count; ++k) {
    double const g = gradient[k];
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

Adam::Adam(std::size_t parameters, const AdamSettings &settings, int threads)
    : settings_(settings), threads_(std::max(1, threads))
{
  state.first.assign(parameters, 0.0);
  state.second.assign(parameters, 0.0);
}

void Adam::step(double rate, const std::vector<double> &gradient, const std::vector<char> &frozen,
                std::vector<double> &parameters)
{
  ++state.steps;
  auto const t = static_cast<double>(state.steps);
  AdamStep const step = {
      settings_.beta1,        settings_.beta2,
      settings_.epsilon,      rate / (1.0 - std::pow(settings_.beta1, t)),
      rate * settings_.decay, 1.0 / std::sqrt(1.0 - std::pow(settings_.beta2, t))};
  std::vector<double> kept;
  if (!frozen.empty()) kept = parameters;
  constexpr std::size_t PART = 8192;
  auto const parts = static_cast<long>((parameters.size() + PART - 1) / PART);
#pragma omp parallel for num_threads(threads_) if (threads_ > 1)
  for (long p = 0; p < parts; ++p) {
    std::size_t const begin = p * PART;
    adam_part(step, std::min(PART, parameters.size() - begin), gradient.data() + begin,
              state.first.data() + begin, state.second.data() + begin, parameters.data() + begin);
  }
  for (std::size_t k = 0; k < frozen.size(); ++k)
    if (frozen[k]) parameters[k] = kept[k];
}

}    // namespace lbs::deepsea
