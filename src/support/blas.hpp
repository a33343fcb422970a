// Matrix products and banded systems, by the BLAS library that the build found.
#pragma once

extern "C" {
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *,
            const double *, const int *, const double *, const int *, const double *, double *,
            const int *);
void dpbsv_(const char *, const int *, const int *, const int *, double *, const int *, double *,
            const int *, int *);
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

}    // namespace lbs::blas
