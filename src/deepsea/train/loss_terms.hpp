// SPDX-License-Identifier: GPL-2.0-only
// The terms of the loss of a frame with N atoms, as DeePMD-kit has them:
//   p_e (E - E0)^2 / N + p_f sum (F - F0)^2 / 3N + p_v sum (V - V0)^2 / 9N
//     + p_pf sum w_i (F - F0)^2 / 3N
#pragma once

#include "training_frame.hpp"

#include <array>
#include <vector>

namespace lbs::deepsea {

// Factors of the terms.
struct LossFactors {
  double energy = 0.0;            // p_e
  double force = 0.0;             // p_f
  double virial = 0.0;            // p_v
  double weighted_force = 0.0;    // p_pf: of sum of w_i (F - F0)^2 / 3N with weights of atoms
};

// Sums of squared errors over a batch, and what they are divided by.
struct LossSums {
  double loss = 0.0;       // by the factors that were given
  double energy2 = 0.0;    // ((E - E0) / N)^2
  double force2 = 0.0;     // (F - F0)^2 of components, without atoms that have no part in the loss
  double virial2 = 0.0;    // ((V - V0) / N)^2
  double weighted_force2 = 0.0;    // w (F - F0)^2 of the same components, where atoms have weights
  double energies = 0.0, forces = 0.0, virials = 0.0;
  // The terms of the loss, each with a factor of 1.
  double energy_term = 0.0, force_term = 0.0, virial_term = 0.0, weighted_force_term = 0.0;

  // Another batch, which has so large a share of all frames.
  void add(const LossSums &other, double share);
  [[nodiscard]] double loss_by(const LossFactors &factors) const;
};

// What a model says about a frame: eV, eV/A, eV.
struct Prediction {
  double energy = 0.0;
  std::vector<std::array<double, 3>> force;
  std::array<double, 9> virial{};
};

// The derivatives of the loss by what the model predicts for a frame.
struct LossAdjoint {
  double by_energy = 0.0;
  std::vector<std::array<double, 3>> by_force;
  std::array<double, 9> by_virial{};
};

// Adds the frame's errors to the sums, whose other frames had the same factors; `share` is its part
// of the batch's loss.
LossAdjoint add_errors(const TrainingFrame &frame, const Prediction &says,
                       const LossFactors &factors, double share, LossSums &sums);

}    // namespace lbs::deepsea
