// SPDX-License-Identifier: GPL-2.0-only
// What gives a training run its losses and gradients: this package's own loops, or libtorch.
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
#include "support/ranks.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace lbs::deepsea {

// Takes a gradient as it is made.
class GradientSink {
 public:
  virtual ~GradientSink() = default;
  // Once, before all parts: the errors of the batch. If it throws, there is no gradient.
  virtual void begin(const LossSums &sums) = 0;
  // The gradient by the numbers [begin, end) of ParameterLayout, in the precision of the engine.
  // Several threads call it at once, for different numbers, when the engine no longer needs the
  // parameters.
  virtual void take(std::size_t begin, std::size_t end, const double *gradient) = 0;
  virtual void take(std::size_t begin, std::size_t end, const float *gradient) = 0;
};

class LossEngine {
 public:
  LossEngine() = default;
  virtual ~LossEngine() = default;
  LossEngine(const LossEngine &) = delete;
  LossEngine &operator=(const LossEngine &) = delete;

  // The numbers of the model, in the order of ParameterLayout; they must live, and change only as
  // GradientSink says, until the next call.
  virtual void set(const std::vector<double> &parameters) = 0;
  // Gives the numbers of the first rank to all, and takes them as set() does: other processors
  // round otherwise, so that the ranks drift apart.
  virtual void from_first_rank(std::vector<double> &) {}
  // Errors of a batch, and the gradient of its loss to `sink` unless that is null. What the sink
  // does to the parameters counts from then on.
  virtual LossSums evaluate(const std::vector<const TrainingFrame *> &batch,
                            const LossFactors &factors, GradientSink *sink) = 0;
  // The same with the gradient in one piece.
  LossSums evaluate(const std::vector<const TrainingFrame *> &batch, const LossFactors &factors,
                    std::vector<double> &gradient);
  [[nodiscard]] virtual std::size_t parameters() const = 0;    // their number
  // What the model says about the frames of the last batch.
  [[nodiscard]] virtual const std::vector<Prediction> &predictions() const = 0;
  // Where embedding nets are interpolated: changes the spacings of their grids by the errors at
  // neighbors of the last batch, of which it returns the largest one, relative to the largest value
  // or derivative.
  virtual double adapt_grids() { return 0.0; }
  [[nodiscard]] virtual std::vector<double> grid_spacings() const { return {}; }    // of each net
  virtual void set_grid_spacings(const std::vector<double> &) {}
};

// In the precision of the model; its numbers are those of the model until set(). With a `tolerance`
// above 0 embedding nets are interpolated (embedding_grid.hpp) where that takes fewer evaluations,
// so that adapt_grids() can keep errors of values and derivatives below so much of the largest one.
std::unique_ptr<LossEngine> host_engine(const Model &model, int threads, double tolerance = 0.0);

// The same by forward() of the model file and libtorch's autograd, on a device: cpu, cuda or
// cuda:NUMBER. Throws InputError if libtorch or the device is not there.
std::unique_ptr<LossEngine> torch_engine(const Model &model, const std::string &device,
                                         int threads);

// The same on several ranks, each of which has such an engine and is given the same batches: it
// evaluates some of a batch's frames, and all get the sums over all frames. predictions() are
// those of the rank's own frames.
std::unique_ptr<LossEngine> rank_engine(std::unique_ptr<LossEngine> engine, Ranks &ranks,
                                        int threads);

}    // namespace lbs::deepsea
