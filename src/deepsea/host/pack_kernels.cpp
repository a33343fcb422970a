// SPDX-License-Identifier: GPL-2.0-only
// Loops of descriptor.hpp that keep packs in registers.
#include "descriptor.hpp"

#include "linalg/simd.hpp"

#include <algorithm>
#include <type_traits>

namespace lbs::deepsea {

namespace {

// Values and derivatives of all eight splines.
template <int BYTES> struct SplinePacks {
  static_assert(SPLINE_SUPPORT == LANES<double>);
  Pack<double, BYTES> value, derivative;

  LBS_ALWAYS_INLINE explicit SplinePacks(double t) { spline_weights(t, value, derivative); }
};

// Eight numbers of a row of four come two rows at a time.
template <int BYTES> using TwoRows = Pack<double, BYTES>;

template <class Visit> LBS_ALWAYS_INLINE void over_pairs(Visit visit)
{
  visit(std::integral_constant<int, 0>());
  visit(std::integral_constant<int, 1>());
  visit(std::integral_constant<int, 2>());
  visit(std::integral_constant<int, 3>());
}

// sum[b][k] += weight[b] row[k]
template <int BYTES>
LBS_ALWAYS_INLINE void add_outer_product(const Pack<double, BYTES> &weight, const double row[4],
                                         double *sum)
{
  double const twice[8] = {row[0], row[1], row[2], row[3], row[0], row[1], row[2], row[3]};
  TwoRows<BYTES> rows;
  rows.load(twice);
  over_pairs([&](auto pair) {
    TwoRows<BYTES> to;
    to.load(sum + 8 * pair);
    to.add_product(rows, weight.template spread<pair>());
    to.store(sum + 8 * pair);
  });
}

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
    double const row[4] = {rows.row[0][n], rows.row[1][n], rows.row[2][n], rows.row[3][n]};
    int const interval = rows.interval[n];
    add_outer_product<BYTES>(SplinePacks<BYTES>(rows.t[n]).value, row,
                             moments.sum.data() + 4 * static_cast<std::size_t>(interval));
    moments.blocks.add(interval);
  }
}

// Two packs at a time where the registers allow: every number that is spread over a register serves
// two of them.
template <int BYTES> constexpr int PACKS_AT_ONCE = BYTES == PACK_BYTES ? 2 : 1;

template <int BYTES, int PACKS, class Real>
LBS_ALWAYS_INLINE void expand_packs(const Real *table, std::size_t pack_size,
                                    const UsedMoments<Real> &used, int stride, Real *gtr)
{
  constexpr int LANE = LANES<Real>;
  Pack<Real, BYTES> g[4][PACKS];
#pragma GCC unroll 8
  for (int i = 0; i < 4 * PACKS; ++i)
    g[i / PACKS][i % PACKS].load(gtr + i / PACKS * stride + i % PACKS * LANE);
  const Real *moments = used.sum.data();
  for (int u = 0; u < used.count; ++u) {
    const Real *const from = table + static_cast<std::size_t>(used.coefficient[u]) * LANE;
    Pack<Real, BYTES> c[PACKS];
#pragma GCC unroll 2
    for (int p = 0; p < PACKS; ++p) c[p].load(from + p * pack_size);
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      Real const moment = moments[k];
#pragma GCC unroll 2
      for (int p = 0; p < PACKS; ++p) g[k][p].add_product(c[p], moment);
    }
    moments += 4;
  }
#pragma GCC unroll 8
  for (int i = 0; i < 4 * PACKS; ++i)
    g[i / PACKS][i % PACKS].store(gtr + i / PACKS * stride + i % PACKS * LANE);
}

