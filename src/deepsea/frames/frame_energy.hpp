// SPDX-License-Identifier: GPL-2.0-only
// Energies and forces of frames by a model file, by the fast kernels or by the reference.
#pragma once

#include "deepsea/host/evaluator.hpp"
#include "frames/frames.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace lbs::deepsea {

struct FrameEnergy {
  double energy = 0.0;                         // eV
  std::array<double, 9> virial{};              // eV: xx xy xz yx ... zz, sum of x F
  std::vector<std::array<double, 3>> force;    // eV/A
  std::vector<double> atom_energy;             // eV
  ShortPair short_pairs;                       // none by the reference; indices of atoms
};

// Types of a frame's atoms: places of their elements in `elements`. Throws InputError for one that
// is not there.
std::vector<int> types_of(const Frame &frame, const std::vector<std::string> &elements);

// What evaluates frames, one after another.
class FrameEngine {
 public:
  virtual ~FrameEngine() = default;
  // Throws InputError: an element that is not in the model, a flat cell, atoms that overlap.
  virtual FrameEnergy evaluate(const Frame &frame) = 0;
};

// By the fast kernels.
std::unique_ptr<FrameEngine> fast_engine(const Model &model, const EvaluatorSettings &settings);

// By forward() of the file and libtorch's autograd.
std::unique_ptr<FrameEngine> reference_engine(const std::string &path);

}    // namespace lbs::deepsea
