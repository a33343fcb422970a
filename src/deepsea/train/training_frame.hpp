// SPDX-License-Identifier: GPL-2.0-only
// A labelled frame as the loss sees it: pairs inside the cutoff, once and for all, and the labels.
#pragma once

#include "deepsea/model/model.hpp"
#include "frames/deepmd_system.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace lbs::deepsea {

struct TrainingFrame {
  int atoms = 0;
  std::vector<int> type;    // of the model, of each atom
  // Neighbors of atom i that are of type t: first[i * types + t] up to first[i * types + t + 1].
  std::vector<std::size_t> first;
  std::vector<int> neighbor;                    // the atom, of which it may be an image
  std::vector<std::array<double, 3>> vector;    // from the center to it, A
  double volume = 0.0;                          // of the cell, A^3; 0: not periodic in all ways
  Labels labels;
  double temperature = 0.0;    // K; 0: not known
};

// Throws InputError as PeriodicAtoms does, for an element that the model does not have, and for two
// atoms on one spot.
TrainingFrame make_training_frame(const Frame &frame, const Labels &labels, const Model &model);

}    // namespace lbs::deepsea
