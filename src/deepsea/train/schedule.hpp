// SPDX-License-Identifier: GPL-2.0-only
// Learning rate and prefactors of the loss along a training run, as DeePMD-kit has them.
#pragma once

#include "loss_terms.hpp"

namespace lbs::deepsea {

struct LearningRate {
  // WSD: warm up, stay, decay.
  enum class Kind { EXPONENTIAL, COSINE, WSD };
  enum class Decay { INVERSE_LINEAR, COSINE, LINEAR };
  Kind kind = Kind::EXPONENTIAL;
  double start = 1.0e-3;
  double stop = 1.0e-8;
  long decay_steps = 5000;    // the exponential one falls every so many steps
  double decay_rate = 0.0;    // by this factor; 0: so that it ends at `stop`
  bool smooth = false;        // it falls a little every step
  long warmup_steps = 0;      // it rises linearly from warmup_start * start
  double warmup_start = 0.0;
  double decay_part = 0.1;    // of WSD: how much of the run the decay takes
  Decay decay = Decay::INVERSE_LINEAR;
  long steps = 1;    // of the whole run

  // At step 0, 1, ..., steps - 1.
  [[nodiscard]] double at(long step) const;

 private:
  [[nodiscard]] double exponential(double done, long whole) const;
  [[nodiscard]] double stay_and_decay(double done, long whole) const;
};

// A prefactor falls or rises from `start` to `limit` in proportion to the learning rate.
struct Prefactor {
  double start = 0.0;
  double limit = 0.0;

  [[nodiscard]] double at(double part) const { return limit + (start - limit) * part; }
};

struct Prefactors {
  Prefactor energy{0.02, 1.0};
  Prefactor force{1000.0, 1.0};
  Prefactor virial{0.0, 0.0};
  Prefactor weighted_force{0.0, 0.0};

  // `part`: the learning rate divided by the one at the start.
  [[nodiscard]] LossFactors at(double part) const
  {
    return {energy.at(part), force.at(part), virial.at(part), weighted_force.at(part)};
  }
};

}    // namespace lbs::deepsea
