#include "descriptor.hpp"

#include "environment.hpp"

#include "../support/vector_math.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace lbs::deepsea {

namespace {

using Quad = double __attribute__((vector_size(32), aligned(8), may_alias));

LBS_ALWAYS_INLINE void load_quad(Quad &quad, const double *from)
{
  quad = *reinterpret_cast<const Quad *>(from);
}

}    // namespace

void RunRows::fit(int count)
{
  auto const size = static_cast<std::size_t>(padded<double>(count));
  constexpr int ARRAYS = 17;
  if (numbers.size() >= ARRAYS * size) return;
  auto const room = static_cast<std::size_t>(padded<double>(count + count / 2));
  numbers.assign(ARRAYS * room, 0.0);
  interval.assign(room, 0);
  double *next = numbers.data();
  double **const arrays[ARRAYS] = {&t,           &row[0],     &row[1], &row[2],      &row[3],
                                   &ds,          &dv,         &v,      &inverse_r,   &e[0],
                                   &e[1],        &e[2],       &e[3],   &by_slope[0], &by_slope[1],
                                   &by_slope[2], &by_slope[3]};
  for (double **array : arrays) {
    *array = next;
    next += room;
  }
}

LBS_VECTOR_CLONES void environment_rows(const NeighborRun &run, const PairConstants &constants,
                                        RunRows &rows)
{
  PairConstants const c = constants;
  const double *const x = run.x;
  const double *const y = run.y;
  const double *const z = run.z;
  double *const t = rows.t;
  double *const r0 = rows.row[0];
  double *const r1 = rows.row[1];
  double *const r2 = rows.row[2];
  double *const r3 = rows.row[3];
  double *const ds = rows.ds;
  double *const dv = rows.dv;
  double *const v = rows.v;
  double *const inverse_r = rows.inverse_r;
  int *const interval = rows.interval.data();
  double const last = c.intervals;
  int const count = padded<double>(run.count);
#pragma omp simd
  for (int n = 0; n < count; ++n) {
    double const r = std::sqrt(x[n] * x[n] + y[n] * y[n] + z[n] * z[n]);
    RadialPart const part = radial_part(r, c.from, c.inverse_width, c.protection);
    r0[n] = (part.s - c.average[0]) * c.inverse_deviation[0];
    r1[n] = (x[n] * part.v - c.average[1]) * c.inverse_deviation[1];
    r2[n] = (y[n] * part.v - c.average[2]) * c.inverse_deviation[2];
    r3[n] = (z[n] * part.v - c.average[3]) * c.inverse_deviation[3];
    ds[n] = part.ds;
    dv[n] = part.dv;
    v[n] = part.v;
    inverse_r[n] = 1.0 / r;
    // What is no number is sent beyond the table, too, where it will be found.
    double place = (r0[n] - c.low) * c.inverse_step;
    place = place < last + 1.0 ? place : last + 1.0;
    place = place > 0.0 ? place : 0.0;
    int q = static_cast<int>(place);
    q = q < c.intervals ? q : c.intervals - 1;
    interval[n] = q;
    t[n] = place - q;
  }
}

void Moments::fit(int coefficients)
{
  auto const size = 4 * static_cast<std::size_t>(padded<float>(coefficients));
  if (sum.size() >= size) return;
  sum.resize(size, 0.0);
  touched.resize(static_cast<std::size_t>(coefficients) / 64 + 2, 0);
  list.reserve(coefficients);
}

void Moments::touch(int interval)
{
  std::uint64_t const bits = 0xff;
  int const shift = interval % 64;
  touched[interval / 64] |= bits << shift;
  if (shift > 64 - SPLINE_SUPPORT) touched[interval / 64 + 1] |= bits >> (64 - shift);
}

void Moments::make_list()
{
  list.clear();
  for (std::size_t word = 0; word < touched.size(); ++word) {
    std::uint64_t bits = touched[word];
    touched[word] = 0;
    while (bits != 0) {
      list.push_back(static_cast<int>(word * 64) + __builtin_ctzll(bits));
      bits &= bits - 1;
    }
  }
}

namespace {

// spline_weights() in packs of all eight splines.
LBS_ALWAYS_INLINE void pack_weights(double t, Pack<double> &value)
{
  load(value, SPLINE_MATRIX.coefficient[SPLINE_DEGREE]);
#pragma GCC unroll 7
  for (int p = SPLINE_DEGREE - 1; p >= 0; --p) {
    Pack<double> coefficient;
    load(coefficient, SPLINE_MATRIX.coefficient[p]);
    value = value * t + coefficient;
  }
}

LBS_ALWAYS_INLINE void pack_weights(double t, Pack<double> &value, Pack<double> &derivative)
{
  load(value, SPLINE_MATRIX.coefficient[SPLINE_DEGREE]);
  derivative = Pack<double>{};
#pragma GCC unroll 7
  for (int p = SPLINE_DEGREE - 1; p >= 0; --p) {
    Pack<double> coefficient;
    load(coefficient, SPLINE_MATRIX.coefficient[p]);
    derivative = derivative * t + value;
    value = value * t + coefficient;
  }
}

LBS_ALWAYS_INLINE void add_outer_product(double t, const Quad &row, double *sum)
{
  static_assert(SPLINE_SUPPORT == LANES<double>);
  Pack<double> weights;
  pack_weights(t, weights);
  double weight[SPLINE_SUPPORT];
  store(weight, weights);
#pragma GCC unroll 8
  for (int b = 0; b < SPLINE_SUPPORT; ++b)
    *reinterpret_cast<Quad *>(sum + 4 * b) += weight[b] * row;
}

}    // namespace

