// SPDX-License-Identifier: GPL-2.0-only
#include "schedule.hpp"

#include <algorithm>
#include <cmath>

namespace lbs::deepsea {

double LearningRate::at(long step) const
{
  if (step < warmup_steps)
    return start * (warmup_start + (1.0 - warmup_start) * static_cast<double>(step) /
                                       static_cast<double>(warmup_steps));
  auto const done = static_cast<double>(step - warmup_steps);
  double const whole = std::max(1.0, static_cast<double>(steps - warmup_steps));
  if (kind == Kind::COSINE) {
    double const turn = std::acos(-1.0) * std::min(1.0, done / whole);
    return stop + 0.5 * (start - stop) * (1.0 + std::cos(turn));
  }
  auto const every = static_cast<double>(decay_steps);
  double const rate =
      decay_rate > 0.0 ? decay_rate : std::exp(std::log(stop / start) / (whole / every));
  return std::max(stop, start * std::pow(rate, std::floor(done / every)));
}

}    // namespace lbs::deepsea