template <int BYTES, class Real>
LBS_ALWAYS_INLINE void expand_with(const EmbeddingTable<Real> &table, int stride, Moments &moments,
                                   UsedMoments<Real> &used, Real *gtr)
{
  used.fit(table.coefficients);
  used.count = 0;
  moments.blocks.take([&](int begin, int end) {
    int const count = std::min(end, table.coefficients) - begin;
    double *const from = moments.sum.data() + 4 * static_cast<std::size_t>(begin);
    Real *const sum = used.sum.data() + 4 * static_cast<std::size_t>(used.count);
    int *const coefficient = used.coefficient.data() + used.count;
    for (int i = 0; i < 4 * count; ++i) {
      sum[i] = static_cast<Real>(from[i]);
      from[i] = 0.0;
    }
    for (int c = 0; c < count; ++c) coefficient[c] = begin + c;
    used.count += count;
  });
  if (used.count == 0) return;
  auto const pack_size = static_cast<std::size_t>(table.coefficients) * LANES<Real>;
  constexpr int AT_ONCE = PACKS_AT_ONCE<BYTES>;
  const Real *from = table.by_channel.data();
  int packs = stride / LANES<Real>;
  for (; packs >= AT_ONCE; packs -= AT_ONCE) {
    expand_packs<BYTES, AT_ONCE>(from, pack_size, used, stride, gtr);
    from += AT_ONCE * pack_size;
    gtr += AT_ONCE * LANES<Real>;
  }
  if (packs > 0) expand_packs<BYTES, 1>(from, pack_size, used, stride, gtr);
}

template <int BYTES, int PACKS, class Real>
LBS_ALWAYS_INLINE void contract_packs(const Real *table, int row, int channels, int stride,
                                      const Real *p, double *q)
{
  constexpr int LANE = LANES<Real>;
  Pack<Real, BYTES> sum[PACKS][4];
  for (int m = 0; m < channels; ++m, table += row) {
    Pack<Real, BYTES> c[PACKS];
#pragma GCC unroll 2
    for (int i = 0; i < PACKS; ++i) c[i].load(table + i * LANE);
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      Real const number = p[k * stride + m];
#pragma GCC unroll 2
      for (int i = 0; i < PACKS; ++i) sum[i][k].add_product(c[i], number);
    }
  }
#pragma GCC unroll 2
  for (int i = 0; i < PACKS; ++i) store_transposed(sum[i], q + i * 4 * LANE);
}

// Q of one coefficient.
template <int BYTES, class Real>
LBS_ALWAYS_INLINE void contract_one(const EmbeddingTable<Real> &table, int coefficient, int stride,
                                    const Real *p, double *q)
{
  constexpr int LANE = LANES<Real>;
  auto const pack_size = static_cast<std::size_t>(table.coefficients) * LANE;
  const Real *from = table.by_channel.data() + static_cast<std::size_t>(coefficient) * LANE;
  Pack<Real, BYTES> sum[4];
  for (int m = 0; m < stride; m += LANE, from += pack_size) {
    Pack<Real, BYTES> c;
    c.load(from);
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      Pack<Real, BYTES> number;
      number.load(p + k * stride + m);
      sum[k].add_product(c, number);
    }
  }
  for (int k = 0; k < 4; ++k) {
    Real lanes[LANE];
    sum[k].store(lanes);
    q[k] = 0.0;
    for (int lane = 0; lane < LANE; ++lane) q[k] += lanes[lane];
  }
}

// Rows of four numbers become their sums from the first row on.
template <int BYTES> LBS_ALWAYS_INLINE void add_up(int rows, double *numbers)
{
  using Part = typename Register<double, std::min(BYTES, 32)>::unaligned;
  constexpr int PARTS = 32 / sizeof(Part);
  auto *const part = reinterpret_cast<Part *>(numbers);
  Part sum[PARTS] = {};
  for (int row = 0; row < rows; ++row)
#pragma GCC unroll 2
    for (int i = 0; i < PARTS; ++i) {
      sum[i] += part[PARTS * row + i];
      part[PARTS * row + i] = sum[i];
    }
}

