// SPDX-License-Identifier: GPL-2.0-only
// Search for rings in a periodic network of formers and oxygens.
#pragma once

#include "ring_ball.hpp"
#include "ring_list.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_set>
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
  // Throws InputError where the rings of one former, or the steps to find them, are more than any
  // network needs.
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
  RingBall end_ball_;         // around the far end of a wrapped ring
  bool knows_end_ = false;    // whether end_ball_ is that of the present end
  int first_end_ = 0;         // first image of the present end
  std::vector<RingBall::Bond> end_bonds_;

  // The two sides of a ring, or of a wrapped one, by depth from the root (0) to the far end.
  std::vector<int> side_a_, side_b_;
  int far_ = 0;    // depth of the far end
  bool wrapped_ = false;
  std::int64_t chains_ = 0;      // wrapped rings found between two images
  RingList *rings_ = nullptr;    // where rings go

  std::vector<std::uint32_t> way_stamp_;    // by node; way_epoch_: on a way to the far end
  std::uint32_t way_epoch_ = 0;
  std::unordered_set<std::uint64_t> dead_ends_;    // pairs of nodes from which no ring closes
  std::size_t steps_ = 0, steps_before_ = 0;       // along pairs, so far and before this far end
  std::size_t work_limit_ = 0;                     // of work()

  std::vector<int> from_start_;    // bonds from a neighbor of the root, ways through the root apart
  std::vector<int> queue_, way_;
  std::vector<int> ring_atoms_;
  std::vector<ImageShift> ring_cells_;
  std::size_t limit_ = 0;    // rings in the list that would be too many

  // What has been done so far, in bonds walked along and pairs of atoms visited.
  [[nodiscard]] std::size_t work() const { return steps_ + ball_.work() + end_ball_.work(); }
  void begin_root(int root, RingBall::Ways ways);
  void search_between(int end_a, int end_b);
  void mark_ways(int node);
  bool follow(int k);
  [[nodiscard]] bool is_opposite(int k, int a, int b);
  bool close();
  [[noreturn]] void stop_searching() const;
  void emit_sides();
  void append(RingList &rings);

  void find_from_start(RingList &rings);
  void measure_from(int first);
  void walk_back(int node, int first, RingList &rings);
  void emit_way(RingList &rings);

  [[nodiscard]] bool met_before(int k, int node) const;
  void grow_end_ball(int first_image);
  [[nodiscard]] bool is_opposite_across_the_end(int a, int b);
};

}    // namespace lbs::network
