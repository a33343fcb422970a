// SPDX-License-Identifier: GPL-2.0-only
// CUDA 13 has changed the arguments of two functions that Kokkos 4.7.0 calls.
#pragma once

#include <cuda_runtime_api.h>

inline cudaError_t cudaMemPrefetchAsync(const void *data, size_t size, int device,
                                        cudaStream_t stream = nullptr)
{
  bool const on_host = device < 0;
  cudaMemLocation const place{on_host ? cudaMemLocationTypeHost : cudaMemLocationTypeDevice,
                              on_host ? 0 : device};
  return cudaMemPrefetchAsync(data, size, place, 0, stream);
}

inline cudaError_t cudaGraphAddDependencies(cudaGraph_t graph, const cudaGraphNode_t *from,
                                            const cudaGraphNode_t *to, size_t count)
{
  return cudaGraphAddDependencies(graph, from, to, nullptr, count);
}