// Q of the coefficients from `begin` to before `end`.
template <int BYTES, class Real>
LBS_ALWAYS_INLINE void contract_all(const EmbeddingTable<Real> &table, int channels, int stride,
                                    int begin, int end, const Real *p, double *q)
{
  constexpr int LANE = LANES<Real>;
  constexpr int AT_ONCE = PACKS_AT_ONCE<BYTES>;
  const Real *from = table.by_coefficient.data() + begin;
  double *const first = q + 4 * static_cast<std::size_t>(begin);
  double *out = first;
  int const count = end - begin;
  int packs = padded<Real>(count) / LANE;
  for (; packs >= AT_ONCE; packs -= AT_ONCE) {
    contract_packs<BYTES, AT_ONCE>(from, table.row(), channels, stride, p, out);
    from += AT_ONCE * LANE;
    out += 4 * AT_ONCE * LANE;
  }
  if (packs > 0) contract_packs<BYTES, 1>(from, table.row(), channels, stride, p, out);
  if constexpr (EmbeddingTable<Real>::DIFFERENCES) {
    contract_one<BYTES>(table, begin, stride, p, first);
    add_up<BYTES>(count, first);
  }
}

template <int BYTES, class Real>
LBS_ALWAYS_INLINE void contract_with(const EmbeddingTable<Real> &table, int channels, int stride,
                                     SplineBlocks &blocks, const Real *p, AlignedVector<double> &q)
{
  blocks.take([&](int begin, int end) {
    contract_all<BYTES>(table, channels, stride, begin, std::min(end, table.coefficients), p,
                        q.data());
  });
}

template <int BYTES>
LBS_ALWAYS_INLINE void collect_with(const NeighborRun &run, const PairConstants &constants,
                                    const AlignedVector<double> &q, RunRows &rows)
{
  for (int n = 0; n < run.count; ++n) {
    SplinePacks<BYTES> const splines(rows.t[n]);
    const double *const from = q.data() + 4 * static_cast<std::size_t>(rows.interval[n]);
    TwoRows<BYTES> by_row, by_slope;
    over_pairs([&](auto pair) {
      TwoRows<BYTES> part;
      part.load(from + 8 * pair);
      by_row.add_product(part, splines.value.template spread<pair>());
      by_slope.add_product(part, splines.derivative.template spread<pair>());
    });
    by_row.store_folded(rows.by_row + 4 * n);
    by_slope.store_folded(rows.by_slope + 4 * n);
  }
  // In packs of neighbors, what can be.
  int const count = padded<double>(run.count);
  PairConstants const c = constants;
  const double *const by_row = rows.by_row;
  const double *const by_slope = rows.by_slope;
  const double *const dt = rows.dt;
  const double *const r0 = rows.row[0];
  const double *const r1 = rows.row[1];
  const double *const r2 = rows.row[2];
  const double *const r3 = rows.row[3];
  double *const e0 = rows.e[0];
  double *const e1 = rows.e[1];
  double *const e2 = rows.e[2];
  double *const e3 = rows.e[3];
#pragma omp simd
  for (int n = 0; n < count; ++n) {
    EnvironmentRow const row = {r0[n], r1[n], r2[n], r3[n]};
    EnvironmentRow const by_t = {by_slope[4 * n], by_slope[4 * n + 1], by_slope[4 * n + 2],
                                 by_slope[4 * n + 3]};
    EnvironmentRow const fixed = {by_row[4 * n], by_row[4 * n + 1], by_row[4 * n + 2],
                                  by_row[4 * n + 3]};
    EnvironmentRow const e = chain_to_row(fixed, chain_through_table(by_t, row, dt[n]), c);
    e0[n] = e.s;
    e1[n] = e.x;
    e2[n] = e.y;
    e3[n] = e.z;
  }
}

// What a block has of a channel: D[m][a], a = begin.. end-1, is in the block's row place + a.
struct Piece {
  int m, begin, end, place;
};

template <class Block>
std::vector<Piece> pieces_of(const std::vector<int> &rows, const Block &block)
{
  std::vector<Piece> pieces;
  int const last = block.first + block.count;
  auto m =
      static_cast<int>(std::upper_bound(rows.begin(), rows.end(), block.first) - rows.begin() - 1);
  for (; m + 1 < static_cast<int>(rows.size()) && rows[m] < last; ++m)
    pieces.push_back({m, std::max(block.first - rows[m], 0), std::min(last, rows[m + 1]) - rows[m],
                      rows[m] - block.first});
  return pieces;
}

