// SPDX-License-Identifier: GPL-2.0-only
#include "ring_ball.hpp"

#include "support/buffer_bytes.hpp"

#include <algorithm>

namespace lbs::network {

int RingBall::place_of(int site, ImageShift shift, int depth)
{
  int const fresh = size();
  if (stamp_[site] != epoch_) {
    stamp_[site] = epoch_;
    first_[site] = fresh;
  } else {
    int i = first_[site];
    while (node_[i].shift != shift) {
      if (node_[i].next_image < 0) {
        node_[i].next_image = fresh;
        has_images_ = true;
        break;
      }
      i = node_[i].next_image;
    }
    if (node_[i].shift == shift) return i;
  }
  Node &node = node_.emplace_back();    // see RingDomain::add_site
  node.site = site;
  node.shift = shift;
  node.depth = depth;
  return fresh;
}

int RingBall::find(int site, ImageShift shift) const
{
  if (stamp_[site] != epoch_) return -1;
  int i = first_[site];
  while (i >= 0 && node_[i].shift != shift) i = node_[i].next_image;
  return i;
}

// A ring leaves the root by two of its bonds and meets itself at the far end. So a depth that all
// kept ways reach by one and the same bond of the root is the end: no ring goes farther.
void RingBall::grow(const PeriodicGraph &graph, const std::vector<std::int64_t> &key, int root,
                    int reach, Ways ways, const std::vector<Bond> *root_bonds)
{
  start_over(graph.atoms(), reach);
  place_of(root, 0, 0);
  auto const smallest = key[root];
  int depth = 0;
  Branches reached = 0;    // by ways that go on to the next depth
  int first = 0;
  if (root_bonds != nullptr) {
    bond_start_.push_back(0);
    for (const Bond &bond : *root_bonds) {
      int const j = place_of(bond.site, bond.shift, 1);
      bonds_.push_back(j);
      if (node_[j].first_up < 0) add_up(j, 0, branch(j - 1));
    }
    reached = ~Branches{0};
    first = 1;
  }
  for (int i = first; i < size(); ++i) {
    Node const node = node_[i];
    if (node.depth > depth) {
      depth = node.depth;
      if (depth == reach || (ways == Ways::ALL ? reached == 0 : !several(reached))) break;
      reached = 0;
    }
    bool const open = i == 0 || node.first_up >= 0;
    bool const to_former = depth % 2 == 1;
    auto const begin = graph.start[node.site];
    bond_start_.push_back(bonds_.size());
    for (auto e = begin; e < graph.start[node.site + 1]; ++e) {
      int const site = graph.neighbor[e];
      int const j = place_of(site, node.shift + graph.shift[e], depth + 1);
      bonds_.push_back(j);
      if (!open || node_[j].depth <= depth) continue;
      if (ways == Ways::LARGER_KEYS && to_former && key[site] < smallest) continue;
      auto const branches = i > 0 ? node.branches : branch(e - begin);
      add_up(j, i, branches);
      reached |= branches;
    }
  }
  bond_start_.resize(node_.size() + 1, bonds_.size());
  reach_ = node_.back().depth;    // shorter than asked for where no ring goes so far
  work_ += bonds_.size();
}

void RingBall::start_over(std::size_t sites, int reach)
{
  if (stamp_.size() < sites) {
    stamp_.resize(sites, 0);
    first_.resize(sites);
  }
  if (++epoch_ == 0) {
    std::fill(stamp_.begin(), stamp_.end(), 0);
    epoch_ = 1;
  }
  node_.clear();
  bond_start_.clear();
  bonds_.clear();
  up_.clear();
  rows_.clear();
  rows_used_ = 0;
  has_images_ = false;
  reach_ = reach;
}

void RingBall::fill_row(int from)
{
  int const n = size();
  node_[from].row = rows_used_++;
  rows_.resize(static_cast<std::size_t>(rows_used_) * n, FAR);
  std::uint8_t *row = rows_.data() + static_cast<std::size_t>(node_[from].row) * n;
  work_ += bonds_.size();
  queue_.clear();
  queue_.push_back(from);
  row[from] = 0;
  for (std::size_t head = 0; head < queue_.size(); ++head) {
    int const i = queue_[head];
    if (row[i] >= reach_ - 2) break;
    for (const int *j = bonds_begin(i); j != bonds_end(i); ++j)
      if (row[*j] == FAR) {
        row[*j] = static_cast<std::uint8_t>(row[i] + 1);
        queue_.push_back(*j);
      }
  }
}

int RingBall::distance(int from, int to)
{
  auto const n = static_cast<std::size_t>(size());
  if (node_[from].row < 0) {
    if (node_[to].row >= 0) return rows_[node_[to].row * n + from];
    fill_row(from);
  }
  return rows_[node_[from].row * n + to];
}

double RingBall::bytes() const
{
  return buffer_bytes(node_, bond_start_, bonds_, up_, stamp_, first_, rows_, queue_);
}

}    // namespace lbs::network
