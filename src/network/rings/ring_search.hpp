// SPDX-License-Identifier: GPL-2.0-only
// Search for rings in a periodic network of formers and oxygens.
#pragma once

#include "ring_ball.hpp"
#include "ring_list.hpp"

#include <cstdint>
#include <vector>

namespace lbs::network {

constexpr int LARGEST_MAX_FORMERS = 32;

// Finds the rings of up to `max_formers` formers; doc/rings.rst has the definitions. A ring closes
// in space: coming back to another image of the first atom is no ring, but a wrapped one, and those
// are counted apart.
class RingSearch {
 public:
  // `key` orders the formers (atom IDs), so that what is found does not depend on the order or the
  // distribution of the atoms. Both arguments must outlive the search; they may change in between
  // two calls.
  RingSearch(const PeriodicGraph &graph, const std::vector<std::int64_t> &key, int max_formers,
             Definition definition = Definition::PRIMITIVE);

  // Appends rings that `root`, a former, is responsible for. With PRIMITIVE these are the rings
  // whose former of smallest key it is. With GUTTMAN and KING they are those that start at it,
  // each once; other formers may find some of them again.
  // Needs the rows of all atoms within max_formers - 1 bonds of the root.
  // Throws InputError where the rings of one former are more than any network has.
  void find_rings(int root, RingList &rings);

  // Adds to wrapped[n] the wrapped rings of n formers whose former of smallest key is the root of
  // the last call of find_rings(); `wrapped` has max_formers + 1 entries.
  void count_wrapped(std::vector<std::int64_t> &wrapped);

  [[nodiscard]] double bytes() const;

 private:
  const PeriodicGraph &graph_;
  const std::vector<std::int64_t> &key_;
  int max_formers_;
  Definition definition_;

  RingBall ball_;
  RingBall second_ball_;    // for ways that leave the first one

  // The two sides of a ring by depth, from the root (0) to the far end.
  std::vector<int> side_a_, side_b_;
  int far_ = 0;    // depth of the far end

  std::vector<int> from_start_;    // bonds from a neighbor of the root, ways through the root apart
  std::vector<int> queue_, way_;
  std::vector<int> ring_atoms_;
  std::vector<ImageShift> ring_cells_;
  std::size_t limit_ = 0;    // rings in the list that would be too many

  void descend(int depth, RingList &rings);
  [[nodiscard]] bool place_a(int depth, int node);
  [[nodiscard]] bool place_b(int depth, int node);
  void emit_sides(RingList &rings);
  void append(RingList &rings);

  void find_from_start(RingList &rings);
  void measure_from(int first);
  void walk_back(int node, int first, RingList &rings);
  void emit_way(RingList &rings);

  [[nodiscard]] bool met_before(int depth, int node, bool both) const;
  void descend_wrapped(int depth, std::int64_t &count);
  [[nodiscard]] bool wrapped_is_straight();
};

}    // namespace lbs::network
