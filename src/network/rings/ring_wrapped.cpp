// SPDX-License-Identifier: GPL-2.0-only
// Wrapped rings: straight chains that lead from an atom to another image of itself.
#include "ring_search.hpp"

namespace lbs::network {

// A wrapped ring of n formers is met from its former of smallest key: n bonds along it in either
// direction lie two images of one atom. Any two atoms of the endless chain, up to half a period
// apart, must have no shortcut; it is enough to look at those half a period apart. The pairs across
// the root are the opposite atoms of the two sides, as in a ring.
void RingSearch::count_wrapped(std::vector<std::int64_t> &wrapped)
{
  if (!ball_.has_images()) return;
  if (definition_ != Definition::PRIMITIVE) begin_root(ball_.site(0), RingBall::Ways::LARGER_KEYS);
  wrapped_ = true;
  for (int first = 1; first < ball_.size(); ++first) {
    if (!ball_.is_first_image(first) || ball_.site(first) == ball_.site(0)) continue;
    knows_end_ = false;
    first_end_ = first;
    for (int a = first; a >= 0; a = ball_.next_image(a))
      for (int b = ball_.next_image(a); b >= 0; b = ball_.next_image(b)) {
        if (ball_.depth(b) != ball_.depth(a) || ball_.first_up(a) < 0 || ball_.first_up(b) < 0)
          continue;
        chains_ = 0;
        search_between(a, b);
        wrapped[ball_.depth(a)] += chains_;
      }
  }
}

// Whether the chain holds an image of the atom of `node` already. Side a is known up to depth k,
// side b from depth far - k on; the two far ends are images of each other by design.
bool RingSearch::met_before(int k, int node) const
{
  int const site = ball_.site(node);
  if (site == ball_.site(0) || site == ball_.site(side_a_[far_])) return true;
  for (int j = 1; j <= k; ++j)
    if (ball_.site(side_a_[j]) == site || ball_.site(side_b_[far_ - j]) == site) return true;
  return false;
}

// The ball around the far end. Where that is as far from the root as rings go, the rank may lack
// its row; then the ways to its images, from the root, tell the bonds that matter. All other rows
// that it takes to find a shortcut are there: it stays within far - 1 bonds of the root or of its
// next image, and does not pass the far end itself.
void RingSearch::grow_end_ball(int first_image)
{
  end_bonds_.clear();
  for (int i = first_image; i >= 0; i = ball_.next_image(i))
    for (int e = ball_.first_up(i); e >= 0; e = ball_.next_up(e)) {
      int const up = ball_.up(e);
      end_bonds_.push_back({ball_.site(up), ball_.shift(up) - ball_.shift(i)});
    }
  int const site = ball_.site(first_image);
  bool const has_row = graph_.start[site + 1] > graph_.start[site];
  end_ball_.grow(graph_, key_, site, max_formers_, RingBall::Ways::ALL,
                 has_row ? nullptr : &end_bonds_);
}

// Whether a, on side a, and b, on side b, have no shortcut across the far end, where the chain goes
// on from the image on side b. An atom that is not in the ball is on no way to the far end.
bool RingSearch::is_opposite_across_the_end(int a, int b)
{
  int const end_a = side_a_[far_];
  int const end_b = side_b_[far_];
  if (!knows_end_) {
    grow_end_ball(first_end_);
    knows_end_ = true;
  }
  int const from = end_ball_.find(ball_.site(a), ball_.shift(a) - ball_.shift(end_a));
  int const to = end_ball_.find(ball_.site(b), ball_.shift(b) - ball_.shift(end_b));
  return from >= 0 && to >= 0 && end_ball_.distance(from, to) >= far_;
}

}    // namespace lbs::network
