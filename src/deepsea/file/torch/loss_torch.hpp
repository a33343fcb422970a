// SPDX-License-Identifier: GPL-2.0-only
// The loss of labelled frames through forward() of a model file, and its gradient by libtorch's
// autograd: the path for GPUs, and what the tests measure deepsea/train against.
#pragma once

#include "deepsea/file/torch_library.hpp"

#include <torch/script.h>

#include <string>
#include <vector>

namespace lbs::deepsea {

class TorchLoss {
 public:
  // In the precision of the model. Throws InputError for a device that libtorch does not have.
  TorchLoss(const Model &model, const std::string &device, int threads);

  void set(const double *weights);
  void run(const LossBatch &batch, const LossAnswer &answer);

 private:
  torch::jit::Module module_;
  torch::Device device_;
  at::ScalarType real_;
  int threads_;
  std::vector<at::Tensor>
      weights_;    // in the order of set(); empty ones where there is no timestep

  void take_weights(const std::string &nets);
  [[nodiscard]] at::Tensor reals(const double *values, at::IntArrayRef shape) const;
  [[nodiscard]] at::Tensor integers(const int *values, std::int64_t count) const;
};

}    // namespace lbs::deepsea
