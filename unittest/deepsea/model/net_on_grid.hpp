// SPDX-License-Identifier: GPL-2.0-only
// An embedding net on a grid of places, to compare tables with.
#pragma once

#include "deepsea/model/embedding_net.hpp"

#include <vector>

namespace lbs::deepsea::testing {

// `pieces` + 1 places from `low` to `high`, both included, and the net's values and slopes there,
// [place][channel].
struct NetOnGrid {
  std::vector<double> at;
  NetSlopes exact;

  NetOnGrid(const DenseNet &net, double low, double high, int pieces)
  {
    for (int k = 0; k <= pieces; ++k) at.push_back(low + (high - low) * k / pieces);
    evaluate_embedding(net, at, exact);
  }
};

}    // namespace lbs::deepsea::testing
