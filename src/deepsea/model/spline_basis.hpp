// SPDX-License-Identifier: GPL-2.0-only
// B-splines of degree 7 on uniform knots: eight of them are not zero in each interval.
#pragma once

#include "slope.hpp"

#include "support/host_device.hpp"

namespace lbs::deepsea {

constexpr int SPLINE_DEGREE = 7;
constexpr int SPLINE_SUPPORT = SPLINE_DEGREE + 1;

// coefficient[p][b]: of t^p in the b-th spline of an interval, t from 0 to 1 along it.
struct SplineMatrix {
  double coefficient[SPLINE_SUPPORT][SPLINE_SUPPORT];
};

// From the truncated powers: N(x) = 1/7! sum_j (-1)^j C(8,j) (x-j)_+^7, with x = t + 7 - b.
// All sums are of integers, hence exact.
LBS_INLINE constexpr SplineMatrix make_spline_matrix()
{
  double choose[SPLINE_SUPPORT + 1][SPLINE_SUPPORT + 1] = {};
  for (int n = 0; n <= SPLINE_SUPPORT; ++n) {
    choose[n][0] = 1.0;
    for (int k = 1; k <= n; ++k)
      choose[n][k] = choose[n - 1][k - 1] + (k < n ? choose[n - 1][k] : 0);
  }
  double factorial = 1.0;
  for (int n = 2; n <= SPLINE_DEGREE; ++n) factorial *= n;

  SplineMatrix matrix{};
  for (int p = 0; p <= SPLINE_DEGREE; ++p)
    for (int b = 0; b <= SPLINE_DEGREE; ++b) {
      double total = 0.0;
      for (int j = 0; j <= SPLINE_DEGREE - b; ++j) {
        double power = 1.0;
        for (int q = 0; q < SPLINE_DEGREE - p; ++q) power *= SPLINE_DEGREE - b - j;
        total +=
            (j % 2 ? -1.0 : 1.0) * choose[SPLINE_SUPPORT][j] * choose[SPLINE_DEGREE][p] * power;
      }
      matrix.coefficient[p][b] = total / factorial;
    }
  return matrix;
}

// In a function, because device code sees no variables of a namespace.
LBS_INLINE const SplineMatrix &spline_matrix()
{
  static constexpr SplineMatrix MATRIX = make_spline_matrix();
  return MATRIX;
}

// A number for each spline of an interval, where there are no packs (simd.hpp) of them.
struct SplineNumbers {
  double number[SPLINE_SUPPORT] = {};

  LBS_INLINE double operator[](int b) const { return number[b]; }
  LBS_INLINE void load(const double *from)
  {
    for (int b = 0; b < SPLINE_SUPPORT; ++b) number[b] = from[b];
  }
  // this = this * factor + term
  LBS_INLINE void horner(double factor, const SplineNumbers &term)
  {
    for (int b = 0; b < SPLINE_SUPPORT; ++b) number[b] = number[b] * factor + term.number[b];
  }
};

// Values and derivatives (by t) of the eight splines at t in [0, 1]. Numbers: SplineNumbers, or a
// pack of eight.
template <class Numbers>
LBS_INLINE void spline_weights(double t, Numbers &value, Numbers &derivative)
{
  value.load(spline_matrix().coefficient[SPLINE_DEGREE]);
  derivative = Numbers();
  for (int p = SPLINE_DEGREE - 1; p >= 0; --p) {
    Numbers coefficient;
    coefficient.load(spline_matrix().coefficient[p]);
    derivative.horner(t, value);
    value.horner(t, coefficient);
  }
}

// One of them, b, for machines that have few registers.
LBS_INLINE Slope<double> spline_weight(int b, double t)
{
  const SplineMatrix &matrix = spline_matrix();
  Slope<double> weight = {matrix.coefficient[SPLINE_DEGREE][b], 0.0};
  for (int p = SPLINE_DEGREE - 1; p >= 0; --p) {
    weight.derivative = weight.derivative * t + weight.value;
    weight.value = weight.value * t + matrix.coefficient[p][b];
  }
  return weight;
}

}    // namespace lbs::deepsea
