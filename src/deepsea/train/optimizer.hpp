// SPDX-License-Identifier: GPL-2.0-only
// Steps down the gradient of a loss.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace lbs::deepsea {

// Adam: D. P. Kingma, J. Ba, arXiv:1412.6980; with `decay` AdamW: I. Loshchilov, F. Hutter,
// arXiv:1711.05101; with `penalty` the gradient of penalty x^2 / 2 is added to that of the loss.
struct AdamSettings {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1.0e-8;
  double decay = 0.0;
  double penalty = 0.0;
};

// Ranges [first, second) of parameters.
using Ranges = std::vector<std::pair<std::size_t, std::size_t>>;

class Adam {
 public:
  Adam() = default;
  // Moves only parameters in `trainable`.
  Adam(std::size_t parameters, const AdamSettings &settings, Ranges trainable);

  // Begins a step, which moves `parameters` as the gradient comes.
  void begin(double rate, std::vector<double> &parameters);
  // Moves parameters [begin, end); several threads may move different ones at once.
  void take(std::size_t begin, std::size_t end, const double *gradient);

  // All that a restart needs.
  struct State {
    std::vector<double> first, second;    // moments of the gradient
    long steps = 0;
  };
  State state;

 private:
  AdamSettings settings_;
  Ranges trainable_;
  double rate_ = 0.0;
  double *parameters_ = nullptr;
};

}    // namespace lbs::deepsea
