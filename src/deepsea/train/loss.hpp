// SPDX-License-Identifier: GPL-2.0-only
// The loss of a batch of frames and its gradient by all numbers of a model.
//
// The loss is the mean over the frames of what loss_terms.hpp has. With a = dL/dE, c = dL/dF, v =
// dL/dV the gradient by a weight w is
//   a dE/dw + c . dF/dw + v : dV/dw = d/dw [ a E + E' ],
// where E' is the derivative of the energy along the direction in which each pair's vector d from
// center i to neighbor j moves by -(c_j - c_i) - v^T d. So one directional derivative takes the
// place of differentiating twice: see dual_net.hpp.
#pragma once

#include "loss_terms.hpp"
#include "training_frame.hpp"

#include "deepsea/model/model.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace lbs::deepsea {

class LossGradient {
 public:
  enum class Arithmetic { SINGLE, DOUBLE };
  // `model` gives shapes, cutoffs and statistics; its numbers are those of set(). With a
  // `tolerance` above 0 embedding nets are interpolated (embedding_grid.hpp) where that takes fewer
  // evaluations, so that adapt_grids() can keep errors of values and derivatives below so much of
  // the largest one.
  LossGradient(const Model &model, Arithmetic arithmetic, int threads, double tolerance = 0.0);
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
  [[nodiscard]] const std::vector<Prediction> &predictions() const;
  // Changes the spacings of the grids by the errors at neighbors of the last batch, of which it
  // returns the largest one, relative to the largest value or derivative.
  double adapt_grids();
  [[nodiscard]] std::vector<double> grid_spacings() const;    // of the embedding nets
  void set_grid_spacings(const std::vector<double> &spacings);
  [[nodiscard]] std::size_t memory_usage() const;    // bytes

  class Implementation;

 private:
  std::unique_ptr<Implementation> impl_;
};

}    // namespace lbs::deepsea
