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
    // Rows and columns beyond the end are those at the end once more. Places, not addresses, for
    // there may be nothing to add up.
    std::int64_t a[ROWS];
    for (int i = 0; i < ROWS; ++i) a[i] = (row + (i < rows ? i : rows - 1)) * p.k;
    std::int64_t const step = p.transposed ? 1 : p.n;
    std::int64_t b[COLUMNS];
    for (int j = 0; j < COLUMNS; ++j) {
      std::int64_t const at = column + (j < columns ? j : columns - 1);
      b[j] = p.transposed ? at * p.k : at;
    }
    Real sum[ROWS][COLUMNS] = {};
    for (int k = 0; k < p.k; ++k)
      for (int i = 0; i < ROWS; ++i)
        for (int j = 0; j < COLUMNS; ++j) sum[i][j] += p.a[a[i] + k] * p.b[b[j] + k * step];
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j) {
        Real &c = p.c[(row + i) * p.n + column + j];
        // What is there may be anything, NaN included, if it does not count.
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
    if (product.m > 0 && product.n > 0) TileProduct<Real, Space>{product}.launch();
  }
};

}    // namespace lbs::deepsea::device

#if defined(KOKKOS_ENABLE_CUDA)
#include "multiply_cuda.hpp"
#elif defined(KOKKOS_ENABLE_HIP)
#include "multiply_hip.hpp"
#endif
