// SPDX-License-Identifier: GPL-2.0-only
// Levenberg-Marquardt steps down the loss, by Ceres Solver.
#pragma once

#include "loss.hpp"

#include <functional>
#include <string>
#include <vector>

namespace lbs::fmp::fit {

// Where a fit stands; with it, it goes on as if it had not stopped.
struct FitState {
  std::vector<double> scaled;    // the parameters, each in its own unit
  double radius = 1.0e4;         // of the region that the next step is taken in
  int steps = 0;                 // done
};

struct FitOutcome {
  FitState state;
  double loss = 0.0;
  bool converged = false;
  bool stopped = false;    // by `after_step`
};

// The starting values of an input.
FitState start_of(const std::vector<FreeParameter> &parameters);

// Values of the parameters in a state.
std::vector<double> values_of(const std::vector<FreeParameter> &parameters, const FitState &state);

// Goes on from `state` until the loss changes by less than the input's tolerance, its steps are
// done, or after_step(state, loss), called after each step that was a success, gives false.
// Throws InputError if the loss cannot be evaluated at the start.
FitOutcome minimize(const Loss &loss, const FitInput &input, const FitState &state,
                    const std::function<bool(const FitState &, double)> &after_step);

}    // namespace lbs::fmp::fit
