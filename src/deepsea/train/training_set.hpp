// SPDX-License-Identifier: GPL-2.0-only
// All labelled frames of some systems.
#pragma once

#include "input.hpp"
#include "training_frame.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace lbs::deepsea {

// As they are read.
struct LabelledSet {
  std::vector<LabelledFrame> frames;
  std::vector<std::size_t> system;
  std::vector<std::string> names;    // of the systems
  std::string digest;                // of all numbers
};

// Each name of `systems` is a system, or a folder or HDF5 file with systems in it; relative names
// are meant from `folder`. Throws InputError as read_deepmd_system() does, and for an element that
// is not among `elements`, which also name the types of systems without type_map.raw.
LabelledSet read_systems(const std::vector<std::string> &systems, const std::string &folder,
                         const std::vector<std::string> &elements);

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
