// One macro for the small functions that host loops and device kernels share.
#pragma once

#if defined(__CUDACC__) || defined(__HIPCC__)
#define LBS_INLINE __host__ __device__ inline
#else
#define LBS_INLINE inline
#endif
