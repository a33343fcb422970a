// SPDX-License-Identifier: GPL-2.0-only
// The fitting nets take the descriptor D[m][a] = sum_k g[k][m] g[k][a], which is symmetric where
// both indices are axis neurons. Here it is packed: m = 0.. channels-1, a = 0.. min(m, axis-1).
#pragma once

#include "deepsea/model/model.hpp"

#include <vector>

namespace lbs::deepsea {

// A fitting net, and the order of its input: D[m][a], a = 0.., are rows[m] to rows[m + 1].
struct FittingInput {
  DenseNet net;
  std::vector<int> rows;
};

// A fitting net for a packed descriptor: weights of the two places of a number are added. A first
// layer that adds its input to its output needs all of it in the model's order, and gets that.
FittingInput pack_input(const DenseNet &net, int channels, int axis);

}    // namespace lbs::deepsea
