// SPDX-License-Identifier: GPL-2.0-only
// How well a form of the potential does at compositions that it was not fitted to.
#pragma once

#include "minimizer.hpp"
#include "statistics.hpp"

#include <vector>

namespace lbs::fmp::fit {

struct LeftOut {
  Deviations fitted;       // of the composition's frames, with the fit to all frames
  Deviations predicted;    // with the fit to all other compositions
  std::vector<double> values;
};

// For each condition of the data the fit without it, from `values`, those of the fit to all.
// Offsets of energies that belong to a composition are those of its own frames in both cases.
// `after_step` as in minimize(); once it has said no, the conditions that follow are missing.
std::vector<LeftOut>
cross_validate(const FitInput &input, const FitData &data, int threads, const FitState &fitted,
               const std::function<bool(const FitState &, double)> &after_step);

}    // namespace lbs::fmp::fit
