// SPDX-License-Identifier: GPL-2.0-only
#include "packed_matrix.hpp"

#include <algorithm>
#include <type_traits>

namespace lbs {

namespace {

// A matrix in order and what a product needs to know of it.
template <class Real> struct Order {
  int inputs;    // in memory, whole groups
  int outputs;
  const Real *numbers;

  [[nodiscard]] LBS_ALWAYS_INLINE int groups() const
  {
    return (outputs + ROW_GROUP - 1) / ROW_GROUP;
  }
  [[nodiscard]] LBS_ALWAYS_INLINE std::size_t group_size() const
  {
    return static_cast<std::size_t>(inputs) * ROW_GROUP;
  }
  [[nodiscard]] LBS_ALWAYS_INLINE const Real *group(int index) const
  {
    return numbers + index * group_size();
  }
};

// A tile of a product stays in registers: ROWS rows of PACKS neighboring packs of a batch. With
// packs in one register of 32 there are 24 sums, in two or four of 16 there are 12.
template <class Real, int BYTES, int ROWS, int PACKS> struct Tile {
  Pack<Real, BYTES> sum[ROWS][PACKS];

  LBS_ALWAYS_INLINE void load(const Real *from, std::size_t pack_size)
  {
#pragma GCC unroll 12
    for (int r = 0; r < ROWS; ++r)
#pragma GCC unroll 2
      for (int p = 0; p < PACKS; ++p) sum[r][p].load(from + p * pack_size + r * LANES<Real>);
  }
  LBS_ALWAYS_INLINE void store(Real *to, std::size_t pack_size) const
  {
#pragma GCC unroll 12
    for (int r = 0; r < ROWS; ++r)
#pragma GCC unroll 2
      for (int p = 0; p < PACKS; ++p) sum[r][p].store(to + p * pack_size + r * LANES<Real>);
  }
  // Adds a row of a batch times ROWS numbers, STEP apart.
  template <int STEP>
  LBS_ALWAYS_INLINE void add(const Real *row, std::size_t pack_size, const Real *factor)
  {
    Pack<Real, BYTES> column[PACKS];
#pragma GCC unroll 2
    for (int p = 0; p < PACKS; ++p) column[p].load(row + p * pack_size);
#pragma GCC unroll 12
    for (int r = 0; r < ROWS; ++r) {
      Real const number = factor[r * STEP];
#pragma GCC unroll 2
      for (int p = 0; p < PACKS; ++p) sum[r][p].add_product(column[p], number);
    }
  }
};

// A batch passes over the matrix once, which comes from far away by then: while tiles of one part
// of it are worked on, each fetches its share of the next part. Little by little, because other
// loads would have to wait for many at once.
struct Share {
  std::size_t ahead;    // numbers from the tile's part of the matrix to its share of the next one
  int step;             // numbers to fetch with each column of a group

