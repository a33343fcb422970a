// SPDX-License-Identifier: GPL-2.0-only
// Products of matrices by hipBLAS, whose matrices are column by column: a row-major product is that
// of the transposes, in the other order.
#pragma once

#include "multiply.hpp"

#include "support/input_error.hpp"

#include <Kokkos_Core.hpp>

#include <hipblas/hipblas.h>

#include <memory>
#include <string>

namespace lbs::deepsea::device {

template <class Real> class Multiplier<Real, Kokkos::HIP> {
 public:
  Multiplier() : handle_(make_handle(), &hipblasDestroy) {}

  void operator()(const Product<Real> &p) const
  {
    if (p.m == 0 || p.n == 0) return;
    if (p.k == 0) return EmptyProduct<Real, Kokkos::HIP>{p}.launch();
    Kokkos::Profiling::ScopedRegion const region(PRODUCT_REGION);
    check(hipblasSetStream(handle_.get(), Kokkos::HIP().hip_stream()));
    hipblasOperation_t const b = p.transposed ? HIPBLAS_OP_T : HIPBLAS_OP_N;
    int const ldb = std::max(1, p.transposed ? p.k : p.n);
    int const lda = std::max(1, p.k);
    auto const m = static_cast<int>(p.m);
    if constexpr (std::is_same_v<Real, float>)
      check(hipblasSgemm(handle_.get(), b, HIPBLAS_OP_N, p.n, m, p.k, &p.alpha, p.b, ldb, p.a, lda,
                         &p.beta, p.c, p.n));
    else
      check(hipblasDgemm(handle_.get(), b, HIPBLAS_OP_N, p.n, m, p.k, &p.alpha, p.b, ldb, p.a, lda,
                         &p.beta, p.c, p.n));
  }

 private:
  using Handle = std::remove_pointer_t<hipblasHandle_t>;

  std::unique_ptr<Handle, hipblasStatus_t (*)(hipblasHandle_t)> handle_;

  static hipblasHandle_t make_handle()
  {
    hipblasHandle_t handle = nullptr;
    check(hipblasCreate(&handle));
    return handle;
  }
  static void check(hipblasStatus_t status)
  {
    if (status != HIPBLAS_STATUS_SUCCESS)
      throw InputError("hipBLAS has failed with status " + std::to_string(status));
  }
};

}    // namespace lbs::deepsea::device
