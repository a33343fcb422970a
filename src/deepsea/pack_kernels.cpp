// Loops of descriptor.hpp that keep packs in registers.
#include "descriptor.hpp"

#include "../support/simd.hpp"

#include <algorithm>

namespace lbs::deepsea {

namespace {

using Quad = double __attribute__((vector_size(32), aligned(8), may_alias));

// spline_weights() in packs of all eight splines.
template <int BYTES> struct SplinePacks {
  static_assert(SPLINE_SUPPORT == LANES<double>);
  Pack<double, BYTES> value, derivative;

  LBS_ALWAYS_INLINE explicit SplinePacks(double t)
  {
    value.load(SPLINE_MATRIX.coefficient[SPLINE_DEGREE]);
#pragma GCC unroll 7
    for (int p = SPLINE_DEGREE - 1; p >= 0; --p) {
      Pack<double, BYTES> coefficient;
      coefficient.load(SPLINE_MATRIX.coefficient[p]);
      derivative.horner(t, value);
      value.horner(t, coefficient);
    }
  }
};

template <int BYTES>
LBS_ALWAYS_INLINE void project_with(const NeighborRun &run, const RunRows &rows, Moments &moments,
                                    std::vector<int> &outside)
{
  outside.clear();
  for (int n = 0; n < run.count; ++n) {
    if (!(rows.t[n] <= 1.0)) {
      outside.push_back(n);
      continue;
    }
    Quad const row = {rows.row[0][n], rows.row[1][n], rows.row[2][n], rows.row[3][n]};
    int const interval = rows.interval[n];
    double weight[SPLINE_SUPPORT];
    SplinePacks<BYTES>(rows.t[n]).value.store(weight);
    double *const sum = moments.sum.data() + 4 * static_cast<std::size_t>(interval);
#pragma GCC unroll 8
    for (int b = 0; b < SPLINE_SUPPORT; ++b)
      *reinterpret_cast<Quad *>(sum + 4 * b) += weight[b] * row;
    moments.touch(interval);
  }
}

template <int BYTES, class Real>
LBS_ALWAYS_INLINE void expand_with(const EmbeddingTable<Real> &table, int stride, Moments &moments,
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
    Pack<Real, BYTES> g[4];
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) g[k].load(gtr + k * stride + m);
    for (std::size_t i = 0; i < listed; ++i) {
      Pack<Real, BYTES> c;
      c.load(from + static_cast<std::size_t>(list[i]) * LANES<Real>);
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) g[k].add_product(c, t[4 * i + k]);
    }
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) g[k].store(gtr + k * stride + m);
  }
}

template <int BYTES>
LBS_ALWAYS_INLINE void contract_with(const AlignedVector<double> &by_coefficient, int channels,
                                     int stride, const Moments &moments, const double *p,
                                     AlignedVector<double> &q)
{
  constexpr int LANE = LANES<double>;
  int done = -1;
  for (int const coefficient : moments.list) {
    int const pack = coefficient / LANE;
    if (pack == done) continue;
    done = pack;
    const double *const from =
        by_coefficient.data() + static_cast<std::size_t>(pack) * channels * LANE;
    Pack<double, BYTES> sum[4];
    for (int m = 0; m < channels; ++m) {
      Pack<double, BYTES> c;
      c.load(from + static_cast<std::size_t>(m) * LANE);
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) sum[k].add_product(c, p[k * stride + m]);
    }
    double lanes[4][LANE];
    for (int k = 0; k < 4; ++k) sum[k].store(lanes[k]);
    double *const out = q.data() + 4 * static_cast<std::size_t>(pack) * LANE;
    for (int lane = 0; lane < LANE; ++lane)
      for (int k = 0; k < 4; ++k) out[4 * lane + k] = lanes[k][lane];
  }
}

