// SPDX-License-Identifier: GPL-2.0-only
#include "ring_search.hpp"

#include "support/input_error.hpp"

#include <algorithm>
#include <string>

namespace lbs::network {

namespace {

// A silica network has up to some tens; far more come from atoms that lie in a heap.
constexpr std::size_t MAX_RINGS_OF_FORMER = 100000;

}    // namespace

RingSearch::RingSearch(const PeriodicGraph &graph, const std::vector<std::int64_t> &key,
                       int max_formers, Definition definition)
    : graph_(graph), key_(key), max_formers_(max_formers), definition_(definition),
      side_a_(max_formers + 1), side_b_(max_formers + 1)
{
}

void RingSearch::find_rings(int root, RingList &rings)
{
  std::size_t const before = rings.count();
  limit_ = before + MAX_RINGS_OF_FORMER;
  if (definition_ != Definition::PRIMITIVE) {
    ball_.grow(graph_, key_, root, max_formers_, RingBall::Ways::ALL);
    find_from_start(rings);
    return;
  }
  ball_.grow(graph_, key_, root, max_formers_, RingBall::Ways::LARGER_KEYS);
  for (int far = 1; far < ball_.size(); ++far) {
    if (!ball_.can_be_far_end(far)) continue;
    far_ = ball_.depth(far);
    side_a_[far_] = side_b_[far_] = far;
    int const next = far_ - 1;
    for (int e = ball_.first_up(far); e >= 0; e = ball_.next_up(e)) {
      side_a_[next] = ball_.up(e);
      for (int f = ball_.next_up(e); f >= 0; f = ball_.next_up(f)) {
        if (place_b(next, ball_.up(f))) descend(next, rings);
      }
    }
  }
  // In a small cell a ring is met once from each image of the root that it passes.
  if (ball_.has_images()) rings.drop_repeated(before, key_);
}

// A ring is primitive if no two of its atoms have a shortcut. It is enough that opposite atoms have
// none, for any other shortcut would shorten the way between some opposite atoms, too. Opposite to
// depth k on one side is depth far - k on the other. The test of two atoms at one depth follows
// from those, but ends most attempts early.
bool RingSearch::place_a(int depth, int node)
{
  side_a_[depth] = node;
  return 2 * depth >= far_ || ball_.distance(side_b_[far_ - depth], node) >= far_;
}

bool RingSearch::place_b(int depth, int node)
{
  side_b_[depth] = node;
  int const a = side_a_[depth];
  if (a == node) return false;
  if (2 * depth <= far_ && ball_.distance(side_a_[far_ - depth], node) < far_) return false;
  int const along = std::min(2 * depth, 2 * (far_ - depth));
  return along <= 2 || ball_.distance(a, node) >= along;
}

// Both sides reach down to `depth`; goes on towards the root.
void RingSearch::descend(int depth, RingList &rings)
{
  if (depth == 1) {
    emit_sides(rings);
    return;
  }
  int const a = side_a_[depth];
  int const b = side_b_[depth];
  for (int e = ball_.first_up(a); e >= 0; e = ball_.next_up(e)) {
    if (!place_a(depth - 1, ball_.up(e))) continue;
    for (int f = ball_.first_up(b); f >= 0; f = ball_.next_up(f))
      if (place_b(depth - 1, ball_.up(f))) descend(depth - 1, rings);
  }
}

void RingSearch::emit_sides(RingList &rings)
{
  ring_atoms_.clear();
  ring_cells_.clear();
  auto const add = [this](int node) {
    ring_atoms_.push_back(ball_.site(node));
    ring_cells_.push_back(ball_.shift(node));
  };
  add(0);
  for (int k = 1; k <= far_; ++k) add(side_a_[k]);
  for (int k = far_ - 1; k > 0; --k) add(side_b_[k]);
  append(rings);
}

void RingSearch::append(RingList &rings)
{
  if (rings.count() == limit_)
    throw InputError("more than " + std::to_string(MAX_RINGS_OF_FORMER) + " rings begin at atom " +
                     std::to_string(key_[ball_.site(0)]) +
                     "; atoms overlap, or the cutoffs are too long");
  append_ring(ring_atoms_, ring_cells_, key_, rings);
}

// King: for each pair of neighbors of the root, the shortest ways between them that avoid it.
// Guttman: for each neighbor, the shortest ways back to the root by another neighbor.
void RingSearch::find_from_start(RingList &rings)
{
  std::size_t const before = rings.count();
  int const longest = 2 * max_formers_ - 2;
  for (const int *first = ball_.bonds_begin(0); first != ball_.bonds_end(0); ++first) {
    measure_from(*first);
    int shortest = longest;
    if (definition_ == Definition::GUTTMAN)
      for (const int *other = ball_.bonds_begin(0); other != ball_.bonds_end(0); ++other)
        if (*other != *first && from_start_[*other] >= 0)
          shortest = std::min(shortest, from_start_[*other]);
    for (const int *last = ball_.bonds_begin(0); last != ball_.bonds_end(0); ++last) {
      int const bonds = from_start_[*last];
      if (*last == *first || bonds < 0 || bonds > shortest) continue;
      if (definition_ == Definition::KING && last < first) continue;
      way_.assign(1, 0);
      walk_back(*last, *first, rings);
    }
  }
  rings.drop_repeated(before, key_);
}

// Bonds from node `first` to all others without passing the root, as far as a ring can go; -1 where
// there is no way. A way between two neighbors of the root that is short enough stays in the ball.
void RingSearch::measure_from(int first)
{
  from_start_.assign(ball_.size(), -1);
  queue_.assign(1, first);
  from_start_[first] = 0;
  auto const visit = [this](int from, int to) {
    if (to == 0 || from_start_[to] >= 0) return;
    from_start_[to] = from_start_[from] + 1;
    queue_.push_back(to);
  };
  std::size_t head = 0;
  while (head < queue_.size()) {    // visit() adds to it
    int const i = queue_[head++];
    if (from_start_[i] == 2 * max_formers_ - 2) break;
    for (const int *j = ball_.bonds_begin(i); j != ball_.bonds_end(i); ++j) visit(i, *j);
    if (ball_.depth(i) == max_formers_)
      for (int e = ball_.first_up(i); e >= 0; e = ball_.next_up(e)) visit(i, ball_.up(e));
  }
}

// Every shortest way from `node` back to `first`, appended to way_.
void RingSearch::walk_back(int node, int first, RingList &rings)
{
  way_.push_back(node);
  if (node == first) {
    emit_way(rings);
  } else {
    auto const step = [&](int to) {
      if (to != 0 && from_start_[to] == from_start_[node] - 1) walk_back(to, first, rings);
    };
    for (const int *j = ball_.bonds_begin(node); j != ball_.bonds_end(node); ++j) step(*j);
    if (ball_.depth(node) == max_formers_)
      for (int e = ball_.first_up(node); e >= 0; e = ball_.next_up(e)) step(ball_.up(e));
  }
  way_.pop_back();
}

void RingSearch::emit_way(RingList &rings)
{
  ring_atoms_.clear();
  ring_cells_.clear();
  for (int const node : way_) {
    ring_atoms_.push_back(ball_.site(node));
    ring_cells_.push_back(ball_.shift(node));
  }
  append(rings);
}

double RingSearch::bytes() const
{
  auto const of = [](const auto &v) { return static_cast<double>(v.capacity()) * sizeof(v[0]); };
  return ball_.bytes() + second_ball_.bytes() + of(side_a_) + of(side_b_) + of(from_start_) +
         of(queue_) + of(way_) + of(ring_atoms_) + of(ring_cells_);
}

}    // namespace lbs::network