  // `part` numbers ahead is the next part, if there is one, with `size` numbers that follow each
  // other; the tile is `count` from `pack` on of `packs`.
  LBS_ALWAYS_INLINE Share(bool more, std::size_t part, std::size_t size, int pack, int count,
                          int packs)
      : ahead(more ? part + pack * size / packs : 0),
        step(more ? (ROW_GROUP * count + packs - 1) / packs : 0)
  {
  }
};

template <int BYTES, class Real> struct Product {
  static constexpr int ROWS = ROW_GROUP / static_cast<int>(PACK_BYTES / BYTES);

  template <int PACKS>
  static LBS_ALWAYS_INLINE void forward_tile(int inputs, const Real *matrix, const Real *in,
                                             std::size_t in_size, Real *out, std::size_t out_size,
                                             bool add, const Share &share)
  {
    Tile<Real, BYTES, ROWS, PACKS> tile;
    if (add) tile.load(out, out_size);
#pragma GCC unroll 4
    for (int i = 0; i < inputs; ++i) {
      __builtin_prefetch(matrix + share.ahead + i * share.step);
      tile.template add<1>(in + i * LANES<Real>, in_size, matrix + i * ROW_GROUP);
    }
    tile.store(out, out_size);
  }

  template <int PACKS>
  static LBS_ALWAYS_INLINE void transposed_tile(const Order<Real> &order, int first,
                                                const Real *out, std::size_t out_size, Real *in,
                                                std::size_t in_size, bool add, const Share &share)
  {
    Tile<Real, BYTES, ROWS, PACKS> tile;
    if (add) tile.load(in, in_size);
    for (int group = 0; group < order.groups(); ++group) {
      const Real *const matrix = order.group(group) + static_cast<std::size_t>(first) * ROW_GROUP;
      int const begin = group * ROW_GROUP;
      int const end = std::min(begin + ROW_GROUP, order.outputs);
#pragma GCC unroll 4
      for (int o = begin; o < end; ++o) {
        __builtin_prefetch(matrix + share.ahead + (o - begin) * share.step);
        tile.template add<ROW_GROUP>(out + o * LANES<Real>, out_size, matrix + o - begin);
      }
    }
    tile.store(in, in_size);
  }

  // Calls visit(pack, packs in the tile) for all packs: by twos where the registers allow.
  template <class Visit> static LBS_ALWAYS_INLINE void over_packs(int packs, Visit visit)
  {
    int pack = 0;
    if constexpr (BYTES == PACK_BYTES)
      for (; pack + 1 < packs; pack += 2) visit(pack, std::integral_constant<int, 2>());
    for (; pack < packs; ++pack) visit(pack, std::integral_constant<int, 1>());
  }

  static LBS_ALWAYS_INLINE void forward(int packs, const Order<Real> &order,
                                        const RowBlock<const Real> &in, Real *out, bool add)
  {
    std::size_t const in_size = static_cast<std::size_t>(in.room) * LANES<Real>;
    std::size_t const out_size = order.groups() * std::size_t(ROW_GROUP) * LANES<Real>;
    std::size_t const part = static_cast<std::size_t>(in.count) * ROW_GROUP;
    for (int group = 0; group < order.groups(); ++group) {
      const Real *const matrix =
          order.group(group) + static_cast<std::size_t>(in.first) * ROW_GROUP;
      bool const more = group + 1 < order.groups();
      over_packs(packs, [&](int pack, auto count) {
        Share const share(more, order.group_size(), part, pack, count, packs);
        for (int o = 0; o < ROW_GROUP; o += ROWS)
          forward_tile<decltype(count)::value>(
              in.count, matrix + o, in.numbers + pack * in_size, in_size,
              out + pack * out_size + (group * ROW_GROUP + o) * LANES<Real>, out_size, add, share);
      });
    }
  }

  static LBS_ALWAYS_INLINE void transposed(int packs, const Order<Real> &order, const Real *out,
                                           const RowBlock<Real> &in, bool add)
  {
    std::size_t const in_size = static_cast<std::size_t>(in.room) * LANES<Real>;
    std::size_t const out_size = order.groups() * std::size_t(ROW_GROUP) * LANES<Real>;
    for (int i = 0; i < in.count; i += ROW_GROUP) {
      bool const more = i + ROW_GROUP < in.count;
      constexpr std::size_t PART = ROW_GROUP * ROW_GROUP;    // of a group
      over_packs(packs, [&](int pack, auto count) {
        Share const share(more, PART, PART, pack, count, packs);
        for (int r = i; r < i + ROW_GROUP; r += ROWS) {
          std::size_t const place = pack * in_size + r * LANES<Real>;
          transposed_tile<decltype(count)::value>(order, in.first + r, out + pack * out_size,
                                                  out_size, in.numbers + place, in_size, add,
                                                  share);
        }
      });
    }
  }
};

// clang-format off
template <int BYTES, class Real>
LBS_ALWAYS_INLINE void forward_with(int packs, const Order<Real> &order,
                                    const RowBlock<const Real> &in, Real *out, bool add)
{ Product<BYTES, Real>::forward(packs, order, in, out, add); }
template <int BYTES, class Real>
LBS_ALWAYS_INLINE void transposed_with(int packs, const Order<Real> &order, const Real *out,
                                       const RowBlock<Real> &in, bool add)
{ Product<BYTES, Real>::transposed(packs, order, out, in, add); }

LBS_MACHINES(forward, in_double,
             (int packs, const Order<double> &order,
              const RowBlock<const double> &in, double *out, bool add),
             (packs, order, in, out, add))
LBS_MACHINES(forward, in_float,
             (int packs, const Order<float> &order,
              const RowBlock<const float> &in, float *out, bool add),
             (packs, order, in, out, add))
LBS_MACHINES(transposed, in_double,
             (int packs, const Order<double> &order, const double *out,
              const RowBlock<double> &in, bool add),
             (packs, order, out, in, add))
LBS_MACHINES(transposed, in_float,
             (int packs, const Order<float> &order, const float *out,
              const RowBlock<float> &in, bool add),
             (packs, order, out, in, add))
// clang-format on

}    // namespace

template <class Real>
PackedMatrix<Real>::PackedMatrix(int inputs, int outputs)
    : inputs_(whole_groups(inputs)), outputs_(outputs)
{
  numbers_.assign(static_cast<std::size_t>(inputs_) * whole_groups(outputs), Real(0));
}

template <class Real>
PackedMatrix<Real>::PackedMatrix(int inputs, int outputs, const Real *matrix)
    : PackedMatrix(inputs, outputs)
{
  fill(0, inputs, matrix);
}

template <class Real> void PackedMatrix<Real>::fill(int first, int last, const Real *matrix)
{
  std::size_t const group_size = static_cast<std::size_t>(inputs_) * ROW_GROUP;
  for (int i = first; i < last; ++i) {
    const Real *from = matrix + static_cast<std::size_t>(i) * outputs_;
    Real *to = numbers_.data() + static_cast<std::size_t>(i) * ROW_GROUP;
    int o = 0;
    for (; o + ROW_GROUP <= outputs_; o += ROW_GROUP, to += group_size)
      std::copy_n(from + o, ROW_GROUP, to);
    std::copy_n(from + o, outputs_ - o, to);
  }
}

template <class Real>
void PackedMatrix<Real>::multiply(int packs, const RowBlock<const Real> &in, Real *out,
                                  bool add) const
{
  forward(packs, Order<Real>{inputs_, outputs_, numbers_.data()}, in, out, add);
}

template <class Real>
void PackedMatrix<Real>::multiply_transposed(int packs, const Real *out, const RowBlock<Real> &in,
                                             bool add) const
{
  transposed(packs, Order<Real>{inputs_, outputs_, numbers_.data()}, out, in, add);
}

template class PackedMatrix<double>;
template class PackedMatrix<float>;

}    // namespace lbs