template <int BYTES>
LBS_ALWAYS_INLINE void collect_with(const NeighborRun &run, const PairConstants &constants,
                                    const AlignedVector<double> &q, RunRows &rows)
{
  for (int n = 0; n < run.count; ++n) {
    SplinePacks<BYTES> const splines(rows.t[n]);
    double weight[SPLINE_SUPPORT];
    double slope[SPLINE_SUPPORT];
    splines.value.store(weight);
    splines.derivative.store(slope);
    const double *const from = q.data() + 4 * static_cast<std::size_t>(rows.interval[n]);
    Quad by_row = {};
    Quad by_slope = {};
#pragma GCC unroll 8
    for (int b = 0; b < SPLINE_SUPPORT; ++b) {
      Quad const part = *reinterpret_cast<const Quad *>(from + 4 * b);
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

// Calls visit(m, a, count, place in the block) for what a block has of D[m][a..].
template <class Block, class Visit>
LBS_ALWAYS_INLINE void over_channels(const std::vector<int> &rows, const Block &block, Visit visit)
{
  int const end = block.first + block.count;
  auto m = static_cast<std::size_t>(std::upper_bound(rows.begin(), rows.end(), block.first) -
                                    rows.begin() - 1);
  for (; m + 1 < rows.size() && rows[m] < end; ++m) {
    int const from = std::max(rows[m], block.first);
    visit(m, from - rows[m], std::min(rows[m + 1], end) - from, from - block.first);
  }
}

template <int BYTES, class Real>
LBS_ALWAYS_INLINE void make_descriptor_with(const std::vector<int> &rows, int packs, int channels,
                                            const Real *gtr, const RowBlock<Real> &block)
{
  constexpr int LANE = LANES<Real>;
  for (int pack = 0; pack < packs; ++pack) {
    const Real *const from = gtr + static_cast<std::size_t>(pack) * channels * 4 * LANE;
    Real *const to = block.numbers + static_cast<std::size_t>(pack) * block.room * LANE;
    over_channels(rows, block, [&](std::size_t m, int a, int count, int place) {
      Pack<Real, BYTES> one[4];
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) one[k].load(from + (4 * m + k) * LANE);
      for (int n = 0; n < count; ++n) {
        Pack<Real, BYTES> sum;
#pragma GCC unroll 4
        for (int k = 0; k < 4; ++k) {
          Pack<Real, BYTES> other;
          other.load(from + (4 * (a + n) + k) * LANE);
          sum.add_product(other, one[k]);
        }
        sum.store(to + (place + n) * LANE);
      }
    });
  }
}

template <int BYTES, class Real>
LBS_ALWAYS_INLINE void
add_descriptor_gradient_with(const std::vector<int> &rows, int packs, int channels, const Real *gtr,
                             const RowBlock<const Real> &block, Real *gradient)
{
  constexpr int LANE = LANES<Real>;
  for (int pack = 0; pack < packs; ++pack) {
    std::size_t const start = static_cast<std::size_t>(pack) * channels * 4 * LANE;
    const Real *const from = block.numbers + static_cast<std::size_t>(pack) * block.room * LANE;
    over_channels(rows, block, [&](std::size_t m, int a, int count, int place) {
      const Real *const one = gtr + start + 4 * m * LANE;
      Pack<Real, BYTES> sum[4];
      for (int n = 0; n < count; ++n) {
        Pack<Real, BYTES> e;
        e.load(from + (place + n) * LANE);
#pragma GCC unroll 4
        for (int k = 0; k < 4; ++k) {
          std::size_t const at = start + (4 * (a + n) + k) * LANE;
          Pack<Real, BYTES> other, factor, add;
          other.load(gtr + at);
          sum[k].add_product(other, e);
          factor.load(one + k * LANE);
          add.load(gradient + at);
          add.add_product(factor, e);
          add.store(gradient + at);
        }
      }
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) {
        Real *const to = gradient + start + (4 * m + k) * LANE;
        Pack<Real, BYTES> all;
        all.load(to);
        all.add(sum[k]);
        all.store(to);
      }
    });
  }
}

}    // namespace

// clang-format off
LBS_MACHINES(project, of_run,
             (const NeighborRun &run, const RunRows &rows, Moments &moments,
              std::vector<int> &outside),
             (run, rows, moments, outside))
LBS_MACHINES(expand, in_double,
             (const EmbeddingTable<double> &table, int stride, Moments &moments,
              std::vector<double> &compact, double *gtr),
             (table, stride, moments, compact, gtr))
LBS_MACHINES(expand, in_float,
             (const EmbeddingTable<float> &table, int stride, Moments &moments,
              std::vector<float> &compact, float *gtr),
             (table, stride, moments, compact, gtr))
LBS_MACHINES(contract, in_double,
             (const AlignedVector<double> &by_coefficient, int channels, int stride,
              const Moments &moments, const double *p, AlignedVector<double> &q),
             (by_coefficient, channels, stride, moments, p, q))
LBS_MACHINES(collect, of_run,
             (const NeighborRun &run, const PairConstants &constants,
              const AlignedVector<double> &q, RunRows &rows),
             (run, constants, q, rows))
LBS_MACHINES(make_descriptor, in_double,
             (const std::vector<int> &rows, int packs, int channels, const double *gtr,
              const RowBlock<double> &block),
             (rows, packs, channels, gtr, block))
LBS_MACHINES(make_descriptor, in_float,
             (const std::vector<int> &rows, int packs, int channels, const float *gtr,
              const RowBlock<float> &block),
             (rows, packs, channels, gtr, block))
LBS_MACHINES(add_descriptor_gradient, in_double,
             (const std::vector<int> &rows, int packs, int channels, const double *gtr,
              const RowBlock<const double> &block, double *gradient),
             (rows, packs, channels, gtr, block, gradient))
LBS_MACHINES(add_descriptor_gradient, in_float,
             (const std::vector<int> &rows, int packs, int channels, const float *gtr,
              const RowBlock<const float> &block, float *gradient),
             (rows, packs, channels, gtr, block, gradient))
// clang-format on

}    // namespace lbs::deepsea
