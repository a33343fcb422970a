// SPDX-License-Identifier: GPL-2.0-only
// The loss of a batch of frames and its gradient by all numbers of a model.
//
// Loss of a frame with N atoms, as DeePMD-kit has it (the mean over the frames is the batch's):
//   p_e (E - E0)^2 / N + p_f sum (F - F0)^2 / 3N + p_v sum (V - V0)^2 / 9N + ...
// With a = dL/dE, c = dL/dF, v = dL/dV the gradient by a weight w is
//   a dE/dw + c . dF/dw + v : dV/dw = d/dw [ a E + E' ],
// where E' is the derivative of the energy along the direction in which each pair's vector d from
// center i to neighbor j moves by -(c_j - c_i) - v^T d. So one directional derivative takes the
// place of differentiating twice: see dual_net.hpp.
#pragma once

#include "training_frame.hpp"

#include "deepsea/model/model.hpp"

#include <cstddef>
#include <memory>
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
  double loss = 0.0;
  double energy2 = 0.0;    // ((E - E0) / N)^2
  double force2 = 0.0;     // (F - F0)^2 of all components
  double virial2 = 0.0;    // ((V - V0) / N)^2
  double energies = 0.0, forces = 0.0, virials = 0.0;
};

// Where the numbers of each net stand in one long row: embedding nets, fitting nets, then the
// energy biases.
struct ParameterLayout {
  explicit ParameterLayout(const Model &model);

  std::vector<std::size_t> embedding;
  std::vector<std::size_t> fitting;
  std::size_t bias = 0;
  std::size_t count = 0;
};
std::vector<double> parameters_of(const Model &model);
void set_parameters(const std::vector<double> &parameters, Model &model);

class LossGradient {
 public:
  enum class Arithmetic { SINGLE, DOUBLE };
  // `model` gives shapes, cutoffs and statistics; its numbers are those of set().
  LossGradient(const Model &model, Arithmetic arithmetic, int threads);
  ~LossGradient();
  LossGradient(const LossGradient &) = delete;
  LossGradient &operator=(const LossGradient &) = delete;

  // The numbers must live, and stay unchanged while this works, until the next call.
  void set(const std::vector<double> &parameters);

  // Errors of a batch, and the gradient of its loss into `gradient` (ParameterLayout) unless that
  // is null.
  LossSums evaluate(const std::vector<const TrainingFrame *> &batch, const LossFactors &factors,
                    std::vector<double> *gradient);

  // What the model says about the frames of the last batch.
  struct Prediction {
    double energy = 0.0;
    std::vector<std::array<double, 3>> force;
    std::array<double, 9> virial{};
  };
  [[nodiscard]] const std::vector<Prediction> &predictions() const;
  [[nodiscard]] std::size_t memory_usage() const;    // bytes

  class Implementation;

 private:
  std::unique_ptr<Implementation> impl_;
};

}    // namespace lbs::deepsea
