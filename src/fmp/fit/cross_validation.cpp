// SPDX-License-Identifier: GPL-2.0-only
#include "cross_validation.hpp"

namespace lbs::fmp::fit {

std::vector<LeftOut> cross_validate(const FitInput &input, const FitData &data, int threads,
                                    const FitState &fitted,
                                    const std::function<bool(const FitState &, double)> &after_step)
{
  Loss const whole(input, data, threads);
  auto const table = deviations(data, whole.predictions(values_of(input.free, fitted))).conditions;
  std::vector<LeftOut> all;
  for (std::size_t c = 0; c < data.conditions.size(); ++c) {
    Loss const others(input, data, threads, c);
    FitState start = fitted;
    start.steps = 0;
    start.radius = FitState().radius;
    auto const outcome = minimize(others, input, start, after_step);
    if (outcome.stopped) break;
    LeftOut made;
    made.fitted = table[c];
    made.values = values_of(input.free, outcome.state);
    bool const own_offset = input.reference == EnergyReference::COMPOSITION;
    auto const predicted = (own_offset ? whole : others).predictions(made.values);
    made.predicted = deviations(data, predicted).conditions[c];
    all.push_back(made);
  }
  return all;
}

}    // namespace lbs::fmp::fit
