// SPDX-License-Identifier: GPL-2.0-only
// Labelled frames in DeePMD-kit's formats: folders of .npy files (deepmd/npy, and deepmd/npy/mixed
// with real_atom_types.npy) and groups of HDF5 files (deepmd/hdf5), written FILE#/GROUP.
#pragma once

#include "frames.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace lbs {

// What is known about a frame.
struct Labels {
  std::optional<double> energy;                   // eV
  std::vector<std::array<double, 3>> force;       // eV/A, of each atom; empty: none
  std::vector<double> force_weight;               // `atom_pref`, of each atom; empty: none
  std::optional<std::array<double, 9>> virial;    // eV, sum of x F: xx xy xz yx ... zz
};

// Whether the force of an atom has a label that counts: not one of weight 0 (`atom_pref`).
bool has_force(const Labels &labels, std::size_t atom);

struct LabelledFrame {
  Frame frame;
  Labels labels;
  int copies = 1;                       // `numb_copy`: as so many frames it counts in a training
  std::optional<double> temperature;    // K, of the simulation it is from
};

// All frames of a system, in the order of its sets. `elements` name the types of a system without
// type_map.raw. Throws InputError that names the file, the frame and the remedy: arrays that are
// missing or do not fit each other, numbers that are not finite or absurdly large.
std::vector<LabelledFrame> read_deepmd_system(const std::string &path,
                                              const std::vector<std::string> &elements);

// Whether `path` is such a system, by what lies there.
bool is_deepmd_system(const std::string &path);

// Systems below a folder or in an HDF5 file, sorted by name; `path` itself if it is one.
std::vector<std::string> find_deepmd_systems(const std::string &path);

}    // namespace lbs
