// Matrix products, by the BLAS library that the build found.
#pragma once

extern "C" {
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *,
            const double *, const int *, const double *, const int *, const double *, double *,
            const int *);
void sgemm_(const char *, const char *, const int *, const int *, const int *, const float *,
            const float *, const int *, const float *, const int *, const float *, float *,
            const int *);
void dpbsv_(const char *, const int *, const int *, const int *, double *, const int *, double *,
            const int *, int *);
}

namespace lbs::blas {

inline void gemm(char a, char b, int m, int n, int k, double alpha, const double *x, int ldx,
                 const double *y, int ldy, double beta, double *z, int ldz)
{
  dgemm_(&a, &b, &m, &n, &k, &alpha, x, &ldx, y, &ldy, &beta, z, &ldz);
}

inline void gemm(char a, char b, int m, int n, int k, float alpha, const float *x, int ldx,
                 const float *y, int ldy, float beta, float *z, int ldz)
{
  sgemm_(&a, &b, &m, &n, &k, &alpha, x, &ldx, y, &ldy, &beta, z, &ldz);
}

// out (rows x columns) = in (rows x inner) * matrix (inner x columns), all row by row.
template <class Real>
void multiply(int rows, int inner, int columns, const Real *in, const Real *matrix, Real *out)
{
  gemm('N', 'N', columns, rows, inner, Real(1), matrix, columns, in, inner, Real(0), out, columns);
}

}    // namespace lbs::blas
