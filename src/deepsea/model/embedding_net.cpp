// SPDX-License-Identifier: GPL-2.0-only
#include "activation_loops.hpp"

#include "embedding_net.hpp"

#include "linalg/blas.hpp"

namespace lbs::deepsea {

namespace {

template <int>
LBS_ALWAYS_INLINE void activate_all_with(Activation activation, std::size_t count, double *y,
                                         double *d)
{
  activate_any(activation, count, y, d);
}

// clang-format off
LBS_MACHINES(activate_all, in_double,
             (Activation activation, std::size_t count, double *y, double *d),
             (activation, count, y, d))
// clang-format on

}    // namespace

void evaluate_embedding(const DenseNet &net, const std::vector<double> &at, NetSlopes &result)
{
  auto const rows = static_cast<int>(at.size());
  std::vector<double> value = at;
  std::vector<double> slope(at.size(), 1.0);
  std::vector<double> derivative;
  for (const DenseLayer &layer : net) {
    auto const width = static_cast<std::size_t>(layer.outputs);
    std::size_t const size = at.size() * width;
    result.value.resize(size);
    result.slope.resize(size);
    derivative.resize(size);
    blas::multiply(rows, layer.inputs, layer.outputs, value.data(), layer.weight.data(),
                   result.value.data());
    blas::multiply(rows, layer.inputs, layer.outputs, slope.data(), layer.weight.data(),
                   result.slope.data());
    for (std::size_t i = 0; i < size; ++i) result.value[i] += layer.bias[i % width];
    activate_all(layer.activation, size, result.value.data(), derivative.data());
    int const skips = layer.skips();
    for (std::size_t i = 0; i < size; ++i) {
      double const step = layer.timestep.empty() ? 1.0 : layer.timestep[i % width];
      result.value[i] *= step;
      result.slope[i] *= derivative[i] * step;
      if (skips == 0) continue;
      std::size_t const from = i / width * layer.inputs + i % width % layer.inputs;
      result.value[i] += value[from];
      result.slope[i] += slope[from];
    }
    value = result.value;
    slope = result.slope;
  }
}

}    // namespace lbs::deepsea
