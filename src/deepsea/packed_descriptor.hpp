// The fitting nets take the descriptor D[m][a] = sum_k g[k][m] g[k][a], which is symmetric where
// both indices are axis neurons. Here it is packed: a = 0.. axis-1, m = a.. channels-1.
#pragma once

#include "model.hpp"

#include <cstddef>

namespace lbs::deepsea {

// The same fitting net for a packed descriptor: weights of the two places of a number are added.
// Not for a first layer that adds its input to its output; see needs_whole_descriptor().
DenseNet packed_input(const DenseNet &net, int channels, int axis);

// Whether the first layer passes its input on, so that it needs all of it in the model's order.
bool needs_whole_descriptor(const DenseNet &net);

// The descriptor in the model's order (place m * axis + a), and a gradient by it packed.
template <class Real>
void unpack_descriptor(int channels, int axis, const Real *packed, Real *whole);
template <class Real> void pack_gradient(int channels, int axis, const Real *whole, Real *packed);

}    // namespace lbs::deepsea
