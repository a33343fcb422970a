// Search for primitive rings in a periodic network of formers and oxygens.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace lbs::network {

// Whole cells between an atom and a neighbor of it, along the three cell vectors.
using ImageShift = std::array<std::int8_t, 3>;

// Bonds of a periodic network: edge e of atom i leads to the image of atom neighbor[e] that lies
// shift[e] cells away from that of atom i. Every bond stands in the rows of both its ends.
struct PeriodicGraph {
  std::vector<std::size_t> start;    // atoms + 1
  std::vector<int> neighbor;
  std::vector<ImageShift> shift;

  [[nodiscard]] std::size_t atoms() const { return start.empty() ? 0 : start.size() - 1; }
};

// A ring as a closed walk through the network, one entry an atom: formers at even places, oxygens
// at odd ones. It begins at the former of smallest key, in the cell of that atom.
struct Ring {
  std::vector<int> atom;
  std::vector<ImageShift> shift;

  [[nodiscard]] int formers() const { return static_cast<int>(atom.size() / 2); }
};

// Any fixed order, to sort rings and find equal ones.
bool operator<(const Ring &a, const Ring &b);
bool operator==(const Ring &a, const Ring &b);

// Finds the primitive rings (shortest-path rings: D. S. Franzblau, Phys. Rev. B 44, 4925 (1991)) of
// up to `max_formers` formers. A ring is primitive if no two of its atoms are joined by a path
// through the network that is shorter than the shorter way along the ring. Only rings that close in
// space count: coming back to another image of the first atom is no ring.
class RingSearch {
 public:
  // `key` orders the formers (atom IDs): a ring is found from its former of smallest key, whatever
  // the order or the distribution of the atoms. Both arguments must outlive the search.
  RingSearch(const PeriodicGraph &graph, const std::vector<std::int64_t> &key, int max_formers);

  // Rings whose former of smallest key is `root`; each once per cell.
  std::vector<Ring> rings_of(int root);

 private:
  // An image of an atom within reach of the root, by its place in the arrays below.
  struct Node {
    int atom;
    ImageShift shift;
    int depth;    // bonds from the root
  };

  const PeriodicGraph &graph_;
  const std::vector<std::int64_t> &key_;
  int max_formers_;

  std::vector<Node> ball_;                          // in order of depth; the root is first
  std::vector<std::vector<int>> bonds_;             // of each node, within the ball
  std::unordered_map<std::uint64_t, int> place_;    // of an image in the ball
  std::vector<std::vector<int>> distances_;         // between nodes, by first; empty: not known yet

  void grow_ball(int root);
  int place_of(int atom, const ImageShift &shift, int depth);
  [[nodiscard]] int distance(int from, int to);
  void collect_paths(int node, std::vector<int> &path, std::vector<std::vector<int>> &paths) const;
  [[nodiscard]] bool is_primitive(const std::vector<int> &cycle);
  [[nodiscard]] Ring to_ring(const std::vector<int> &cycle, std::size_t first, bool forward) const;
  [[nodiscard]] Ring canonical(const std::vector<int> &cycle) const;
};

}    // namespace lbs::network
