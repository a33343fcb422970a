#include "packed_matrix.hpp"

namespace lbs {

namespace {

// A tile of the product stays in registers: ROWS rows times PACKS vector registers of BYTES each.
constexpr int PACKS = 3;
template <class Real, int BYTES> constexpr int panel()
{
  return PACKS * BYTES / static_cast<int>(sizeof(Real));
}

template <class Real, int BYTES, int ROWS>
inline __attribute__((always_inline)) void
multiply_tile(int inner, const Real *in, std::size_t in_stride, const Real *panel_numbers,
              Real *out, std::size_t out_stride, bool add)
{
  using Vector = typename Register<Real, BYTES>::type;
  using Unaligned = typename Register<Real, BYTES>::unaligned;
  constexpr int LANES = BYTES / static_cast<int>(sizeof(Real));
  Vector sum[ROWS][PACKS] = {};
  for (int k = 0; k < inner; ++k) {
    const Real *const from = panel_numbers + static_cast<std::size_t>(k) * PACKS * LANES;
    Vector column[PACKS];
#pragma GCC unroll 3
    for (int p = 0; p < PACKS; ++p)
      column[p] = *reinterpret_cast<const Unaligned *>(from + p * LANES);
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; ++r) {
      Real const number = in[r * in_stride + k];
#pragma GCC unroll 3
      for (int p = 0; p < PACKS; ++p) sum[r][p] += column[p] * number;
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < ROWS; ++r)
#pragma GCC unroll 3
    for (int p = 0; p < PACKS; ++p) {
      auto &place = *reinterpret_cast<Unaligned *>(out + r * out_stride + p * LANES);
      if (add) place += sum[r][p];
      else place = sum[r][p];
    }
}

// Entries of a row that are worked on at a time: those of a few hundred rows fill half of a
// second-level cache of 1 MB, where they stay for all panels.
constexpr int BLOCK_BYTES = 3072;

template <class Real, int BYTES, int ROWS>
inline __attribute__((always_inline)) void multiply_all(int rows, int inner, int stride,
                                                        const Real *numbers, const Real *in,
                                                        int in_stride, Real *out, bool add)
{
  constexpr int WIDTH = panel<Real, BYTES>();
  constexpr int BLOCK = BLOCK_BYTES / static_cast<int>(sizeof(Real));
  for (int first = 0; first < inner; first += BLOCK) {
    int const entries = first + BLOCK < inner ? BLOCK : inner - first;
    for (int column = 0; column < stride; column += WIDTH)
      for (int row = 0; row < rows; row += ROWS)
        multiply_tile<Real, BYTES, ROWS>(
            entries, in + static_cast<std::size_t>(row) * in_stride + first, in_stride,
            numbers + static_cast<std::size_t>(column) * inner +
                static_cast<std::size_t>(first) * WIDTH,
            out + static_cast<std::size_t>(row) * stride + column, stride, add || first > 0);
  }
}

template <class Real>
using Multiply = void (*)(int, int, int, const Real *, const Real *, int, Real *, bool);

template <class Real> struct Method {
  int panel;
  Multiply<Real> multiply;
};

// Register counts: 24 sums, 3 columns, 1 number of 32; 12, 3, 1 of 16.
constexpr int NARROW_ROWS = 4;

template <class Real>
void multiply_plain(int rows, int inner, int stride, const Real *numbers, const Real *in,
                    int in_stride, Real *out, bool add)
{
  multiply_all<Real, 16, NARROW_ROWS>(rows, inner, stride, numbers, in, in_stride, out, add);
}

#if defined(__x86_64__)
template <class Real>
__attribute__((target("arch=x86-64-v3"))) void multiply_v3(int rows, int inner, int stride,
                                                           const Real *numbers, const Real *in,
                                                           int in_stride, Real *out, bool add)
{
  multiply_all<Real, 32, NARROW_ROWS>(rows, inner, stride, numbers, in, in_stride, out, add);
}

template <class Real>
__attribute__((target("arch=x86-64-v4"))) void multiply_v4(int rows, int inner, int stride,
                                                           const Real *numbers, const Real *in,
                                                           int in_stride, Real *out, bool add)
{
  multiply_all<Real, 64, ROW_GROUP>(rows, inner, stride, numbers, in, in_stride, out, add);
}
#endif

template <class Real> Method<Real> this_method()
{
#if defined(__x86_64__)
  if (this_machine() == Machine::AVX512) return {panel<Real, 64>(), multiply_v4<Real>};
  if (this_machine() == Machine::AVX2) return {panel<Real, 32>(), multiply_v3<Real>};
#endif
  return {panel<Real, 16>(), multiply_plain<Real>};
}

}    // namespace

template <class Real>
PackedMatrix<Real>::PackedMatrix(int inner, int columns, const Real *matrix, bool transposed)
    : inner_(inner)
{
  int const width = this_method<Real>().panel;
  stride_ = (columns + width - 1) / width * width;
  numbers_.assign(static_cast<std::size_t>(inner) * stride_, Real(0));
  for (int k = 0; k < inner; ++k)
    for (int c = 0; c < columns; ++c) {
      auto const place = (static_cast<std::size_t>(c / width) * inner + k) * width + c % width;
      numbers_[place] = transposed ? matrix[static_cast<std::size_t>(c) * inner + k]
                                   : matrix[static_cast<std::size_t>(k) * columns + c];
    }
}

template <class Real>
void PackedMatrix<Real>::multiply(int rows, const Real *in, int in_stride, Real *out,
                                  bool add) const
{
  static Method<Real> const method = this_method<Real>();
  method.multiply(whole_groups(rows), inner_, stride_, numbers_.data(), in, in_stride, out, add);
}

template class PackedMatrix<double>;
template class PackedMatrix<float>;

}    // namespace lbs
