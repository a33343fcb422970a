// SPDX-License-Identifier: GPL-2.0-only
// What gives a training run its losses and gradients: this package's own loops, or libtorch.
#pragma once

#include "loss.hpp"
#include "loss_terms.hpp"
#include "training_frame.hpp"

#include "deepsea/model/model.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace lbs::deepsea {

class LossEngine {
 public:
  LossEngine() = default;
  virtual ~LossEngine() = default;
  LossEngine(const LossEngine &) = delete;
  LossEngine &operator=(const LossEngine &) = delete;

  // The numbers of the model, in the order of ParameterLayout; they must live, and stay unchanged,
  // until the next call.
  virtual void set(const std::vector<double> &parameters) = 0;
  // Errors of a batch, and the gradient of its loss into `gradient` unless that is null.
  virtual LossSums evaluate(const std::vector<const TrainingFrame *> &batch,
                            const LossFactors &factors, std::vector<double> *gradient) = 0;
  // What the model says about the frames of the last batch.
  [[nodiscard]] virtual const std::vector<Prediction> &predictions() const = 0;
  [[nodiscard]] virtual std::size_t memory_usage() const = 0;    // bytes; 0: not known
  // Grids on which embedding nets are interpolated, see LossGradient; by default there are none.
  virtual double adapt_grids() { return 0.0; }
  [[nodiscard]] virtual std::vector<double> grid_spacings() const { return {}; }
  virtual void set_grid_spacings(const std::vector<double> &) {}
};

// In the precision of the model, by LossGradient. `tolerance`: of interpolated embedding nets; 0:
// no interpolation.
std::unique_ptr<LossEngine> host_engine(const Model &model, int threads, double tolerance = 0.0);

// The same by forward() of the model file and libtorch's autograd, on a device: cpu, cuda or
// cuda:NUMBER. Throws InputError if libtorch or the device is not there.
std::unique_ptr<LossEngine> torch_engine(const Model &model, const std::string &device,
                                         int threads);

}    // namespace lbs::deepsea
