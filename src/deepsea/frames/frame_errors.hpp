// SPDX-License-Identifier: GPL-2.0-only
// How far predictions of models are from labels, and from each other.
#pragma once

#include "frame_energy.hpp"

#include "frames/deepmd_system.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace lbs::deepsea {

// Of a number: which set, frame of it and atom, all from 1; atom 0: of the whole frame.
struct FramePlace {
  std::size_t set = 0;
  std::size_t frame = 0;
  std::size_t atom = 0;
};

// Of numbers of one kind.
struct ErrorSum {
  std::size_t count = 0;
  double absolute = 0.0;
  double square = 0.0;
  double largest = 0.0;    // of their absolute values
  FramePlace at;           // of the largest

  void add(double error, const FramePlace &place);
  void add(const ErrorSum &other);
  [[nodiscard]] double mean() const;    // absolute; 0 if there is none
  [[nodiscard]] double rms() const;
};

// Errors of one model. Frames count only for what they have labels of.
struct PredictionErrors {
  std::size_t frames = 0;
  std::size_t atoms = 0;
  ErrorSum energy;                             // eV/atom, one of a frame
  ErrorSum force;                              // eV/A, three components of an atom
  std::map<std::string, ErrorSum> force_of;    // by element
  ErrorSum virial;                             // eV/atom, nine components of a frame
  std::size_t close_frames = 0;                // with a pair closer than any in training
  std::size_t left_out = 0;    // atoms whose force has the weight 0, so is not in `force`

  // `place` tells the set and the frame.
  void add(const LabelledFrame &frame, const FrameEnergy &prediction, const FramePlace &place);
  void add(const PredictionErrors &other);
  [[nodiscard]] bool has_any() const;
};

// How far several models disagree, as in the file of pair_style deepsea; see model_deviation.hpp.
struct PredictionDeviations {
  ErrorSum force;         // eV/A, of each atom
  ErrorSum most_force;    // eV/A, of the atom of each frame where it is largest
  ErrorSum virial;        // eV/atom, root mean square over components, of each frame

  void add(const std::vector<FrameEnergy> &predictions, const FramePlace &place);
  void add(const PredictionDeviations &other);
};

}    // namespace lbs::deepsea
