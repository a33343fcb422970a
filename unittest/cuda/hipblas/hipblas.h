// SPDX-License-Identifier: GPL-2.0-only
// Declares what multiply_hip.hpp uses of hipBLAS, to compile where that is not installed.
#pragma once

#include <hip/hip_runtime_api.h>

using hipblasHandle_t = struct hipblasHandle *;
enum hipblasStatus_t { HIPBLAS_STATUS_SUCCESS };
enum hipblasOperation_t { HIPBLAS_OP_N, HIPBLAS_OP_T };

hipblasStatus_t hipblasCreate(hipblasHandle_t *);
hipblasStatus_t hipblasDestroy(hipblasHandle_t);
hipblasStatus_t hipblasSetStream(hipblasHandle_t, hipStream_t);
hipblasStatus_t hipblasSgemm(hipblasHandle_t, hipblasOperation_t, hipblasOperation_t, int, int, int,
                             const float *, const float *, int, const float *, int, const float *,
                             float *, int);
hipblasStatus_t hipblasDgemm(hipblasHandle_t, hipblasOperation_t, hipblasOperation_t, int, int, int,
                             const double *, const double *, int, const double *, int,
                             const double *, double *, int);
