// SPDX-License-Identifier: GPL-2.0-only
// Rings as closed walks through the network, in flat arrays.
#pragma once

#include "network/graph/periodic_graph.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lbs::network {

// What counts as a ring; doc/rings.rst has the definitions.
enum class Definition : unsigned char { PRIMITIVE, GUTTMAN, KING };

// Ring k consists of the sites site[start[k]] to site[start[k+1]-1]: formers at even places,
// oxygens or direct bonds at odd ones, beginning at the former of smallest key. shift tells the
// cell of each relative to that first former.
struct RingList {
  std::vector<std::size_t> start{0};
  std::vector<int> site;
  std::vector<ImageShift> shift;

  [[nodiscard]] std::size_t count() const { return start.size() - 1; }
  [[nodiscard]] int formers(std::size_t k) const
  {
    return static_cast<int>((start[k + 1] - start[k]) / 2);
  }
  void clear();

  // Keeps one of equal rings among those from ring `first` on. `key` orders the atoms.
  void drop_repeated(std::size_t first, const std::vector<std::int64_t> &key);

  [[nodiscard]] double bytes() const;

 private:
  std::vector<std::size_t> order_, kept_start_;    // work space
  std::vector<int> kept_site_;
  std::vector<ImageShift> kept_shift_;
};

// Appends the closed walk over `atoms` (sites) and their `cells` in its canonical form, which does
// not depend on where the walk begins or which way it runs. `atoms` begins at a former.
void append_ring(const std::vector<int> &atoms, const std::vector<ImageShift> &cells,
                 const std::vector<std::int64_t> &key, RingList &rings);

}    // namespace lbs::network
