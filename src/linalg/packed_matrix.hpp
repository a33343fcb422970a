// SPDX-License-Identifier: GPL-2.0-only
// Products of one fixed matrix with batches of columns, which stand in packs side by side.
//
// A batch is [pack][row][lane]: the rows of a pack of columns follow each other. BLAS copies both
// factors into an order of its own at each call, which costs a fifth of the time for the shapes of
// fitting nets (batches of about a hundred, a matrix that never changes; doc/performance.rst). Here
// the matrix is put in order once, the same order for products with it and with its transpose, and
// batches are in theirs.
#pragma once

#include "simd.hpp"

#include <cstddef>

namespace lbs {

// Rows of a batch are worked on in groups of this many; batches have room for whole groups.
constexpr int ROW_GROUP = 12;

constexpr int whole_groups(int rows)
{
  return (rows + ROW_GROUP - 1) / ROW_GROUP * ROW_GROUP;
}

// Some rows of a batch with more of them: `count` from `first` on.
template <class Number> struct RowBlock {
  int first;
  int count;
  Number *numbers;    // [pack][room][lane], with row `first` in place 0
  int room;
};

template <class Number> RowBlock<const Number> read_only(const RowBlock<Number> &block)
{
  return {block.first, block.count, block.numbers, block.room};
}

template <class Real> class PackedMatrix {
 public:
  PackedMatrix() = default;
  // Room for inputs x outputs numbers, which are 0 until fill().
  PackedMatrix(int inputs, int outputs);
  // matrix: inputs x outputs, row by row.
  PackedMatrix(int inputs, int outputs, const Real *matrix);
  // Takes the numbers of `matrix`, float or double, for the inputs from `first` to before `last`:
  // several threads may share the work.
  template <class Other> void fill(int first, int last, const Other *matrix);

  // out[o] = sum over the block's inputs i of matrix[i][o] in[i], or += with `add`, for `packs`
  // packs. `out` has whole_groups(outputs) rows, all of which are written.
  void multiply(int packs, const RowBlock<const Real> &in, Real *out, bool add) const;
  // in[i] = sum over o of matrix[i][o] out[o], or += with `add`, for the block's inputs. It begins
  // with a whole group of rows, and whole groups are written.
  void multiply_transposed(int packs, const Real *out, const RowBlock<Real> &in, bool add) const;

  [[nodiscard]] std::size_t memory_usage() const { return numbers_.capacity() * sizeof(Real); }

 private:
  int inputs_ = 0;
  int outputs_ = 0;
  AlignedVector<Real> numbers_;    // [group of outputs][input, whole groups][output of the group]
};

extern template class PackedMatrix<double>;
extern template class PackedMatrix<float>;

}    // namespace lbs
