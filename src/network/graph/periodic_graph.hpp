// SPDX-License-Identifier: GPL-2.0-only
// Bonds of a periodic network, with the whole cells that each of them crosses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lbs::network {

// Whole cells along the three cell vectors in one number, so that shifts along a path add up by
// plain addition. Holds up to MAX_SHIFT cells each way.
using ImageShift = std::int32_t;
constexpr int MAX_SHIFT = 500;
constexpr int SHIFT_BASE = 1024;

constexpr ImageShift pack_shift(int a, int b, int c)
{
  return a + SHIFT_BASE * (b + SHIFT_BASE * c);
}

// Edge e of atom i leads to the image of atom neighbor[e] that lies shift[e] cells away from that
// of atom i. Every bond stands in the rows of both its ends, as far as both have rows: the atoms at
// the border of what a rank knows may have empty ones.
struct PeriodicGraph {
  std::vector<std::size_t> start;    // atoms + 1
  std::vector<int> neighbor;
  std::vector<ImageShift> shift;

  [[nodiscard]] std::size_t atoms() const { return start.empty() ? 0 : start.size() - 1; }
};

}    // namespace lbs::network
