// SPDX-License-Identifier: GPL-2.0-only
// Atomic structures from files: extended XYZ and DeePMD-kit's folders of .npy files.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace lbs {

struct Frame {
  std::vector<std::string> elements;              // of each atom
  std::vector<std::array<double, 3>> x;           // A
  std::array<std::array<double, 3>, 3> cell{};    // its rows are the cell vectors, A
  std::array<bool, 3> periodic{};                 // along each cell vector
};

// All frames of an extended XYZ file, or of a DeePMD-kit folder (type.raw, set.*/coord.npy).
// `elements` name the types of a folder without type_map.raw. Throws InputError that names file,
// line and remedy.
std::vector<Frame> read_frames(const std::string &path, const std::vector<std::string> &elements);

// Of the text of a file; `path` is for messages.
std::vector<Frame> parse_extxyz(const std::string &text, const std::string &path);

}    // namespace lbs
