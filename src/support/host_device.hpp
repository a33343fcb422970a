// SPDX-License-Identifier: GPL-2.0-only
// One macro for the small functions that host loops and device kernels share.
#pragma once

#if defined(__CUDACC__) || defined(__HIPCC__)
#define LBS_INLINE __host__ __device__ inline
#else
// At once, so that the loops around them become vector code for each instruction set (simd.hpp).
#define LBS_INLINE inline __attribute__((always_inline))
#endif