void add_moment(double t, int interval, const double row[4], double weight, Moments &moments)
{
  Quad quad;
  load_quad(quad, row);
  add_outer_product(t, weight * quad, moments.sum.data() + 4 * static_cast<std::size_t>(interval));
  moments.touch(interval);
}

LBS_VECTOR_CLONES __attribute__((flatten)) void project(const NeighborRun &run, const RunRows &rows,
                                                        Moments &moments, std::vector<int> &outside)
{
  outside.clear();
  for (int n = 0; n < run.count; ++n) {
    if (!(rows.t[n] <= 1.0)) {
      outside.push_back(n);
      continue;
    }
    Quad const row = {rows.row[0][n], rows.row[1][n], rows.row[2][n], rows.row[3][n]};
    int const interval = rows.interval[n];
    add_outer_product(rows.t[n], row, moments.sum.data() + 4 * static_cast<std::size_t>(interval));
    moments.touch(interval);
  }
}

namespace {

template <class Real>
LBS_ALWAYS_INLINE void expand_any(const EmbeddingTable<Real> &table, int stride, Moments &moments,
                                  std::vector<Real> &compact, Real *gtr)
{
  auto const listed = moments.list.size();
  compact.resize(4 * listed);
  for (std::size_t i = 0; i < listed; ++i) {
    double *const sum = moments.sum.data() + 4 * static_cast<std::size_t>(moments.list[i]);
    for (int k = 0; k < 4; ++k) {
      compact[4 * i + k] = static_cast<Real>(sum[k]);
      sum[k] = 0.0;
    }
  }
  const int *const list = moments.list.data();
  const Real *const t = compact.data();
  for (int m = 0; m < stride; m += LANES<Real>) {
    const Real *const from =
        table.by_channel.data() + static_cast<std::size_t>(m) * table.coefficients;
    Pack<Real> g0;
    Pack<Real> g1;
    Pack<Real> g2;
    Pack<Real> g3;
    load(g0, gtr + m);
    load(g1, gtr + stride + m);
    load(g2, gtr + 2 * stride + m);
    load(g3, gtr + 3 * stride + m);
    for (std::size_t i = 0; i < listed; ++i) {
      Pack<Real> c;
      load(c, from + static_cast<std::size_t>(list[i]) * LANES<Real>);
      g0 += c * t[4 * i];
      g1 += c * t[4 * i + 1];
      g2 += c * t[4 * i + 2];
      g3 += c * t[4 * i + 3];
    }
    store(gtr + m, g0);
    store(gtr + stride + m, g1);
    store(gtr + 2 * stride + m, g2);
    store(gtr + 3 * stride + m, g3);
  }
}

template <class Real>
LBS_ALWAYS_INLINE void make_descriptor_any(int channels, int axis, int stride, const Real *gtr,
                                           Real *d)
{
  for (int a = 0; a < axis; ++a) {
    Real const g0 = gtr[a];
    Real const g1 = gtr[stride + a];
    Real const g2 = gtr[2 * stride + a];
    Real const g3 = gtr[3 * stride + a];
#pragma omp simd
    for (int m = a; m < channels; ++m)
      d[m - a] =
          g0 * gtr[m] + g1 * gtr[stride + m] + g2 * gtr[2 * stride + m] + g3 * gtr[3 * stride + m];
    d += channels - a;
  }
}

// Rows of the gradient by D, [a][m], are first brought to whole packs with zeros before and behind.
template <class Real>
LBS_ALWAYS_INLINE void descriptor_gradient_any(int channels, int axis, int stride, const Real *gtr,
                                               const Real *d, Real factor, Real *rows, Real *p)
{
  for (int a = 0; a < axis; ++a) {
    Real *const row = rows + static_cast<std::size_t>(a) * stride;
    std::memcpy(row + a, d, (channels - a) * sizeof(Real));
    d += channels - a;
  }
  for (int m = 0; m < stride; m += LANES<Real>) {
    Pack<Real> p0 = {};
    Pack<Real> p1 = {};
    Pack<Real> p2 = {};
    Pack<Real> p3 = {};
    for (int a = 0; a < axis; ++a) {
      Pack<Real> e;
      load(e, rows + static_cast<std::size_t>(a) * stride + m);
      p0 += e * gtr[a];
      p1 += e * gtr[stride + a];
      p2 += e * gtr[2 * stride + a];
      p3 += e * gtr[3 * stride + a];
    }
    store(p + m, p0);
    store(p + stride + m, p1);
    store(p + 2 * stride + m, p2);
    store(p + 3 * stride + m, p3);
  }
  for (int a = 0; a < axis; ++a) {
    const Real *const row = rows + static_cast<std::size_t>(a) * stride;
    Pack<Real> s[4] = {};
    for (int m = a / LANES<Real> * LANES<Real>; m < stride; m += LANES<Real>) {
      Pack<Real> e;
      load(e, row + m);
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) {
        Pack<Real> g;
        load(g, gtr + k * stride + m);
        s[k] += e * g;
      }
    }
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) p[k * stride + a] += sum<Real>(s[k]);
  }
  for (int i = 0; i < 4 * stride; ++i) p[i] *= factor;
}

}    // namespace

