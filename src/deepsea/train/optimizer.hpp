// SPDX-License-Identifier: GPL-2.0-only
// Steps down the gradient of a loss.
#pragma once

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

// Adam: D. P. Kingma, J. Ba, arXiv:1412.6980; with `decay` AdamW: I. Loshchilov, F. Hutter,
// arXiv:1711.05101.
struct AdamSettings {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1.0e-8;
  double decay = 0.0;
};

class Adam {
 public:
  Adam() = default;
  Adam(std::size_t parameters, const AdamSettings &settings, int threads);

  // Moves the parameters, of which those with frozen[k] stay (`frozen` may be empty).
  void step(double rate, const std::vector<double> &gradient, const std::vector<char> &frozen,
            std::vector<double> &parameters);

  // All that a restart needs.
  struct State {
    std::vector<double> first, second;    // moments of the gradient
    long steps = 0;
  };
  State state;

 private:
  AdamSettings settings_;
  int threads_ = 1;
};

}    // namespace lbs::deepsea
