// SPDX-License-Identifier: GPL-2.0-only
#include "schedule.hpp"

#include <algorithm>
#include <cmath>

namespace lbs::deepsea {

namespace {

double half_wave(double from, double to, double part)
{
  return to + 0.5 * (from - to) * (1.0 + std::cos(std::acos(-1.0) * part));
}

}    // namespace

double LearningRate::at(long step) const
{
  if (step < warmup_steps)
    return start * (warmup_start + (1.0 - warmup_start) * static_cast<double>(step) /
                                       static_cast<double>(warmup_steps));
  auto const done = static_cast<double>(step - warmup_steps);
  long const whole = std::max(1L, steps - warmup_steps);
  switch (kind) {
    case Kind::EXPONENTIAL: return exponential(done, whole);
    case Kind::COSINE:
      return half_wave(start, stop, std::min(1.0, done / static_cast<double>(whole)));
    case Kind::WSD: break;
  }
  return stay_and_decay(done, whole);
}

double LearningRate::exponential(double done, long whole) const
{
  constexpr double LEAST = 1.0e-10;    // for a rate that shall end at 0
  long every = decay_steps;
  // A short run would never fall.
  if (decay_rate <= 0.0 && every >= whole) every = whole / 10 > 100 ? 100 : whole / 100 + 1;
  double const falls = done / static_cast<double>(every);
  double const rate = decay_rate > 0.0
                          ? decay_rate
                          : std::exp(std::log(std::max(stop, LEAST) / start) /
                                     (static_cast<double>(whole) / static_cast<double>(every)));
  return std::max(stop, start * std::pow(rate, smooth ? falls : std::floor(falls)));
}

double LearningRate::stay_and_decay(double done, long whole) const
{
  long const decaying =
      std::max(1L, std::min(static_cast<long>(decay_part * static_cast<double>(steps)), whole));
  double const part =
      (done - static_cast<double>(whole - decaying)) / static_cast<double>(decaying);
  if (part <= 0.0) return start;
  if (part >= 1.0) return stop;
  switch (decay) {
    case Decay::INVERSE_LINEAR: return 1.0 / (part / stop + (1.0 - part) / start);
    case Decay::COSINE: return half_wave(start, stop, part);
    case Decay::LINEAR: break;
  }
  return start + (stop - start) * part;
}

}    // namespace lbs::deepsea
