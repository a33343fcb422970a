// SPDX-License-Identifier: GPL-2.0-only
// Products of matrices by cuBLAS, whose matrices are column by column: a row-major product is that
// of the transposes, in the other order.
#pragma once

#include "multiply.hpp"

#include "support/input_error.hpp"

#include <Kokkos_Core.hpp>

#include <cublas_v2.h>

#include <cstdint>
#include <memory>
#include <string>

namespace lbs::deepsea::device {

template <class Real> class Multiplier<Real, Kokkos::Cuda> {
 public:
  Multiplier() : handle_(make_handle(), &cublasDestroy)
  {
    // Never rounded inputs (TF32), which would show in forces. In double precision tensor cores
    // round nothing, and the pedantic mode might leave them out.
    check(cublasSetMathMode(handle_.get(), std::is_same_v<Real, double> ? CUBLAS_DEFAULT_MATH
                                                                        : CUBLAS_PEDANTIC_MATH));
    // A workspace of our own, for the library would allocate one while kernels run. It comes after
    // the stream, which takes an earlier one away.
    check(cublasSetStream(handle_.get(), Kokkos::Cuda().cuda_stream()));
    workspace_ = uninitialized<char, Kokkos::Cuda>("deepsea:cublas", WORKSPACE + ALIGNMENT);
    auto const address = reinterpret_cast<std::uintptr_t>(workspace_.data());
    check(cublasSetWorkspace(handle_.get(), workspace_.data() + (ALIGNMENT - address % ALIGNMENT),
                             WORKSPACE));
  }

  void operator()(const Product<Real> &p) const
  {
    if (p.m == 0 || p.n == 0) return;
    if (p.k == 0) return EmptyProduct<Real, Kokkos::Cuda>{p}.launch();
    Kokkos::Profiling::ScopedRegion const region(PRODUCT_REGION);
    cublasOperation_t const b = p.transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    int const ldb = std::max(1, p.transposed ? p.k : p.n);
    int const lda = std::max(1, p.k);
    auto const m = static_cast<int>(p.m);
    if constexpr (std::is_same_v<Real, float>)
      check(cublasSgemm(handle_.get(), b, CUBLAS_OP_N, p.n, m, p.k, &p.alpha, p.b, ldb, p.a, lda,
                        &p.beta, p.c, p.n));
    else
      check(cublasDgemm(handle_.get(), b, CUBLAS_OP_N, p.n, m, p.k, &p.alpha, p.b, ldb, p.a, lda,
                        &p.beta, p.c, p.n));
  }

 private:
  using Handle = std::remove_pointer_t<cublasHandle_t>;
  static constexpr std::size_t WORKSPACE = std::size_t{32} << 20;
  static constexpr std::size_t ALIGNMENT = 256;

  std::unique_ptr<Handle, cublasStatus_t (*)(cublasHandle_t)> handle_;
  Array<char, Kokkos::Cuda> workspace_;

  static cublasHandle_t make_handle()
  {
    cublasHandle_t handle = nullptr;
    check(cublasCreate(&handle));
    return handle;
  }
  static void check(cublasStatus_t status)
  {
    if (status != CUBLAS_STATUS_SUCCESS)
      throw InputError("cuBLAS has failed: " + std::string(cublasGetStatusString(status)));
  }
};

}    // namespace lbs::deepsea::device
