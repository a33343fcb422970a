// SPDX-License-Identifier: GPL-2.0-only
// The surroundings of one atom of a periodic network, bond by bond.
#pragma once

#include "network/graph/periodic_graph.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lbs::network {

// All images of atoms within some bonds of a root, as nodes 0 (the root), 1, ... in order of their
// depth, which is their distance from the root in bonds. The arrays are kept from root to root, so
// that growing a ball allocates nothing once they are long enough.
class RingBall {
 public:
  static constexpr int FAR = 255;    // any distance beyond the ball

  // Which shortest ways to the root are kept: all, or those whose formers all have keys not below
  // that of the root.
  enum class Ways : unsigned char { ALL, LARGER_KEYS };

  // From an atom to an image of another one.
  struct Bond {
    int site;
    ImageShift shift;
  };

  // The ball of `reach` bonds around `root`. With LARGER_KEYS it ends where no ring can go on.
  // `root_bonds`, if given, are taken for the row of the root, which a rank may not have.
  void grow(const PeriodicGraph &graph, const std::vector<std::int64_t> &key, int root, int reach,
            Ways ways, const std::vector<Bond> *root_bonds = nullptr);

  [[nodiscard]] int size() const { return static_cast<int>(node_.size()); }
  [[nodiscard]] int site(int i) const { return node_[i].site; }
  [[nodiscard]] ImageShift shift(int i) const { return node_[i].shift; }
  [[nodiscard]] int depth(int i) const { return node_[i].depth; }

  // Node of an image, or -1.
  [[nodiscard]] int find(int site, ImageShift shift) const;

  [[nodiscard]] bool is_first_image(int i) const { return first_[node_[i].site] == i; }
  // Other nodes that are images of the same atom, of larger number: -1 ends them.
  [[nodiscard]] int next_image(int i) const { return node_[i].next_image; }
  [[nodiscard]] bool has_images() const { return has_images_; }

  // The bonds of a node inside the ball; those of the outermost nodes are known as ways up only.
  [[nodiscard]] const int *bonds_begin(int i) const { return bonds_.data() + bond_start_[i]; }
  [[nodiscard]] const int *bonds_end(int i) const { return bonds_.data() + bond_start_[i + 1]; }

  // Nodes one bond nearer to the root, on ways that are kept:
  //   for (int e = first_up(i); e >= 0; e = next_up(e)) ... up(e)
  [[nodiscard]] int first_up(int i) const { return node_[i].first_up; }
  [[nodiscard]] int next_up(int e) const { return up_[e].next; }
  [[nodiscard]] int up(int e) const { return up_[e].node; }
  // Whether two kept ways lead to a node that begin with different bonds of the root.
  [[nodiscard]] bool can_be_far_end(int i) const { return several(node_[i].branches); }

  // Whether a kept way to node i may begin with the bond of the root to its neighbor `first`.
  [[nodiscard]] bool may_begin(int i, int first) const
  {
    return (node_[i].branches & node_[first].branches) != 0;
  }
  // Whether a kept way to node i begins with a bond of the root that comes after that to its
  // neighbor `first`; also true where so many bonds are not told apart.
  [[nodiscard]] bool comes_later(int i, int first) const
  {
    Branches const bit = node_[first].branches;
    return several(bit) || node_[i].branches > bit + (bit - 1);
  }

  // Bonds between two nodes by ways within the ball; FAR if that takes more than `reach - 2`.
  [[nodiscard]] int distance(int from, int to);

  // What has been done so far for all balls, in bonds walked along.
  [[nodiscard]] std::size_t work() const { return work_; }

  [[nodiscard]] double bytes() const;

 private:
  // Bonds of the root by which a node is reached, a bit each; many bonds share all bits.
  using Branches = std::uint32_t;
  static Branches branch(std::size_t k) { return k < 31 ? Branches{1} << k : ~Branches{0}; }
  static bool several(Branches branches) { return (branches & (branches - 1)) != 0; }

  struct Node {
    int site = 0;
    ImageShift shift = 0;
    int depth = 0;
    int first_up = -1;
    int next_image = -1;
    int row = -1;    // of distances, -1: not made yet
    Branches branches = 0;
  };
  struct Up {
    int node = 0, next = 0;
  };

  std::vector<Node> node_;
  std::vector<std::size_t> bond_start_;
  std::vector<int> bonds_;
  std::vector<Up> up_;
  bool has_images_ = false;
  int reach_ = 0;
  std::size_t work_ = 0;

  // First node of each site in the current ball, valid where stamp_ is that of the ball.
  std::vector<std::uint32_t> stamp_;
  std::vector<int> first_;
  std::uint32_t epoch_ = 0;

  std::vector<std::uint8_t> rows_;    // of distances, as long as the ball each
  std::vector<int> queue_;
  int rows_used_ = 0;

  void start_over(std::size_t sites, int reach);
  int place_of(int site, ImageShift shift, int depth);
  void add_up(int node, int up, Branches branches)
  {
    Up &entry = up_.emplace_back();
    entry.node = up;
    entry.next = node_[node].first_up;
    node_[node].first_up = static_cast<int>(up_.size()) - 1;
    node_[node].branches |= branches;
  }
  void fill_row(int from);
};

}    // namespace lbs::network
