// SPDX-License-Identifier: GPL-2.0-only
#include "linalg/vector_math.hpp"

#include "dual_loops.hpp"

#include "curve.hpp"

#include "linalg/simd.hpp"

#include <algorithm>
#include <type_traits>

namespace lbs::deepsea {

namespace {

// One loop for each activation, so that it becomes vector code.
template <Activation A, class Real>
LBS_ALWAYS_INLINE void activate_row(int columns, const Real *bias, const Real *timestep,
                                    const CurveBuffers<Real> &to)
{
  if (!timestep) {
#pragma omp simd
    for (int c = 0; c < columns; ++c) {
      Curve<Real> const a = curve(A, to.y[c] + bias[c]);
      to.y[c] = a.value;
      to.slope[c] = a.slope;
      to.bend[c] = a.bend;
    }
    return;
  }
#pragma omp simd
  for (int c = 0; c < columns; ++c) {
    Curve<Real> const a = curve(A, to.y[c] + bias[c]);
    to.plain[c] = a.value;
    to.plain_slope[c] = a.slope;
    to.y[c] = timestep[c] * a.value;
    to.slope[c] = timestep[c] * a.slope;
    to.bend[c] = timestep[c] * a.bend;
  }
}

template <Activation A, class Real>
LBS_ALWAYS_INLINE void activate_all_rows(int rows, int columns, const Real *bias,
                                         const Real *timestep, CurveBuffers<Real> to)
{
  for (int r = 0; r < rows; ++r) {
    activate_row<A>(columns, bias, timestep, to);
    to.y += columns;
    to.slope += columns;
    to.bend += columns;
    if (timestep) {
      to.plain += columns;
      to.plain_slope += columns;
    }
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void activate_rows_with(Activation activation, int rows, int columns,
                                          const Real *bias, const Real *timestep,
                                          const CurveBuffers<Real> &to)
{
#define LBS_CASE(A) \
  case Activation::A: return activate_all_rows<Activation::A>(rows, columns, bias, timestep, to);
  switch (activation) {
    LBS_CASE(LINEAR)
    LBS_CASE(TANH)
    LBS_CASE(GELU)
    LBS_CASE(RELU)
    LBS_CASE(RELU6)
    LBS_CASE(SOFTPLUS)
    LBS_CASE(SIGMOID)
    LBS_CASE(SILU)
  }
#undef LBS_CASE
}

template <int, class Real>
LBS_ALWAYS_INLINE void skip_forward_with(int inputs, int skips, int rows, const Real *x, Real *y)
{
  for (int r = 0; r < rows && skips > 0; ++r)
    for (int s = 0; s < skips; ++s) {
      Real *const to = y + (static_cast<std::size_t>(r) * skips + s) * inputs;
      const Real *const from = x + static_cast<std::size_t>(r) * inputs;
#pragma omp simd
      for (int c = 0; c < inputs; ++c) to[c] += from[c];
    }
}

template <int, class Real>
LBS_ALWAYS_INLINE void skip_back_with(int inputs, int skips, int rows, const Real *by_y, Real *by_x)
{
  for (int r = 0; r < rows && skips > 0; ++r)
    for (int s = 0; s < skips; ++s) {
      const Real *const from = by_y + (static_cast<std::size_t>(r) * skips + s) * inputs;
      Real *const to = by_x + static_cast<std::size_t>(r) * inputs;
#pragma omp simd
      for (int c = 0; c < inputs; ++c) to[c] += from[c];
    }
}

template <int, class Real>
LBS_ALWAYS_INLINE void multiply_each_with(std::size_t count, const Real *a, const Real *b, Real *to)
{
#pragma omp simd
  for (std::size_t k = 0; k < count; ++k) to[k] = a[k] * b[k];
}

template <int, class Real>
LBS_ALWAYS_INLINE void bend_back_with(std::size_t count, const Real *by_y, const Real *slope,
                                      const Real *by_y_dot, const Real *bend, const Real *z_dot,
                                      Real *by_z)
{
#pragma omp simd
  for (std::size_t k = 0; k < count; ++k)
    by_z[k] = by_y[k] * slope[k] + by_y_dot[k] * bend[k] * z_dot[k];
}

template <int, class Real>
LBS_ALWAYS_INLINE void add_rows_with(int rows, int columns, const Real *a, Real *sum)
{
  for (int r = 0; r < rows; ++r, a += columns)
#pragma omp simd
    for (int c = 0; c < columns; ++c) sum[c] += a[c];
}

template <int, class Real>
LBS_ALWAYS_INLINE void add_row_products_with(int rows, int columns, const Real *a, const Real *b,
                                             Real *sum)
{
  for (int r = 0; r < rows; ++r, a += columns, b += columns)
#pragma omp simd
    for (int c = 0; c < columns; ++c) sum[c] += a[c] * b[c];
}

template <int, class Real>
LBS_ALWAYS_INLINE void to_packs_with(int rows, int columns, const Real *from, int room, Real *to)
{
  constexpr int LANE_COUNT = LANES<Real>;
  for (int r = 0; r < rows; r += LANE_COUNT) {
    const Real *const pack = from + static_cast<std::size_t>(r) * columns;
    int const lanes = std::min(LANE_COUNT, rows - r);
    if (lanes == LANE_COUNT) {
      for (int c = 0; c < columns; ++c)
#pragma omp simd
        for (int l = 0; l < LANE_COUNT; ++l) to[c * LANE_COUNT + l] = pack[l * columns + c];
    } else {
      std::fill_n(to, static_cast<std::size_t>(columns) * LANE_COUNT, Real(0));
      for (int l = 0; l < lanes; ++l)
        for (int c = 0; c < columns; ++c) to[c * LANE_COUNT + l] = pack[l * columns + c];
    }
    to += static_cast<std::size_t>(room) * LANE_COUNT;
  }
}

template <int, class Real>
LBS_ALWAYS_INLINE void from_packs_with(int rows, int columns, const Real *from, int room, Real *to)
{
  constexpr int LANE_COUNT = LANES<Real>;
  for (int r = 0; r < rows; ++r, to += columns) {
    const Real *const lane =
        from + static_cast<std::size_t>(r / LANE_COUNT) * room * LANE_COUNT + r % LANE_COUNT;
#pragma omp simd
    for (int c = 0; c < columns; ++c) to[c] = lane[c * LANE_COUNT];
  }
}

}    // namespace

// clang-format off
#define LBS_DUAL_LOOPS(Real)                                                                     \
  LBS_MACHINES(activate_rows, in_##Real,                                                         \
               (Activation activation, int rows, int columns, const Real *bias,                  \
                const Real *timestep, const CurveBuffers<Real> &to),                             \
               (activation, rows, columns, bias, timestep, to))                                  \
  LBS_MACHINES(skip_forward, in_##Real,                                                          \
               (int inputs, int skips, int rows, const Real *x, Real *y),                        \
               (inputs, skips, rows, x, y))                                                      \
  LBS_MACHINES(skip_back, in_##Real,                                                             \
               (int inputs, int skips, int rows, const Real *by_y, Real *by_x),                  \
               (inputs, skips, rows, by_y, by_x))                                                \
  LBS_MACHINES(multiply_each, in_##Real,                                                         \
               (std::size_t count, const Real *a, const Real *b, Real *to), (count, a, b, to))   \
  LBS_MACHINES(bend_back, in_##Real,                                                             \
               (std::size_t count, const Real *by_y, const Real *slope, const Real *by_y_dot,    \
                const Real *bend, const Real *z_dot, Real *by_z),                                \
               (count, by_y, slope, by_y_dot, bend, z_dot, by_z))                                \
  LBS_MACHINES(add_rows, in_##Real, (int rows, int columns, const Real *a, Real *sum),           \
               (rows, columns, a, sum))                                                          \
  LBS_MACHINES(add_row_products, in_##Real,                                                      \
               (int rows, int columns, const Real *a, const Real *b, Real *sum),                 \
               (rows, columns, a, b, sum))                                                       \
  LBS_MACHINES(to_packs, in_##Real,                                                              \
               (int rows, int columns, const Real *from, int room, Real *to),                    \
               (rows, columns, from, room, to))                                                  \
  LBS_MACHINES(from_packs, in_##Real,                                                            \
               (int rows, int columns, const Real *from, int room, Real *to),                    \
               (rows, columns, from, room, to))
LBS_DUAL_LOOPS(double)
LBS_DUAL_LOOPS(float)
#undef LBS_DUAL_LOOPS
// clang-format on

}    // namespace lbs::deepsea
