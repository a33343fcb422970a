// SPDX-License-Identifier: GPL-2.0-only
#include "embedding_grid.hpp"

#include <algorithm>
#include <cmath>

namespace lbs::deepsea {

namespace {

constexpr double FINEST = 0.01;
constexpr double COARSEST = 0.5;

}    // namespace

// Index of the first of the points around s: two below the interval of s.
long EmbeddingGrid::first_index(double s) const
{
  return static_cast<long>(std::floor(s / spacing)) - (WINDOW / 2 - 1);
}

void EmbeddingGrid::begin(double low, double high)
{
  low_ = first_index(low);
  marked_.assign(static_cast<std::size_t>(first_index(high) - low_) + WINDOW, 0);
}

void EmbeddingGrid::mark(double s)
{
  std::fill_n(marked_.begin() + (first_index(s) - low_), WINDOW, char(1));
}

void EmbeddingGrid::number()
{
  point_.clear();
  rank_.resize(marked_.size());
  for (std::size_t k = 0; k < marked_.size(); ++k) {
    rank_[k] = point_.size();
    if (marked_[k]) point_.push_back(low_ + static_cast<long>(k));
  }
}

template <class Real> std::size_t EmbeddingGrid::window(double s, Real *to) const
{
  long const first = first_index(s);
  double const t = s / spacing - static_cast<double>(first);
  // Lagrange's polynomials on 0 ... 5: products of the factors below and above a point, with their
  // derivatives.
  double below[WINDOW], below_slope[WINDOW];
  below[0] = 1.0;
  below_slope[0] = 0.0;
  for (int k = 1; k < WINDOW; ++k) {
    double const factor = (t - (k - 1)) / k;
    below[k] = below[k - 1] * factor;
    below_slope[k] = below_slope[k - 1] * factor + below[k - 1] / k;
  }
  double above = 1.0;
  double above_slope = 0.0;
  double const inverse = 1.0 / spacing;
  for (int k = WINDOW; k-- > 0;) {
    to[k] = static_cast<Real>(below[k] * above);
    to[WINDOW + k] = static_cast<Real>(inverse * (below_slope[k] * above + below[k] * above_slope));
    // The next point has one factor more above it: (t - k) / -(distance).
    double const factor = (k - t) / (WINDOW - k);
    above_slope = above_slope * factor - above / (WINDOW - k);
    above *= factor;
  }
  return rank_[static_cast<std::size_t>(first - low_)];
}

void EmbeddingGrid::adapt(double error, double tolerance)
{
  double const ratio = 0.9 * std::pow(tolerance / std::max(error, 1.0e-30), 1.0 / (WINDOW - 1));
  spacing = std::clamp(spacing * std::clamp(ratio, 0.5, 1.5), FINEST, COARSEST);
}

template std::size_t EmbeddingGrid::window(double, double *) const;
template std::size_t EmbeddingGrid::window(double, float *) const;

}    // namespace lbs::deepsea
