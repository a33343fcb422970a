// SPDX-License-Identifier: GPL-2.0-only
// Processes that work on one task together. How they talk is up to the program, which may have MPI.
#pragma once

#include <cstddef>

namespace lbs {

// This class is a process alone.
class Ranks {
 public:
  Ranks() = default;
  virtual ~Ranks() = default;
  Ranks(const Ranks &) = delete;
  Ranks &operator=(const Ranks &) = delete;

  [[nodiscard]] virtual int rank() const { return 0; }
  [[nodiscard]] virtual int size() const { return 1; }
  // For each of `count` values its sum, or the least one, over all ranks, which call this at the
  // same time and all get the same bits.
  virtual void sum(double *, std::size_t /*count*/) {}
  virtual void least(double *, std::size_t /*count*/) {}

  [[nodiscard]] bool is_first() const { return rank() == 0; }
  // Whether it is true on any rank, or on the first one.
  [[nodiscard]] bool any(bool here)
  {
    double sum_of = here ? 1.0 : 0.0;
    sum(&sum_of, 1);
    return sum_of > 0.0;
  }
  [[nodiscard]] bool first_says(bool here) { return any(is_first() && here); }
};

}    // namespace lbs
