// SPDX-License-Identifier: GPL-2.0-only
#include "descriptor.hpp"

#include "linalg/simd.hpp"

#include <algorithm>
#include <cmath>

namespace lbs::deepsea {

namespace {

template <int>
LBS_ALWAYS_INLINE void environment_rows_with(const NeighborRun &run, const PairConstants &constants,
                                             RunRows &rows)
{
  PairConstants const c = constants;
  const double *const x = run.x;
  const double *const y = run.y;
  const double *const z = run.z;
  double *const t = rows.t;
  double *const dt = rows.dt;
  double *const r0 = rows.row[0];
  double *const r1 = rows.row[1];
  double *const r2 = rows.row[2];
  double *const r3 = rows.row[3];
  double *const ds = rows.ds;
  double *const dv = rows.dv;
  double *const v = rows.v;
  double *const inverse_r = rows.inverse_r;
  int *const interval = rows.interval.data();
  int const count = padded<double>(run.count);
#pragma omp simd
  for (int n = 0; n < count; ++n) {
    double const r = std::sqrt(x[n] * x[n] + y[n] * y[n] + z[n] * z[n]);
    RadialPart const part = radial_part(r, c.from, c.inverse_width, c.protection);
    EnvironmentRow const row = normalized_row(part, c, x[n], y[n], z[n]);
    TablePlace const place = table_place(row.s, c.table);
    r0[n] = row.s;
    r1[n] = row.x;
    r2[n] = row.y;
    r3[n] = row.z;
    ds[n] = part.ds;
    dv[n] = part.dv;
    v[n] = part.v;
    inverse_r[n] = 1.0 / r;
    interval[n] = place.interval;
    t[n] = place.t;
    dt[n] = place.dt;
  }
}

template <int>
LBS_ALWAYS_INLINE void pair_gradients_with(const NeighborRun &run, const RunRows &rows, double *gx,
                                           double *gy, double *gz, double total[3],
                                           double product[9])
{
  const double *const x = run.x;
  const double *const y = run.y;
  const double *const z = run.z;
  double tx = 0.0, ty = 0.0, tz = 0.0;
  double xx = 0.0, xy = 0.0, xz = 0.0, yx = 0.0, yy = 0.0, yz = 0.0, zx = 0.0, zy = 0.0, zz = 0.0;
  const double *const e0 = rows.e[0];
  const double *const e1 = rows.e[1];
  const double *const e2 = rows.e[2];
  const double *const e3 = rows.e[3];
#pragma omp simd reduction(+ : tx, ty, tz, xx, xy, xz, yx, yy, yz, zx, zy, zz)
  for (int n = 0; n < run.count; ++n) {
    RadialPart const part = {0.0, rows.v[n], rows.ds[n], rows.dv[n]};
    EnvironmentRow const e = {e0[n], e1[n], e2[n], e3[n]};
    double g[3];
    chain_to_vector(part, e, x[n], y[n], z[n], rows.inverse_r[n], g);
    gx[n] = g[0];
    gy[n] = g[1];
    gz[n] = g[2];
    tx += g[0];
    ty += g[1];
    tz += g[2];
    xx += g[0] * x[n];
    xy += g[0] * y[n];
    xz += g[0] * z[n];
    yx += g[1] * x[n];
    yy += g[1] * y[n];
    yz += g[1] * z[n];
    zx += g[2] * x[n];
    zy += g[2] * y[n];
    zz += g[2] * z[n];
  }
  total[0] += tx;
  total[1] += ty;
  total[2] += tz;
  double const sums[9] = {xx, xy, xz, yx, yy, yz, zx, zy, zz};
  for (int k = 0; k < 9; ++k) product[k] += sums[k];
}

}    // namespace

void RunRows::fit(int count)
{
  auto const size = static_cast<std::size_t>(padded<double>(count));
  constexpr int ARRAYS = 14;
  constexpr int COLUMNS = ARRAYS + 8;
  if (numbers.size() >= COLUMNS * size) return;
  auto const room = static_cast<std::size_t>(padded<double>(count + count / 2));
  numbers.assign(COLUMNS * room, 0.0);
  interval.assign(room, 0);
  double *next = numbers.data();
  double **const arrays[ARRAYS] = {&t,  &dt, &row[0],    &row[1], &row[2], &row[3], &ds,
                                   &dv, &v,  &inverse_r, &e[0],   &e[1],   &e[2],   &e[3]};
  for (double **array : arrays) {
    *array = next;
    next += room;
  }
  by_row = next;
  by_slope = by_row + 4 * room;
}

void Moments::fit(int coefficients)
{
  auto const size = 4 * static_cast<std::size_t>(padded<float>(coefficients));
  grow(sum, size);    // with zeros
  blocks.fit(coefficients);
}

void SplineBlocks::fit(int coefficients)
{
  std::size_t const blocks = (coefficients + SIZE - 1) / SIZE;
  if (marks_.size() < blocks + sizeof(Word)) marks_.resize(blocks + sizeof(Word), 0);
}

void add_moment(double t, int interval, const double row[4], double weight, Moments &moments)
{
  SplineNumbers value;
  SplineNumbers unused;
  spline_weights(t, value, unused);
  double *const sum = moments.sum.data() + 4 * static_cast<std::size_t>(interval);
  for (int b = 0; b < SPLINE_SUPPORT; ++b)
    for (int k = 0; k < 4; ++k) sum[4 * b + k] += weight * value[b] * row[k];
  moments.blocks.add(interval);
}

// clang-format off
LBS_MACHINES(environment_rows, of_run,
             (const NeighborRun &run, const PairConstants &constants, RunRows &rows),
             (run, constants, rows))
LBS_MACHINES(pair_gradients, of_run,
             (const NeighborRun &run, const RunRows &rows, double *gx, double *gy, double *gz,
              double total[3], double product[9]),
             (run, rows, gx, gy, gz, total, product))
// clang-format on

}    // namespace lbs::deepsea
