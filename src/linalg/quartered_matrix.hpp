// SPDX-License-Identifier: GPL-2.0-only
// Products of one fixed matrix with batches of columns by seven products of quarters instead of
// eight: one step of the method of V. Strassen, Numer. Math. 13, 354 (1969), in a form like that of
// S. Winograd, Linear Algebra Appl. 4, 381 (1971).
//
// With outputs, inputs and the packs of a batch in two halves each, C = A B is
//   P1 = A11 B11                      C11 = P1 + P2
//   P2 = A12 B21                      C12 = P3 + P5 - P1 - P6
//   P3 = (A12 + A6) B22               C21 = P1 + P4 + P6 + P7
//   P4 = A22 T4                       C22 = P5 - P1 - P6 - P7
//   P5 = (A21 - A22) T1
//   P6 = A6 T2                        T1 = B11 + B12,  T2 = T1 + B22,  T3 = B12 + B22,
//   P7 = (A11 - A21) T3               T4 = T2 + B21,   A6 = A21 - A22 - A11
// Products with the transpose are the derivative of this: step by step backward, from the gradient
// by C to that by B.
#pragma once

#include "packed_matrix.hpp"

#include <array>
#include <cstddef>

namespace lbs {

template <class Real> class QuarteredMatrix {
 public:
  // matrix: inputs x outputs, row by row; at least a group of inputs, and an even number of whole
  // groups of outputs.
  QuarteredMatrix(int inputs, int outputs, const Real *matrix);

  // Inputs in the upper half: whole groups. The lower half may have fewer.
  [[nodiscard]] int half() const { return half_inputs_; }

  // Buffers of a caller.
  struct Workspace {
    AlignedVector<Real> sums;        // T of a block of the inputs, or gradients by them
    AlignedVector<Real> products;    // P, or gradients by them
  };

  // P = that of a block of the inputs, or += with `add`, for `packs` packs. The block is in the
  // same place of both halves, with the same room; if the lower one ends sooner, zeros are put
  // behind it.
  void multiply(int packs, const RowBlock<Real> &upper, const RowBlock<Real> &lower, bool add,
                Workspace &work) const;
  // C from P: [pack][output][lane]
  void combine(int packs, Workspace &work, Real *out) const;

  // The gradients by P from that by C,
  void divide(int packs, const Real *out, Workspace &work) const;
  // and from these that by a block of the inputs. As many rows of the lower half are written as of
  // the upper one.
  void multiply_transposed(int packs, const RowBlock<Real> &upper, const RowBlock<Real> &lower,
                           Workspace &work) const;

  [[nodiscard]] std::size_t memory_usage() const;

 private:
  int half_inputs_;
  int half_outputs_;
  std::array<PackedMatrix<Real>, 7> factor_;

  [[nodiscard]] std::size_t products_size(int packs) const;
};

extern template class QuarteredMatrix<double>;
extern template class QuarteredMatrix<float>;

}    // namespace lbs
