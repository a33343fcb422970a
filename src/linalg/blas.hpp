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
void sgemm_(const char *, const char *, const int *, const int *, const int *, const float *,
            const float *, const int *, const float *, const int *, const float *, float *,
            const int *);
void ssyrk_(const char *, const char *, const int *, const int *, const float *, const float *,
            const int *, const float *, float *, const int *);
void sgeqrf_(const int *, const int *, float *, const int *, float *, float *, const int *, int *);
void sorgqr_(const int *, const int *, const int *, float *, const int *, const float *, float *,
             const int *, int *);
void dpbsv_(const char *, const int *, const int *, const int *, double *, const int *, double *,
            const int *, int *);
void dgelsd_(const int *, const int *, const int *, double *, const int *, double *, const int *,
             double *, const double *, int *, double *, const int *, int *, int *);
void dgesvd_(const char *, const char *, const int *, const int *, double *, const int *, double *,
             double *, const int *, double *, const int *, double *, const int *, int *);
}

// Only OpenBLAS has it.
extern "C" __attribute__((weak)) void openblas_set_num_threads(int);

namespace lbs::blas {

// Keeps the library from starting threads of its own, where the caller has some.
inline void one_thread()
{
  if (openblas_set_num_threads) openblas_set_num_threads(1);
}

// BLAS' own gemm, column by column.
inline void gemm(char transa, char transb, int m, int n, int k, const double *a, int lda,
                 const double *b, int ldb, double beta, double *c, int ldc)
{
  double const one = 1.0;
  dgemm_(&transa, &transb, &m, &n, &k, &one, a, &lda, b, &ldb, &beta, c, &ldc);
}
inline void gemm(char transa, char transb, int m, int n, int k, const float *a, int lda,
                 const float *b, int ldb, float beta, float *c, int ldc)
{
  float const one = 1.0F;
  sgemm_(&transa, &transb, &m, &n, &k, &one, a, &lda, b, &ldb, &beta, c, &ldc);
}

// Products of matrices that stand row by row; what is row by row is its transpose to BLAS.
// out (rows x columns) = in (rows x inner) * matrix (inner x columns)
template <class Real>
void multiply(int rows, int inner, int columns, const Real *in, const Real *matrix, Real *out)
{
  gemm('N', 'N', columns, rows, inner, matrix, columns, in, inner, Real(0), out, columns);
}
// out (rows x columns) = in (rows x inner) * the transpose of matrix (columns x inner)
template <class Real>
void multiply_transposed(int rows, int inner, int columns, const Real *in, const Real *matrix,
                         Real *out)
{
  gemm('T', 'N', columns, rows, inner, matrix, inner, in, inner, Real(0), out, columns);
}
// out (rows x columns) = or += (`add`) the transpose of in (inner x rows, whose rows are `width`
// apart) * matrix (inner x columns)
template <class Real>
void multiply_first_transposed(int rows, int inner, int columns, const Real *in, int width,
                               const Real *matrix, bool add, Real *out)
{
  gemm('N', 'T', columns, rows, inner, matrix, columns, in, width, Real(add ? 1 : 0), out, columns);
}

// Moving averages of the products of a matrix (rows x columns) with itself: by_row (rows x rows) of
// those of its rows with each other, by_column of those of its columns; lower triangles only.
inline void average_products(int rows, int columns, const float *matrix, float keep, float *by_row,
                             float *by_column)
{
  float const add = 1.0F - keep;
  char const upper = 'U';    // to BLAS, which goes column by column
  char const first = 'T';
  char const second = 'N';
  ssyrk_(&upper, &first, &rows, &columns, &add, matrix, &columns, &keep, by_row, &rows);
  ssyrk_(&upper, &second, &columns, &rows, &add, matrix, &columns, &keep, by_column, &columns);
}

// Makes the n rows of a matrix (n x n) orthonormal, such that the first k of them span what they
// did; rows that depend on others become any that are left.
inline void make_rows_orthonormal(int n, float *matrix)
{
  std::vector<float> scale(n);
  std::vector<float> work(1);
  int info = 0;
  const auto decompose = [&](int size) {
    sgeqrf_(&n, &n, matrix, &n, scale.data(), work.data(), &size, &info);
  };
  const auto give = [&](int size) {
    sorgqr_(&n, &n, &n, matrix, &n, scale.data(), work.data(), &size, &info);
  };
  decompose(-1);    // asks for the size of the work space
  float const room = work[0];
  give(-1);
  work.resize(static_cast<std::size_t>(room > work[0] ? room : work[0]));
  decompose(static_cast<int>(work.size()));
  give(static_cast<int>(work.size()));
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

// The x of least square sum among those that make |matrix x - right| least; the matrix is rows x
// columns, row by row.
inline std::vector<double> least_squares(int rows, int columns, const std::vector<double> &matrix,
                                         const std::vector<double> &right)
{
  std::vector<double> by_column(matrix.size());
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < columns; ++c)
      by_column[static_cast<std::size_t>(c) * rows + r] =
          matrix[static_cast<std::size_t>(r) * columns + c];
  int const one = 1;
  int const height = rows > columns ? rows : columns;
  std::vector<double> x = right;
  x.resize(height);
  std::vector<double> singular_value(columns);
  double const smallest = 1.0e-10;    // relative to the largest: compositions that do not differ
  int rank = 0;
  int info = 0;
  std::vector<double> work(1);
  std::vector<int> whole(1);
  const auto solve = [&](int size) {
    dgelsd_(&rows, &columns, &one, by_column.data(), &rows, x.data(), &height,
            singular_value.data(), &smallest, &rank, work.data(), &size, whole.data(), &info);
  };
  solve(-1);    // asks for the size of the work space
  int const size = static_cast<int>(work[0]);
  work.resize(static_cast<std::size_t>(size));
  whole.resize(static_cast<std::size_t>(whole[0]));
  solve(size);
  if (info != 0) throw InputError("a least-squares problem did not converge");
  x.resize(columns);
  return x;
}

}    // namespace lbs::blas
