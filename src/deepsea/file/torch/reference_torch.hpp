// SPDX-License-Identifier: GPL-2.0-only
// The reference: forward() of a model file, run by libtorch, with forces by its autograd.
#pragma once

#include "deepsea/file/torch_library.hpp"

#include <torch/script.h>

namespace lbs::deepsea {

class Reference {
 public:
  explicit Reference(torch::jit::Module module) : module_(std::move(module)) { module_.eval(); }

  // Energies of the centers and forces on all atoms.
  void run(const ReferenceFrame &frame);

 private:
  torch::jit::Module module_;
};

}    // namespace lbs::deepsea
