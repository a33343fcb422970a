// SPDX-License-Identifier: GPL-2.0-only
// Evenly spaced points of s, the input of an embedding net, and polynomials between them.
//
// The net is a function of one number, and the thousands of neighbors in a batch lie in a few
// hundred intervals. So the net is evaluated at the ends of intervals with neighbors and at their
// next points only: g(s) is the polynomial of degree 5 through the six points around s, and dg/ds
// its derivative. Weights then get the exact gradient of this interpolated function.
#pragma once

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

class EmbeddingGrid {
 public:
  static constexpr int WINDOW = 6;    // points of a polynomial

  double spacing = 0.05;    // of s

  // Begins a batch whose numbers are in [low, high].
  void begin(double low, double high);
  // Says that the points around s are needed.
  void mark(double s);
  // Numbers the points that are needed in the order of s.
  void number();
  [[nodiscard]] std::size_t points() const { return point_.size(); }
  [[nodiscard]] double position(std::size_t point) const
  {
    return static_cast<double>(point_[point]) * spacing;
  }
  // The first of the six points around s, which follow one another; of them to[k] is the weight in
  // g(s) and to[WINDOW + k] that in dg/ds.
  template <class Real> std::size_t window(double s, Real *to) const;
  // A spacing at which the polynomials' largest error should be `tolerance` instead of `error`.
  void adapt(double error, double tolerance);

 private:
  long low_ = 0;                     // index of the first point that may be marked
  std::vector<char> marked_;         // [index - low]
  std::vector<std::size_t> rank_;    // [index - low]: its number
  std::vector<long> point_;          // [number]: index

  [[nodiscard]] long first_index(double s) const;
};

}    // namespace lbs::deepsea