// clang-format off
#define LBS_KERNEL LBS_VECTOR_CLONES __attribute__((flatten)) void
LBS_KERNEL expand(const EmbeddingTable<double> &table, int stride, Moments &moments,
                  std::vector<double> &compact, double *gtr)
{ expand_any(table, stride, moments, compact, gtr); }
LBS_KERNEL expand(const EmbeddingTable<float> &table, int stride, Moments &moments,
                  std::vector<float> &compact, float *gtr)
{ expand_any(table, stride, moments, compact, gtr); }
LBS_KERNEL make_descriptor(int channels, int axis, int stride, const double *gtr, double *d)
{ make_descriptor_any(channels, axis, stride, gtr, d); }
LBS_KERNEL make_descriptor(int channels, int axis, int stride, const float *gtr, float *d)
{ make_descriptor_any(channels, axis, stride, gtr, d); }
LBS_KERNEL descriptor_gradient(int channels, int axis, int stride, const double *gtr,
                               const double *d, double factor, double *rows, double *p)
{ descriptor_gradient_any(channels, axis, stride, gtr, d, factor, rows, p); }
LBS_KERNEL descriptor_gradient(int channels, int axis, int stride, const float *gtr,
                               const float *d, float factor, float *rows, float *p)
{ descriptor_gradient_any(channels, axis, stride, gtr, d, factor, rows, p); }
// clang-format on

LBS_KERNEL contract(const AlignedVector<double> &by_coefficient, int channels, int stride,
                    const Moments &moments, const double *p, AlignedVector<double> &q)
{
  constexpr int LANE = LANES<double>;
  int done = -1;
  for (int const coefficient : moments.list) {
    int const pack = coefficient / LANE;
    if (pack == done) continue;
    done = pack;
    const double *const from =
        by_coefficient.data() + static_cast<std::size_t>(pack) * channels * LANE;
    Pack<double> q0 = {};
    Pack<double> q1 = {};
    Pack<double> q2 = {};
    Pack<double> q3 = {};
    for (int m = 0; m < channels; ++m) {
      Pack<double> c;
      load(c, from + static_cast<std::size_t>(m) * LANE);
      q0 += c * p[m];
      q1 += c * p[stride + m];
      q2 += c * p[2 * stride + m];
      q3 += c * p[3 * stride + m];
    }
    double *const out = q.data() + 4 * static_cast<std::size_t>(pack) * LANE;
    for (int lane = 0; lane < LANE; ++lane) {
      out[4 * lane] = q0[lane];
      out[4 * lane + 1] = q1[lane];
      out[4 * lane + 2] = q2[lane];
      out[4 * lane + 3] = q3[lane];
    }
  }
}

LBS_KERNEL collect(const NeighborRun &run, const PairConstants &constants,
                   const AlignedVector<double> &q, RunRows &rows)
{
  for (int n = 0; n < run.count; ++n) {
    Pack<double> weights;
    Pack<double> slopes;
    pack_weights(rows.t[n], weights, slopes);
    double weight[SPLINE_SUPPORT];
    double slope[SPLINE_SUPPORT];
    store(weight, weights);
    store(slope, slopes);
    const double *const from = q.data() + 4 * static_cast<std::size_t>(rows.interval[n]);
    Quad by_row = {};
    Quad by_slope = {};
#pragma GCC unroll 8
    for (int b = 0; b < SPLINE_SUPPORT; ++b) {
      Quad part;
      load_quad(part, from + 4 * b);
      by_row += weight[b] * part;
      by_slope += slope[b] * part;
    }
    for (int k = 0; k < 4; ++k) {
      rows.e[k][n] = by_row[k];
      rows.by_slope[k][n] = by_slope[k];
    }
  }
  // In packs of neighbors, what can be.
  int const count = padded<double>(run.count);
  double const *const *const row = rows.row;
#pragma omp simd
  for (int n = 0; n < count; ++n) {
    double by_s = 0.0;
    for (int k = 0; k < 4; ++k) {
      by_s += rows.by_slope[k][n] * row[k][n];
      rows.e[k][n] *= constants.inverse_deviation[k];
    }
    rows.e[0][n] += by_s * constants.inverse_step * constants.inverse_deviation[0];
  }
}

LBS_KERNEL pair_gradients(const NeighborRun &run, const RunRows &rows, double *gx, double *gy,
                          double *gz, double total[3], double product[9])
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
    double const e[4] = {e0[n], e1[n], e2[n], e3[n]};
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

}    // namespace lbs::deepsea
