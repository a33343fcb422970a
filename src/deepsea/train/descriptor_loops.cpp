// SPDX-License-Identifier: GPL-2.0-only
#include "descriptor_loops.hpp"

#include "embedding_grid.hpp"

#include "linalg/simd.hpp"

namespace lbs::deepsea {

namespace {

constexpr int WINDOW = EmbeddingGrid::WINDOW;

template <int, class Real>
LBS_ALWAYS_INLINE void add_neighbors_with(int count, int channels, Real factor, const Real *row,
                                          const Real *g, Real *a)
{
  for (int j = 0; j < count; ++j, row += 4, g += channels) {
    Real const r[4] = {factor * row[0], factor * row[1], factor * row[2], factor * row[3]};
#pragma omp simd
    for (int m = 0; m < channels; ++m) {
      a[m] += r[0] * g[m];
      a[channels + m] += r[1] * g[m];
      a[2 * channels + m] += r[2] * g[m];
      a[3 * channels + m] += r[3] * g[m];
    }
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void add_neighbor_tangents_with(int count, int channels, Real factor,
                                                  const Real *row, const Real *row_dot,
                                                  const Real *s_dot, const Real *g,
                                                  const Real *slope, Real *a)
{
  for (int j = 0; j < count; ++j, row += 4, row_dot += 4, g += channels, slope += channels) {
    Real const s = factor * s_dot[j];
    Real const r[4] = {s * row[0], s * row[1], s * row[2], s * row[3]};
    Real const d[4] = {factor * row_dot[0], factor * row_dot[1], factor * row_dot[2],
                       factor * row_dot[3]};
#pragma omp simd
    for (int m = 0; m < channels; ++m) {
      a[m] += d[0] * g[m] + r[0] * slope[m];
      a[channels + m] += d[1] * g[m] + r[1] * slope[m];
      a[2 * channels + m] += d[2] * g[m] + r[2] * slope[m];
      a[3 * channels + m] += d[3] * g[m] + r[3] * slope[m];
    }
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void add_descriptor_with(int channels, int axis, const Real *a, const Real *b,
                                           Real *d)
{
  for (int m = 0; m < channels; ++m, d += axis) {
    Real const one[4] = {a[m], a[channels + m], a[2 * channels + m], a[3 * channels + m]};
#pragma omp simd
    for (int n = 0; n < axis; ++n)
      d[n] += one[0] * b[n] + one[1] * b[channels + n] + one[2] * b[2 * channels + n] +
              one[3] * b[3 * channels + n];
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void add_descriptor_adjoint_with(int channels, int axis, const Real *e,
                                                   const Real *a, Real *p)
{
  for (int m = 0; m < channels; ++m, e += axis) {
    Real const one[4] = {a[m], a[channels + m], a[2 * channels + m], a[3 * channels + m]};
    Real s0 = 0;
    Real s1 = 0;
    Real s2 = 0;
    Real s3 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
    for (int n = 0; n < axis; ++n) {
      s0 += e[n] * a[n];
      s1 += e[n] * a[channels + n];
      s2 += e[n] * a[2 * channels + n];
      s3 += e[n] * a[3 * channels + n];
      p[n] += e[n] * one[0];
      p[channels + n] += e[n] * one[1];
      p[2 * channels + n] += e[n] * one[2];
      p[3 * channels + n] += e[n] * one[3];
    }
    p[m] += s0;
    p[channels + m] += s1;
    p[2 * channels + m] += s2;
    p[3 * channels + m] += s3;
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void neighbor_derivatives_with(int count, int channels, Real factor,
                                                 const Real *p, const Real *row, const Real *g,
                                                 const Real *slope, Real *by)
{
  for (int j = 0; j < count; ++j, row += 4, g += channels, slope += channels, by += 5) {
    Real const r[4] = {row[0], row[1], row[2], row[3]};
    Real b0 = 0;
    Real b1 = 0;
    Real b2 = 0;
    Real b3 = 0;
    Real bs = 0;
#pragma omp simd reduction(+ : b0, b1, b2, b3, bs)
    for (int m = 0; m < channels; ++m) {
      Real const p0 = p[m];
      Real const p1 = p[channels + m];
      Real const p2 = p[2 * channels + m];
      Real const p3 = p[3 * channels + m];
      b0 += p0 * g[m];
      b1 += p1 * g[m];
      b2 += p2 * g[m];
      b3 += p3 * g[m];
      bs += slope[m] * (p0 * r[0] + p1 * r[1] + p2 * r[2] + p3 * r[3]);
    }
    by[0] = factor * b0;
    by[1] = factor * b1;
    by[2] = factor * b2;
    by[3] = factor * b3;
    by[4] = factor * bs;
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void
neighbor_adjoints_with(int channels, Real factor, const Real *by_a, const Real *by_a_dot,
                       const Real *row, const Real *row_dot, Real s_dot, Real *by_g, Real *by_slope)
{
  Real const r[4] = {factor * row[0], factor * row[1], factor * row[2], factor * row[3]};
  Real const d[4] = {factor * row_dot[0], factor * row_dot[1], factor * row_dot[2],
                     factor * row_dot[3]};
#pragma omp simd
  for (int m = 0; m < channels; ++m) {
    Real const p0 = by_a_dot[m];
    Real const p1 = by_a_dot[channels + m];
    Real const p2 = by_a_dot[2 * channels + m];
    Real const p3 = by_a_dot[3 * channels + m];
    by_g[m] = by_a[m] * r[0] + by_a[channels + m] * r[1] + by_a[2 * channels + m] * r[2] +
              by_a[3 * channels + m] * r[3] + p0 * d[0] + p1 * d[1] + p2 * d[2] + p3 * d[3];
    by_slope[m] = s_dot * (p0 * r[0] + p1 * r[1] + p2 * r[2] + p3 * r[3]);
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void from_points_with(int count, int channels, const std::size_t *first,
                                        const Real *weights, const Real *points, Real *g,
                                        Real *slope)
{
  for (int j = 0; j < count; ++j, g += channels, slope += channels, weights += 2 * WINDOW) {
    const Real *const p = points + first[j] * channels;
    const Real *const w = weights;
    const Real *const d = weights + WINDOW;
#pragma omp simd
    for (int m = 0; m < channels; ++m) {
      Real value = 0;
      Real derivative = 0;
#pragma GCC unroll 6
      for (int k = 0; k < WINDOW; ++k) {
        Real const x = p[k * channels + m];
        value += w[k] * x;
        derivative += d[k] * x;
      }
      g[m] = value;
      slope[m] = derivative;
    }
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void add_to_points_with(int channels, Real factor, const Real *by_a,
                                          const Real *by_a_dot, const Real *row,
                                          const Real *row_dot, Real s_dot, const Real *weights,
                                          Real *by_points)
{
  Real const s = factor * s_dot;
  Real r[4], d[4], e[4];
  for (int k = 0; k < 4; ++k) {
    r[k] = factor * row[k];
    d[k] = factor * row_dot[k];
    e[k] = s * row[k];
  }
#pragma omp simd
  for (int m = 0; m < channels; ++m) {
    Real const p0 = by_a_dot[m];
    Real const p1 = by_a_dot[channels + m];
    Real const p2 = by_a_dot[2 * channels + m];
    Real const p3 = by_a_dot[3 * channels + m];
    Real const by_g = by_a[m] * r[0] + by_a[channels + m] * r[1] + by_a[2 * channels + m] * r[2] +
                      by_a[3 * channels + m] * r[3] + p0 * d[0] + p1 * d[1] + p2 * d[2] + p3 * d[3];
    Real const by_slope = p0 * e[0] + p1 * e[1] + p2 * e[2] + p3 * e[3];
#pragma GCC unroll 6
    for (int k = 0; k < WINDOW; ++k)
      by_points[k * channels + m] += weights[k] * by_g + weights[WINDOW + k] * by_slope;
  }
}

}    // namespace

// clang-format off
#define LBS_DESCRIPTOR_LOOPS(Real)                                                               \
  LBS_MACHINES(add_neighbors, in_##Real,                                                         \
               (int count, int channels, Real factor, const Real *row, const Real *g, Real *a),  \
               (count, channels, factor, row, g, a))                                             \
  LBS_MACHINES(add_neighbor_tangents, in_##Real,                                                 \
               (int count, int channels, Real factor, const Real *row, const Real *row_dot,      \
                const Real *s_dot, const Real *g, const Real *slope, Real *a),                   \
               (count, channels, factor, row, row_dot, s_dot, g, slope, a))                      \
  LBS_MACHINES(add_descriptor, in_##Real,                                                        \
               (int channels, int axis, const Real *a, const Real *b, Real *d),                  \
               (channels, axis, a, b, d))                                                        \
  LBS_MACHINES(add_descriptor_adjoint, in_##Real,                                                \
               (int channels, int axis, const Real *e, const Real *a, Real *p),                  \
               (channels, axis, e, a, p))                                                        \
  LBS_MACHINES(neighbor_derivatives, in_##Real,                                                  \
               (int count, int channels, Real factor, const Real *p, const Real *row,            \
                const Real *g, const Real *slope, Real *by),                                     \
               (count, channels, factor, p, row, g, slope, by))                                  \
  LBS_MACHINES(neighbor_adjoints, in_##Real,                                                     \
               (int channels, Real factor, const Real *by_a, const Real *by_a_dot,               \
                const Real *row, const Real *row_dot, Real s_dot, Real *by_g, Real *by_slope),   \
               (channels, factor, by_a, by_a_dot, row, row_dot, s_dot, by_g, by_slope))          \
  LBS_MACHINES(from_points, in_##Real,                                                           \
               (int count, int channels, const std::size_t *first, const Real *weights,          \
                const Real *points, Real *g, Real *slope),                                       \
               (count, channels, first, weights, points, g, slope))                              \
  LBS_MACHINES(add_to_points, in_##Real,                                                         \
               (int channels, Real factor, const Real *by_a, const Real *by_a_dot,               \
                const Real *row, const Real *row_dot, Real s_dot, const Real *weights,           \
                Real *by_points),                                                                \
               (channels, factor, by_a, by_a_dot, row, row_dot, s_dot, weights, by_points))
LBS_DESCRIPTOR_LOOPS(double)
LBS_DESCRIPTOR_LOOPS(float)
#undef LBS_DESCRIPTOR_LOOPS
// clang-format on

}    // namespace lbs::deepsea
