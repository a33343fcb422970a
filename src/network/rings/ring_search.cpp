// SPDX-License-Identifier: GPL-2.0-only
#include "ring_search.hpp"

#include "support/buffer_bytes.hpp"
#include "support/input_error.hpp"

#include <algorithm>
#include <string>

namespace lbs::network {

namespace {

// A silica network has up to some tens; far more come from atoms that lie in a heap.
constexpr std::size_t MAX_RINGS_OF_FORMER = 100000;

// About a second. Glasses take some ten thousand for rings of up to 8 formers.
constexpr std::size_t MAX_WORK_OF_FORMER = 200000000;

// Between most far ends and the root there are so few ways that dead ends need not be remembered.
constexpr std::size_t STEPS_WITHOUT_MEMORY = 64;

}    // namespace

RingSearch::RingSearch(const PeriodicGraph &graph, const std::vector<std::int64_t> &key,
                       int max_formers, Definition definition)
    : graph_(graph), key_(key), max_formers_(max_formers), definition_(definition),
      side_a_(max_formers + 1), side_b_(max_formers + 1)
{
}

void RingSearch::begin_root(int root, RingBall::Ways ways)
{
  work_limit_ = work() + MAX_WORK_OF_FORMER;
  ball_.grow(graph_, key_, root, max_formers_, ways);
  if (way_stamp_.size() < static_cast<std::size_t>(ball_.size()))
    way_stamp_.resize(ball_.size(), 0);
}

void RingSearch::find_rings(int root, RingList &rings)
{
  std::size_t const before = rings.count();
  limit_ = before + MAX_RINGS_OF_FORMER;
  if (definition_ != Definition::PRIMITIVE) {
    begin_root(root, RingBall::Ways::ALL);
    find_from_start(rings);
    return;
  }
  begin_root(root, RingBall::Ways::LARGER_KEYS);
  rings_ = &rings;
  wrapped_ = false;
  for (int far = 1; far < ball_.size(); ++far)
    if (ball_.can_be_far_end(far)) search_between(far, far);
  // In a small cell a ring is met once from each image of the root that it passes.
  if (ball_.has_images()) rings.drop_repeated(before, key_);
}

// A ring is primitive if no two of its atoms have a shortcut. It is enough that opposite atoms have
// none, for any other shortcut would shorten the way between some opposite atoms, too. Opposite to
// depth k on side a is depth far - k on side b. So a ring is a walk of such pairs: from the root
// and the far end in one step each, side a outwards and side b inwards, to the far end and the
// root. Whether a pair can be the next one depends on nothing between. So a pair that no walk leads
// on from need not be tried again, and the cost grows with the number of pairs, not with that of
// walks.
void RingSearch::search_between(int end_a, int end_b)
{
  far_ = ball_.depth(end_a);
  side_a_[0] = 0;
  side_a_[far_] = end_a;
  side_b_[far_] = end_b;
  if (++way_epoch_ == 0) {
    std::fill(way_stamp_.begin(), way_stamp_.end(), 0);
    way_epoch_ = 1;
  }
  steps_before_ = steps_;
  follow(0);
}

// Marks all nodes on kept ways from the root to this one.
void RingSearch::mark_ways(int node)
{
  while (way_stamp_[node] != way_epoch_) {
    way_stamp_[node] = way_epoch_;
    ++steps_;
    int const e = ball_.first_up(node);
    if (e < 0) return;
    for (int f = ball_.next_up(e); f >= 0; f = ball_.next_up(f)) mark_ways(ball_.up(f));
    node = ball_.up(e);
  }
}

// Side a is known up to depth k, side b down to depth far - k. Returns false if no ring closes from
// this pair of atoms, whatever lies behind it.
bool RingSearch::follow(int k)
{
  ++steps_;
  if (work() > work_limit_) stop_searching();
  if (k == far_ - 1) return close();
  if (k == 1) mark_ways(side_a_[far_]);    // not before, for most far ends have no pair at all
  int const a = side_a_[k];
  int const b = side_b_[far_ - k];
  auto const pair = static_cast<std::uint64_t>(a) << 32 | static_cast<std::uint32_t>(b);
  bool const remembers = k > 0 && steps_ - steps_before_ > STEPS_WITHOUT_MEMORY;
  if (remembers && dead_ends_.count(pair) > 0) return false;
  bool closes = false;
  for (const int *next_a = ball_.bonds_begin(a); next_a != ball_.bonds_end(a); ++next_a) {
    if (k == 0 ? !ball_.may_begin(side_a_[far_], *next_a)
               : way_stamp_[*next_a] != way_epoch_ || ball_.depth(*next_a) != k + 1)
      continue;
    // Dead ends hold for one first bond, which decides what is_opposite() takes.
    if (k == 0 && !dead_ends_.empty()) dead_ends_.clear();
    for (int e = ball_.first_up(b); e >= 0; e = ball_.next_up(e)) {
      int const next_b = ball_.up(e);
      side_a_[k + 1] = *next_a;
      if (!is_opposite(k + 1, *next_a, next_b)) continue;
      if (wrapped_ && (met_before(k, *next_a) || met_before(k, next_b) ||
                       ball_.site(*next_a) == ball_.site(next_b))) {
        closes = true;    // perhaps, on another way to this pair
        continue;
      }
      side_b_[far_ - k - 1] = next_b;
      closes |= follow(k + 1);
      side_a_[k + 1] = *next_a;
    }
  }
  if (remembers && !closes) dead_ends_.insert(pair);
  return closes;
}

// Whether atoms at depth k on side a and far - k on side b have no shortcut. Of the two ways to
// walk around a ring the one is taken whose first bond comes first among those of the root.
bool RingSearch::is_opposite(int k, int a, int b)
{
  if (!wrapped_ && !ball_.comes_later(b, side_a_[1])) return false;
  // The row of the inner one, which serves many far ends.
  if (2 * k <= far_ ? ball_.distance(a, b) < far_ : ball_.distance(b, a) < far_) return false;
  return !wrapped_ || is_opposite_across_the_end(a, b);
}

bool RingSearch::close()
{
  if (wrapped_) ++chains_;
  else if (side_a_[1] < side_b_[1]) emit_sides();
  return true;
}

void RingSearch::stop_searching() const
{
  std::string const steps = std::to_string(MAX_WORK_OF_FORMER);
  std::string const atom = std::to_string(key_[ball_.site(0)]);
  if (wrapped_)
    throw InputError(
        "the search for wrapped rings at atom " + atom + " takes more than " + steps +
        " steps; add 'wrapped no', lower 'max', replicate the cell, or shorten 'cutoff' and "
        "'homopolar' if they are longer than bonds");
  throw InputError("the search for rings of up to " + std::to_string(max_formers_) +
                   " formers at atom " + atom + " takes more than " + steps +
                   " steps, far more than in a glass; lower 'max', or the lengths of 'cutoff' and "
                   "'homopolar' if they are longer than bonds");
}

void RingSearch::emit_sides()
{
  ring_atoms_.clear();
  ring_cells_.clear();
  auto const add = [this](int node) {
    ring_atoms_.push_back(ball_.site(node));
    ring_cells_.push_back(ball_.shift(node));
  };
  for (int k = 0; k <= far_; ++k) add(side_a_[k]);
  for (int k = far_ - 1; k > 0; --k) add(side_b_[k]);
  append(*rings_);
}

void RingSearch::append(RingList &rings)
{
  if (rings.count() == limit_)
    throw InputError("more than " + std::to_string(MAX_RINGS_OF_FORMER) + " rings begin at atom " +
                     std::to_string(key_[ball_.site(0)]) +
                     "; atoms overlap, the cutoffs are too long, or 'max' is too large");
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
  return ball_.bytes() + end_ball_.bytes() +
         buffer_bytes(side_a_, side_b_, way_stamp_, from_start_, queue_, way_, ring_atoms_,
                      ring_cells_);
}

}    // namespace lbs::network
