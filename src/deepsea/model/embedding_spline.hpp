// SPDX-License-Identifier: GPL-2.0-only
// The embedding net of a pair of types as a spline of the normalized s.
#pragma once

#include "embedding_net.hpp"
#include "environment.hpp"
#include "spline_basis.hpp"

#include <algorithm>
#include <vector>

namespace lbs::deepsea {

// Distances below this (A) are beyond the tables; the networks themselves are evaluated there.
constexpr double TABLE_CLOSEST = 0.5;

// Splines of degree 7 for all channels g_m of one net, in equal intervals of the scale. Interval i
// uses the coefficients i to i + 7.
struct EmbeddingSpline {
  TableScale scale;
  int channels = 0;
  std::vector<double> coefficient;    // (intervals + 7) x channels

  // Bounds of the errors against the net, and largest absolute values, of g and of dg/ds.
  double value_error = 0.0, slope_error = 0.0;
  double value_scale = 0.0, slope_scale = 0.0;

  // What errors are relative to; not much less than what else forces are made of.
  [[nodiscard]] double value_unit() const { return std::max(value_scale, 1.0e-3); }
  [[nodiscard]] double slope_unit() const { return std::max(slope_scale, 0.1 * value_unit()); }
  [[nodiscard]] int coefficients() const { return scale.intervals + SPLINE_DEGREE; }
  // The s that lies so many intervals from the beginning.
  [[nodiscard]] double s_at(double place) const;
  // All channels at s; for tests and for the padding.
  void evaluate(double s, std::vector<double> &value, std::vector<double> &slope) const;
};

// Places where the errors of a spline are looked at: 8 in each interval. An error is no sharper
// between two knots than one period of a sine there (a Bernoulli polynomial for narrow intervals),
// so that between the places it is at most 1/cos(pi/8) = 1.083 times what they show.
std::vector<double> probes(const EmbeddingSpline &spline);
constexpr double BETWEEN_PROBES = 1.1;

// Spline over [low, high] whose error is at most `tolerance` times the largest absolute value of g
// and of dg/ds, as value_unit() and slope_unit() have them, on the scale that takes the fewest
// intervals where neighbors are. Throws InputError if that takes too many intervals, as with a net
// that has corners (relu).
EmbeddingSpline fit_embedding(const DenseNet &net, double low, double high, double tolerance);

}    // namespace lbs::deepsea
