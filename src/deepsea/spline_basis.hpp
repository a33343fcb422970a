// B-splines of degree 7 on uniform knots: eight of them are not zero in each interval.
#pragma once

#include "../support/host_device.hpp"

namespace lbs::deepsea {

constexpr int SPLINE_DEGREE = 7;
constexpr int SPLINE_SUPPORT = SPLINE_DEGREE + 1;

// coefficient[p][b]: of t^p in the b-th spline of an interval, t from 0 to 1 along it.
struct SplineMatrix {
  double coefficient[SPLINE_SUPPORT][SPLINE_SUPPORT];
};

// From the truncated powers: N(x) = 1/7! sum_j (-1)^j C(8,j) (x-j)_+^7, with x = t + 7 - b.
// All sums are of integers, hence exact.
constexpr SplineMatrix make_spline_matrix()
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

inline constexpr SplineMatrix SPLINE_MATRIX = make_spline_matrix();

// Values and derivatives (by t) of the eight splines at t in [0, 1].
LBS_INLINE void spline_weights(double t, double value[SPLINE_SUPPORT],
                               double derivative[SPLINE_SUPPORT])
{
  for (int b = 0; b < SPLINE_SUPPORT; ++b) {
    value[b] = SPLINE_MATRIX.coefficient[SPLINE_DEGREE][b];
    derivative[b] = 0.0;
  }
  for (int p = SPLINE_DEGREE - 1; p >= 0; --p)
    for (int b = 0; b < SPLINE_SUPPORT; ++b) {
      derivative[b] = derivative[b] * t + value[b];
      value[b] = value[b] * t + SPLINE_MATRIX.coefficient[p][b];
    }
}

}    // namespace lbs::deepsea
