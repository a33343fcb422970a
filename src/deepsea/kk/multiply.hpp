// SPDX-License-Identifier: GPL-2.0-only
// Products of matrices on the device, all row by row. The vendor's library where there is one;
// elsewhere, and as the tests' reference, a plain product by Kokkos.
#pragma once

#include "arrays.hpp"

#include <Kokkos_Profiling_ScopedRegion.hpp>

#include <cstdint>

namespace lbs::deepsea::device {

// c (m x n) = alpha a (m x k) b + beta c with b of k x n, or of n x k if it is transposed. Rows
// have no gaps between them.
template <class Real> struct Product {
  std::int64_t m;
  int n, k;
  const Real *a;
  const Real *b;
  bool transposed;
  Real alpha, beta;
  Real *c;
};

// With k = 0, where there need be no a and b.
template <class Real, class Space> struct EmptyProduct {
  Product<Real> product;

  void launch() const
  {
    using Range = Kokkos::RangePolicy<Space, Kokkos::IndexType<std::int64_t>>;
    launch_kernel("deepsea::EmptyProduct", Range(0, product.m * product.n), *this);
  }
  KOKKOS_FUNCTION void operator()(std::int64_t n) const
  {
    Real &c = product.c[n];
    // What is there may be anything, NaN included, if it does not count.
    c = product.beta == Real(0) ? Real(0) : product.beta * c;
  }
};

// A tile of c for each thread.
template <class Real, class Space> struct TileProduct {
  Product<Real> product;

  static constexpr int ROWS = 4;
  static constexpr int COLUMNS = 8;

  [[nodiscard]] KOKKOS_INLINE_FUNCTION std::int64_t tiles_in_row() const
  {
    return (product.n + COLUMNS - 1) / COLUMNS;
  }
  void launch() const
  {
    std::int64_t const tiles = (product.m + ROWS - 1) / ROWS * tiles_in_row();
    using Range = Kokkos::RangePolicy<Space, Kokkos::IndexType<std::int64_t>>;
    launch_kernel("deepsea::TileProduct", Range(0, tiles), *this);
  }

  KOKKOS_FUNCTION void operator()(std::int64_t tile) const
  {
    Product<Real> const &p = product;
    std::int64_t const row = tile / tiles_in_row() * ROWS;
    auto const column = static_cast<int>(tile % tiles_in_row() * COLUMNS);
    int const rows = p.m - row < ROWS ? static_cast<int>(p.m - row) : ROWS;
    int const columns = p.n - column < COLUMNS ? p.n - column : COLUMNS;
    // Rows and columns beyond the end are those at the end once more.
    const Real *a[ROWS];
    for (int i = 0; i < ROWS; ++i) a[i] = p.a + (row + (i < rows ? i : rows - 1)) * p.k;
    std::int64_t const step = p.transposed ? 1 : p.n;
    const Real *b[COLUMNS];
    for (int j = 0; j < COLUMNS; ++j) {
      std::int64_t const at = column + (j < columns ? j : columns - 1);
      b[j] = p.b + (p.transposed ? at * p.k : at);
    }
    Real sum[ROWS][COLUMNS] = {};
    for (int k = 0; k < p.k; ++k)
      for (int i = 0; i < ROWS; ++i)
        for (int j = 0; j < COLUMNS; ++j) sum[i][j] += a[i][k] * b[j][k * step];
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j) {
        Real &c = p.c[(row + i) * p.n + column + j];
        c = p.alpha * sum[i][j] + (p.beta == Real(0) ? Real(0) : p.beta * c);
      }
  }
};

// By which tools of Kokkos see the products of a vendor's library.
constexpr const char *PRODUCT_REGION = "deepsea::Product";

// What multiplies on the machine, with all that it keeps between products.
template <class Real, class Space> class Multiplier {
 public:
  void operator()(const Product<Real> &product) const
  {
    if (product.m == 0 || product.n == 0) return;
    if (product.k == 0) EmptyProduct<Real, Space>{product}.launch();
    else TileProduct<Real, Space>{product}.launch();
  }
};

}    // namespace lbs::deepsea::device

#if defined(KOKKOS_ENABLE_CUDA)
#include "multiply_cuda.hpp"
#elif defined(KOKKOS_ENABLE_HIP)
#include "multiply_hip.hpp"
#endif