template <int BYTES, class Real>
LBS_ALWAYS_INLINE void make_descriptor_with(const std::vector<int> &rows, int packs, int channels,
                                            const Real *gtr, const RowBlock<Real> &block)
{
  constexpr int LANE = LANES<Real>;
  std::vector<Piece> const pieces = pieces_of(rows, block);
  for (int pack = 0; pack < packs; ++pack) {
    const Real *const from = gtr + static_cast<std::size_t>(pack) * channels * 4 * LANE;
    Real *const to = block.numbers + static_cast<std::size_t>(pack) * block.room * LANE;
    for (const Piece &piece : pieces) {
      Pack<Real, BYTES> one[4];
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) one[k].load(from + (4 * piece.m + k) * LANE);
      for (int a = piece.begin; a < piece.end; ++a) {
        Pack<Real, BYTES> sum;
#pragma GCC unroll 4
        for (int k = 0; k < 4; ++k) {
          Pack<Real, BYTES> other;
          other.load(from + (4 * a + k) * LANE);
          sum.add_product(other, one[k]);
        }
        sum.store(to + (piece.place + a) * LANE);
      }
    }
  }
}

// The gradient by D[m][a] acts on both its factors: first on g[m], then on g[a], each time with the
// sum in registers.
template <int BYTES, class Real>
LBS_ALWAYS_INLINE void
add_descriptor_gradient_with(const std::vector<int> &rows, int packs, int channels, const Real *gtr,
                             const RowBlock<const Real> &block, Real *gradient)
{
  constexpr int LANE = LANES<Real>;
  const auto add_to = [](const Pack<Real, BYTES>(&sum)[4], Real *to) {
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      Pack<Real, BYTES> all;
      all.load(to + k * LANE);
      all.add(sum[k]);
      all.store(to + k * LANE);
    }
  };
  const auto add_product = [](Pack<Real, BYTES>(&sum)[4], const Real *e, const Real *other) {
    Pack<Real, BYTES> factor;
    factor.load(e);
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      Pack<Real, BYTES> g;
      g.load(other + k * LANE);
      sum[k].add_product(g, factor);
    }
  };
  std::vector<Piece> const pieces = pieces_of(rows, block);
  int most = 0;    // a beyond all of the block
  for (const Piece &piece : pieces) most = std::max(most, piece.end);
  constexpr int CHANNEL = 4 * LANE;
  for (int pack = 0; pack < packs; ++pack) {
    const Real *const g = gtr + static_cast<std::size_t>(pack) * channels * CHANNEL;
    Real *const out = gradient + static_cast<std::size_t>(pack) * channels * CHANNEL;
    const Real *const from = block.numbers + static_cast<std::size_t>(pack) * block.room * LANE;
    for (const Piece &piece : pieces) {
      Pack<Real, BYTES> sum[4];
      for (int a = piece.begin; a < piece.end; ++a)
        add_product(sum, from + (piece.place + a) * LANE, g + a * CHANNEL);
      add_to(sum, out + piece.m * CHANNEL);
    }
    for (int a = 0; a < most; ++a) {
      Pack<Real, BYTES> sum[4];
      for (const Piece &piece : pieces)
        if (a >= piece.begin && a < piece.end)
          add_product(sum, from + (piece.place + a) * LANE, g + piece.m * CHANNEL);
      add_to(sum, out + a * CHANNEL);
    }
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
              UsedMoments<double> &used, double *gtr),
             (table, stride, moments, used, gtr))
LBS_MACHINES(expand, in_float,
             (const EmbeddingTable<float> &table, int stride, Moments &moments,
              UsedMoments<float> &used, float *gtr),
             (table, stride, moments, used, gtr))
LBS_MACHINES(contract, in_double,
             (const EmbeddingTable<double> &table, int channels, int stride, SplineBlocks &blocks,
              const double *p, AlignedVector<double> &q),
             (table, channels, stride, blocks, p, q))
LBS_MACHINES(contract, in_float,
             (const EmbeddingTable<float> &table, int channels, int stride, SplineBlocks &blocks,
              const float *p, AlignedVector<double> &q),
             (table, channels, stride, blocks, p, q))
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
