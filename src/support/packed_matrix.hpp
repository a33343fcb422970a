// Products of batches of rows with one fixed matrix.
//
// BLAS copies both factors into an order of its own at each call, which for the shapes of fitting
// nets (batches of about a hundred rows, a matrix that never changes) is a sixth of the time. Here
// the matrix is put in order once, and rows are taken as they are.
#pragma once

#include "simd.hpp"

#include <cstddef>

namespace lbs {

// Rows of a batch are worked on in groups of this many; buffers have room for whole groups.
constexpr int ROW_GROUP = 8;

constexpr int whole_groups(int rows)
{
  return (rows + ROW_GROUP - 1) / ROW_GROUP * ROW_GROUP;
}

template <class Real> class PackedMatrix {
 public:
  PackedMatrix() = default;
  // matrix: inner x columns, row by row; or its transpose, columns x inner, row by row.
  PackedMatrix(int inner, int columns, const Real *matrix, bool transposed);

  // Length of rows of the product in memory: columns, and some more that are written, too.
  [[nodiscard]] int stride() const { return stride_; }

  // out (rows x stride) = in (rows x in_stride) * matrix, or += with `add`. Whole groups of rows
  // are read and written.
  void multiply(int rows, const Real *in, int in_stride, Real *out, bool add) const;

  [[nodiscard]] std::size_t memory_usage() const { return numbers_.capacity() * sizeof(Real); }

 private:
  int inner_ = 0;
  int stride_ = 0;
  AlignedVector<Real> numbers_;    // [panel of columns][inner][column of the panel]
};

extern template class PackedMatrix<double>;
extern template class PackedMatrix<float>;

}    // namespace lbs
