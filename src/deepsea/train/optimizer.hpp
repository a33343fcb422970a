// SPDX-License-Identifier: GPL-2.0-only
// Steps down the gradient of a loss.
#pragma once

#include "deepsea/model/model.hpp"

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
  // Moves only parameters in `trainable`. In single precision moments of the gradient are kept and
  // moves reckoned in that, which is half as much to read and write.
  Adam(std::size_t parameters, const AdamSettings &settings, Ranges trainable,
       Precision precision = Precision::DOUBLE);

  // Begins a step, which moves `parameters` as the gradient comes.
  void begin(double rate, std::vector<double> &parameters);
  // Moves parameters [begin, end); several threads may move different ones at once.
  void take(std::size_t begin, std::size_t end, const double *gradient);
  void take(std::size_t begin, std::size_t end, const float *gradient);

  template <class Real> struct Moments {
    std::vector<Real> first, second;
  };
  // All that a restart needs; moments of one precision are there.
  struct State {
    Moments<double> in_double;
    Moments<float> in_single;
    long steps = 0;
  };
  State state;

 private:
  AdamSettings settings_;
  Ranges trainable_;
  double rate_ = 0.0;
  double *parameters_ = nullptr;

  template <class Real>
  void move(std::size_t begin, std::size_t end, const Real *gradient, Moments<Real> &moments);
};

}    // namespace lbs::deepsea
