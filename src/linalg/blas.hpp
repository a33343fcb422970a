// SPDX-License-Identifier: GPL-2.0-only
// Linear algebra by the BLAS and LAPACK libraries that the build found.
#pragma once

#include "support/input_error.hpp"

#include <cstddef>
#include <vector>

extern "C" {
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *,
            const double *, const int *, const double *, const int *, const double *, double *,
            const int *);
void dpbsv_(const char *, const int *, const int *, const int *, double *, const int *, double *,
            const int *, int *);
void dgesvd_(const char *, const char *, const int *, const int *, double *, const int *, double *,
             double *, const int *, double *, const int *, double *, const int *, int *);
}

namespace lbs::blas {

// out (rows x columns) = in (rows x inner) * matrix (inner x columns), all row by row.
inline void multiply(int rows, int inner, int columns, const double *in, const double *matrix,
                     double *out)
{
  char const plain = 'N';
  double const one = 1.0;
  double const zero = 0.0;
  dgemm_(&plain, &plain, &columns, &rows, &inner, &one, matrix, &columns, in, &inner, &zero, out,
         &columns);
}

// The right singular vectors of a matrix with at least as many rows as columns (row by row): row by
// row, those of the largest singular values first.
inline std::vector<double> right_singular_vectors(int rows, int columns, std::vector<double> matrix)
{
  // Row by row it is the transpose of what LAPACK sees, whose left singular vectors these are.
  char const all = 'A';
  char const none = 'N';
  int const one = 1;
  int info = 0;
  std::vector<double> singular_value(columns);
  std::vector<double> vector(static_cast<std::size_t>(columns) * columns);
  double unused = 0.0;
  std::vector<double> work(1);
  const auto decompose = [&](int size) {
    dgesvd_(&all, &none, &columns, &rows, matrix.data(), &columns, singular_value.data(),
            vector.data(), &columns, &unused, &one, work.data(), &size, &info);
  };
  decompose(-1);    // asks for the size of the work space
  work.resize(static_cast<std::size_t>(work[0]));
  decompose(static_cast<int>(work.size()));
  if (info != 0) throw InputError("a singular value decomposition did not converge");
  return vector;
}

}    // namespace lbs::blas
