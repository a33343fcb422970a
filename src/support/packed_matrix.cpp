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

  [[nodiscard]] LBS_ALWAYS_INLINE const Real *group(int output) const
  {
    return numbers + static_cast<std::size_t>(output) * inputs;
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
  // Adds a row of a batch times ROWS numbers, `step` apart.
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

template <int BYTES, class Real> struct Product {
  static constexpr int ROWS = ROW_GROUP / static_cast<int>(PACK_BYTES / BYTES);

  template <int PACKS>
  static LBS_ALWAYS_INLINE void forward_tile(int inputs, const Real *matrix, const Real *in,
                                             std::size_t in_size, Real *out, std::size_t out_size)
  {
    Tile<Real, BYTES, ROWS, PACKS> tile;
    tile.load(out, out_size);
    for (int i = 0; i < inputs; ++i)
      tile.template add<1>(in + i * LANES<Real>, in_size, matrix + i * ROW_GROUP);
    tile.store(out, out_size);
  }

  template <int PACKS>
  static LBS_ALWAYS_INLINE void transposed_tile(const Order<Real> &order, int first,
                                                const Real *out, std::size_t out_size, Real *in,
                                                std::size_t in_size, bool add)
  {
    Tile<Real, BYTES, ROWS, PACKS> tile;
    if (add) tile.load(in, in_size);
    for (int group = 0; group < order.outputs; group += ROW_GROUP) {
      const Real *const matrix = order.group(group) + static_cast<std::size_t>(first) * ROW_GROUP;
      const Real *const from = out + group * LANES<Real>;
      int const count = std::min(ROW_GROUP, order.outputs - group);
      for (int o = 0; o < count; ++o)
        tile.template add<ROW_GROUP>(from + o * LANES<Real>, out_size, matrix + o);
    }
    tile.store(in, in_size);
  }

  // Calls tile(pack, packs in the tile) for all packs: by twos where the registers allow.
  template <class Visit> static LBS_ALWAYS_INLINE void over_packs(int packs, Visit visit)
  {
    int pack = 0;
    if constexpr (BYTES == PACK_BYTES)
      for (; pack + 1 < packs; pack += 2) visit(pack, std::integral_constant<int, 2>());
    for (; pack < packs; ++pack) visit(pack, std::integral_constant<int, 1>());
  }

  static LBS_ALWAYS_INLINE void forward(int packs, const Order<Real> &order,
                                        const RowBlock<const Real> &in, Real *out)
  {
    std::size_t const in_size = static_cast<std::size_t>(in.room) * LANES<Real>;
    std::size_t const out_size =
        static_cast<std::size_t>(whole_groups(order.outputs)) * LANES<Real>;
    for (int group = 0; group < order.outputs; group += ROW_GROUP)
      over_packs(packs, [&](int pack, auto count) {
        for (int o = 0; o < ROW_GROUP; o += ROWS)
          forward_tile<decltype(count)::value>(
              in.count, order.group(group) + static_cast<std::size_t>(in.first) * ROW_GROUP + o,
              in.numbers + pack * in_size, in_size,
              out + pack * out_size + static_cast<std::size_t>(group + o) * LANES<Real>, out_size);
      });
  }

  static LBS_ALWAYS_INLINE void transposed(int packs, const Order<Real> &order, const Real *out,
                                           const RowBlock<Real> &in, bool add)
  {
    std::size_t const in_size = static_cast<std::size_t>(in.room) * LANES<Real>;
    std::size_t const out_size =
        static_cast<std::size_t>(whole_groups(order.outputs)) * LANES<Real>;
    for (int i = 0; i < in.count; i += ROW_GROUP)
      over_packs(packs, [&](int pack, auto count) {
        for (int r = i; r < i + ROW_GROUP; r += ROWS)
          transposed_tile<decltype(count)::value>(
              order, in.first + r, out + pack * out_size, out_size,
              in.numbers + pack * in_size + static_cast<std::size_t>(r) * LANES<Real>, in_size,
              add);
      });
  }
};

// clang-format off
template <int BYTES, class Real>
LBS_ALWAYS_INLINE void forward_with(int packs, const Order<Real> &order,
                                    const RowBlock<const Real> &in, Real *out)
{ Product<BYTES, Real>::forward(packs, order, in, out); }
template <int BYTES, class Real>
LBS_ALWAYS_INLINE void transposed_with(int packs, const Order<Real> &order, const Real *out,
                                       const RowBlock<Real> &in, bool add)
{ Product<BYTES, Real>::transposed(packs, order, out, in, add); }

LBS_MACHINES(forward, in_double,
             (int packs, const Order<double> &order,
              const RowBlock<const double> &in, double *out),
             (packs, order, in, out))
LBS_MACHINES(forward, in_float,
             (int packs, const Order<float> &order,
              const RowBlock<const float> &in, float *out),
             (packs, order, in, out))
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
PackedMatrix<Real>::PackedMatrix(int inputs, int outputs, const Real *matrix)
    : inputs_(whole_groups(inputs)), outputs_(outputs)
{
  numbers_.assign(static_cast<std::size_t>(inputs_) * whole_groups(outputs), Real(0));
  for (int i = 0; i < inputs; ++i)
    for (int o = 0; o < outputs; ++o) {
      auto const group = static_cast<std::size_t>(o / ROW_GROUP);
      numbers_[(group * inputs_ + i) * ROW_GROUP + o % ROW_GROUP] =
          matrix[static_cast<std::size_t>(i) * outputs + o];
    }
}

template <class Real>
void PackedMatrix<Real>::multiply(int packs, const RowBlock<const Real> &in, Real *out) const
{
  forward(packs, Order<Real>{inputs_, outputs_, numbers_.data()}, in, out);
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
