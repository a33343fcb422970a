// SPDX-License-Identifier: GPL-2.0-only
// Labelled frames, ready for training.
#pragma once

#include "training_frame.hpp"

#include "frames/labelled_set.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace lbs::deepsea {

// Frames ready for the loss, and the systems they come from.
struct TrainingSet {
  std::vector<TrainingFrame> frames;
  std::vector<std::size_t> system;
  std::size_t atoms = 0;
  std::string digest;    // of all numbers
};

// Throws InputError that names the system and the frame.
TrainingSet make_training_set(const LabelledSet &set, const Model &model);

}    // namespace lbs::deepsea
