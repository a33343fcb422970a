// SPDX-License-Identifier: GPL-2.0-only
#include "descriptor_loops.hpp"

#include "embedding_grid.hpp"

#include "linalg/simd.hpp"

namespace lbs::deepsea {

namespace {

constexpr int WINDOW = EmbeddingGrid::WINDOW;

template <int, class Real>
LBS_ALWAYS_INLINE void add_neighbors_with(int count, int width, Real factor, const Real *row,
                                          const Real *g, Real *a)
{
  for (int j = 0; j < count; ++j, row += 4, g += width) {
    Real const r[4] = {factor * row[0], factor * row[1], factor * row[2], factor * row[3]};
#pragma omp simd
    for (int m = 0; m < width; ++m) {
      a[m] += r[0] * g[m];
      a[width + m] += r[1] * g[m];
      a[2 * width + m] += r[2] * g[m];
      a[3 * width + m] += r[3] * g[m];
    }
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void
add_neighbor_tangents_with(int count, int width, Real factor, const Real *row, const Real *row_dot,
                           const Real *s_dot, const Real *g, const Real *slope, Real *a)
{
  for (int j = 0; j < count; ++j, row += 4, row_dot += 4, g += width, slope += width) {
    Real const s = factor * s_dot[j];
    Real const r[4] = {s * row[0], s * row[1], s * row[2], s * row[3]};
    Real const d[4] = {factor * row_dot[0], factor * row_dot[1], factor * row_dot[2],
                       factor * row_dot[3]};
#pragma omp simd
    for (int m = 0; m < width; ++m) {
      a[m] += d[0] * g[m] + r[0] * slope[m];
      a[width + m] += d[1] * g[m] + r[1] * slope[m];
      a[2 * width + m] += d[2] * g[m] + r[2] * slope[m];
      a[3 * width + m] += d[3] * g[m] + r[3] * slope[m];
    }
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void descriptor_with(int channels, int width, int axis, const Real *a, Real *d)
{
  for (int m = 0; m < channels; ++m, d += axis) {
    Real const one[4] = {a[m], a[width + m], a[2 * width + m], a[3 * width + m]};
#pragma omp simd
    for (int n = 0; n < axis; ++n)
      d[n] = one[0] * a[n] + one[1] * a[width + n] + one[2] * a[2 * width + n] +
             one[3] * a[3 * width + n];
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void descriptor_tangent_with(int channels, int width, int axis, const Real *a,
                                               const Real *a_dot, Real *d)
{
  for (int m = 0; m < channels; ++m, d += axis) {
    Real const one[4] = {a[m], a[width + m], a[2 * width + m], a[3 * width + m]};
    Real const dot[4] = {a_dot[m], a_dot[width + m], a_dot[2 * width + m], a_dot[3 * width + m]};
#pragma omp simd
    for (int n = 0; n < axis; ++n)
      d[n] = one[0] * a_dot[n] + dot[0] * a[n] + one[1] * a_dot[width + n] + dot[1] * a[width + n] +
             one[2] * a_dot[2 * width + n] + dot[2] * a[2 * width + n] +
             one[3] * a_dot[3 * width + n] + dot[3] * a[3 * width + n];
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void add_descriptor_adjoint_with(int channels, int width, int axis, const Real *e,
                                                   const Real *a, Real *p)
{
  for (int m = 0; m < channels; ++m, e += axis) {
    Real const one[4] = {a[m], a[width + m], a[2 * width + m], a[3 * width + m]};
    Real s0 = 0;
    Real s1 = 0;
    Real s2 = 0;
    Real s3 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
    for (int n = 0; n < axis; ++n) {
      s0 += e[n] * a[n];
      s1 += e[n] * a[width + n];
      s2 += e[n] * a[2 * width + n];
      s3 += e[n] * a[3 * width + n];
      p[n] += e[n] * one[0];
      p[width + n] += e[n] * one[1];
      p[2 * width + n] += e[n] * one[2];
      p[3 * width + n] += e[n] * one[3];
    }
    p[m] += s0;
    p[width + m] += s1;
    p[2 * width + m] += s2;
    p[3 * width + m] += s3;
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void neighbor_derivatives_with(int count, int width, Real factor, const Real *p,
                                                 const Real *row, const Real *g, const Real *slope,
                                                 Real *by)
{
  for (int j = 0; j < count; ++j, row += 4, g += width, slope += width, by += 5) {
    Real const r[4] = {row[0], row[1], row[2], row[3]};
    Real b0 = 0;
    Real b1 = 0;
    Real b2 = 0;
    Real b3 = 0;
    Real bs = 0;
#pragma omp simd reduction(+ : b0, b1, b2, b3, bs)
    for (int m = 0; m < width; ++m) {
      Real const p0 = p[m];
      Real const p1 = p[width + m];
      Real const p2 = p[2 * width + m];
      Real const p3 = p[3 * width + m];
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

// What a neighbor's g and dg/ds get from channel m; `row` and `row_dot` hold the factor 1/N.
template <class Real> struct ChannelAdjoint {
  Real by_g, by_slope;
};
template <class Real>
LBS_ALWAYS_INLINE ChannelAdjoint<Real> channel_adjoint(int m, int width, const Real *by_a,
                                                       const Real *by_a_dot, const Real *row,
                                                       const Real *row_dot, Real s_dot)
{
  Real const p0 = by_a_dot[m];
  Real const p1 = by_a_dot[width + m];
  Real const p2 = by_a_dot[2 * width + m];
  Real const p3 = by_a_dot[3 * width + m];
  return {by_a[m] * row[0] + by_a[width + m] * row[1] + by_a[2 * width + m] * row[2] +
              by_a[3 * width + m] * row[3] + p0 * row_dot[0] + p1 * row_dot[1] + p2 * row_dot[2] +
              p3 * row_dot[3],
          s_dot * (p0 * row[0] + p1 * row[1] + p2 * row[2] + p3 * row[3])};
}

template <int, class Real>
LBS_ALWAYS_INLINE void
neighbor_adjoints_with(int width, Real factor, const Real *by_a, const Real *by_a_dot,
                       const Real *row, const Real *row_dot, Real s_dot, Real *by_g, Real *by_slope)
{
  Real const r[4] = {factor * row[0], factor * row[1], factor * row[2], factor * row[3]};
  Real const d[4] = {factor * row_dot[0], factor * row_dot[1], factor * row_dot[2],
                     factor * row_dot[3]};
#pragma omp simd
  for (int m = 0; m < width; ++m) {
    ChannelAdjoint<Real> const to = channel_adjoint(m, width, by_a, by_a_dot, r, d, s_dot);
    by_g[m] = to.by_g;
    by_slope[m] = to.by_slope;
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void from_points_with(int count, int width, const std::size_t *first,
                                        const Real *weights, const Real *points, Real *g,
                                        Real *slope)
{
  for (int j = 0; j < count; ++j, g += width, slope += width, weights += 2 * WINDOW) {
    const Real *const p = points + first[j] * width;
    const Real *const w = weights;
    const Real *const d = weights + WINDOW;
#pragma omp simd
    for (int m = 0; m < width; ++m) {
      Real value = 0;
      Real derivative = 0;
#pragma GCC unroll 6
      for (int k = 0; k < WINDOW; ++k) {
        Real const x = p[k * width + m];
        value += w[k] * x;
        derivative += d[k] * x;
      }
      g[m] = value;
      slope[m] = derivative;
    }
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void
add_to_points_with(int width, Real factor, const Real *by_a, const Real *by_a_dot, const Real *row,
                   const Real *row_dot, Real s_dot, const Real *weights, Real *by_points)
{
  Real const r[4] = {factor * row[0], factor * row[1], factor * row[2], factor * row[3]};
  Real const d[4] = {factor * row_dot[0], factor * row_dot[1], factor * row_dot[2],
                     factor * row_dot[3]};
#pragma omp simd
  for (int m = 0; m < width; ++m) {
    ChannelAdjoint<Real> const to = channel_adjoint(m, width, by_a, by_a_dot, r, d, s_dot);
#pragma GCC unroll 6
    for (int k = 0; k < WINDOW; ++k)
      by_points[k * width + m] += weights[k] * to.by_g + weights[WINDOW + k] * to.by_slope;
  }
}

}    // namespace

// clang-format off
#define LBS_DESCRIPTOR_LOOPS(Real)                                                               \
  LBS_MACHINES(add_neighbors, in_##Real,                                                         \
               (int count, int width, Real factor, const Real *row, const Real *g, Real *a),     \
               (count, width, factor, row, g, a))                                                \
  LBS_MACHINES(add_neighbor_tangents, in_##Real,                                                 \
               (int count, int width, Real factor, const Real *row, const Real *row_dot,         \
                const Real *s_dot, const Real *g, const Real *slope, Real *a),                   \
               (count, width, factor, row, row_dot, s_dot, g, slope, a))                         \
  LBS_MACHINES(descriptor, in_##Real,                                                            \
               (int channels, int width, int axis, const Real *a, Real *d),                      \
               (channels, width, axis, a, d))                                                    \
  LBS_MACHINES(descriptor_tangent, in_##Real,                                                    \
               (int channels, int width, int axis, const Real *a, const Real *a_dot, Real *d),   \
               (channels, width, axis, a, a_dot, d))                                             \
  LBS_MACHINES(add_descriptor_adjoint, in_##Real,                                                \
               (int channels, int width, int axis, const Real *e, const Real *a, Real *p),       \
               (channels, width, axis, e, a, p))                                                 \
  LBS_MACHINES(neighbor_derivatives, in_##Real,                                                  \
               (int count, int width, Real factor, const Real *p, const Real *row,               \
                const Real *g, const Real *slope, Real *by),                                     \
               (count, width, factor, p, row, g, slope, by))                                     \
  LBS_MACHINES(neighbor_adjoints, in_##Real,                                                     \
               (int width, Real factor, const Real *by_a, const Real *by_a_dot,                  \
                const Real *row, const Real *row_dot, Real s_dot, Real *by_g, Real *by_slope),   \
               (width, factor, by_a, by_a_dot, row, row_dot, s_dot, by_g, by_slope))             \
  LBS_MACHINES(from_points, in_##Real,                                                           \
               (int count, int width, const std::size_t *first, const Real *weights,             \
                const Real *points, Real *g, Real *slope),                                       \
               (count, width, first, weights, points, g, slope))                                 \
  LBS_MACHINES(add_to_points, in_##Real,                                                         \
               (int width, Real factor, const Real *by_a, const Real *by_a_dot,                  \
                const Real *row, const Real *row_dot, Real s_dot, const Real *weights,           \
                Real *by_points),                                                                \
               (width, factor, by_a, by_a_dot, row, row_dot, s_dot, weights, by_points))
LBS_DESCRIPTOR_LOOPS(double)
LBS_DESCRIPTOR_LOOPS(float)
#undef LBS_DESCRIPTOR_LOOPS
// clang-format on

}    // namespace lbs::deepsea
