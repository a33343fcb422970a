// SPDX-License-Identifier: GPL-2.0-only
// Wrapped rings: straight chains that lead from an atom to another image of itself.
#include "ring_search.hpp"

#include <algorithm>

namespace lbs::network {

// A wrapped ring of n formers is met from its former of smallest key: n bonds along it in either
// direction lie two images of one atom.
void RingSearch::count_wrapped(std::vector<std::int64_t> &wrapped)
{
  if (!ball_.has_images()) return;
  if (definition_ != Definition::PRIMITIVE)
    ball_.grow(graph_, key_, ball_.site(0), max_formers_, RingBall::Ways::LARGER_KEYS);
  for (int a = 1; a < ball_.size(); ++a) {
    if (ball_.site(a) == ball_.site(0)) continue;
    for (int b = ball_.next_image(a); b >= 0; b = ball_.next_image(b)) {
      if (ball_.depth(b) != ball_.depth(a)) continue;
      far_ = ball_.depth(a);
      side_a_[far_] = a;
      side_b_[far_] = b;
      descend_wrapped(far_, wrapped[far_]);
    }
  }
}

// Whether the chain holds an image of the atom of `node` already, from `depth` on outwards; the two
// far ends are images of each other by design. `both`: side b has been placed at `depth`, too.
bool RingSearch::met_before(int depth, int node, bool both) const
{
  int const site = ball_.site(node);
  if (site == ball_.site(0)) return true;
  for (int k = depth + 1; k <= far_; ++k)
    if (ball_.site(side_a_[k]) == site || ball_.site(side_b_[k]) == site) return true;
  return both && ball_.site(side_a_[depth]) == site;
}

void RingSearch::descend_wrapped(int depth, std::int64_t &count)
{
  if (depth == 1) {
    if (wrapped_is_straight()) ++count;
    return;
  }
  int const a = side_a_[depth];
  int const b = side_b_[depth];
  for (int e = ball_.first_up(a); e >= 0; e = ball_.next_up(e)) {
    side_a_[depth - 1] = ball_.up(e);
    if (met_before(depth - 1, ball_.up(e), false)) continue;
    for (int f = ball_.first_up(b); f >= 0; f = ball_.next_up(f)) {
      side_b_[depth - 1] = ball_.up(f);
      if (!met_before(depth - 1, ball_.up(f), true)) descend_wrapped(depth - 1, count);
    }
  }
}

// Any two atoms of the endless chain, up to half a period apart, must have no shortcut; again it is
// enough to look at those half a period apart. Those across the root lie in the ball. Those across
// the far end, where the chain goes on from the image on side b, need a ball of their own; its
// rows are there, for a shortcut stays within far - 1 bonds of the root or of its next image.
bool RingSearch::wrapped_is_straight()
{
  for (int k = 1; k < far_; ++k)
    if (ball_.distance(side_a_[k], side_b_[far_ - k]) < far_) return false;
  ImageShift const period = ball_.shift(side_a_[far_]) - ball_.shift(side_b_[far_]);
  if (far_ < 3) return true;    // a shortcut would make them the same atom
  for (int k = 1; k < far_; ++k) {
    int const a = side_a_[k];
    int const b = side_b_[far_ - k];
    second_ball_.grow(graph_, key_, ball_.site(a), far_ - 2, RingBall::Ways::ALL);
    if (second_ball_.find(ball_.site(b), ball_.shift(b) + period - ball_.shift(a)) >= 0)
      return false;
  }
  return true;
}

}    // namespace lbs::network
