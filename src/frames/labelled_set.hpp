// SPDX-License-Identifier: GPL-2.0-only
// All labelled frames of some systems, as they are read.
#pragma once

#include "deepmd_system.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace lbs {

struct LabelledSet {
  std::vector<LabelledFrame> frames;
  std::vector<std::size_t> system;
  std::vector<std::size_t> number;    // of the frame within its system, from 1; a copy has the same
  std::vector<std::string> names;     // of the systems
  std::string digest;                 // of all numbers
};

// Each name of `systems` is a system, or a folder or HDF5 file with systems in it; relative names
// are meant from `folder`. Throws InputError as read_deepmd_system() does.
LabelledSet read_systems(const std::vector<std::string> &systems, const std::string &folder,
                         const std::vector<std::string> &elements);

}    // namespace lbs
