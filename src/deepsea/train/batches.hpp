// SPDX-License-Identifier: GPL-2.0-only
// Which frames make the batch of a step: a function of the step and a seed alone, so that a run
// that goes on takes the same ones.
#pragma once

#include "input.hpp"

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

class Batches {
 public:
  // system_of[frame]: the system it belongs to; `atoms` in all frames together. Throws InputError
  // if sys_probs or the blocks of auto_prob do not fit the systems, if batch_size is more than all
  // frames, and without frames.
  Batches(const DataInput &data, std::vector<std::size_t> system_of, std::size_t atoms,
          unsigned long seed);

  // Frames of a batch: so many as batch_size says, or as have batch_atoms atoms on average (all, if
  // those are fewer).
  [[nodiscard]] std::size_t size() const { return size_; }
  // All frames once in a random order, then in another one, if each counts the same; else drawn by
  // the weights of their systems.
  std::vector<std::size_t> at(long step);

 private:
  std::vector<std::vector<std::size_t>> systems_;    // their frames
  std::vector<double> weights_;    // of systems; empty: each frame counts the same
  unsigned long seed_;
  std::size_t frames_;
  std::size_t size_;
  long epoch_ = -1;
  std::vector<std::size_t> order_;    // of this epoch

  void set_weights(const DataInput &data);
  std::size_t frame_in_order(std::size_t place);
};

}    // namespace lbs::deepsea
