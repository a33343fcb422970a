// SPDX-License-Identifier: GPL-2.0-only
// Embedding nets themselves, without tables.
#pragma once

#include "model.hpp"

#include <vector>

namespace lbs::deepsea {

// Values and slopes of an embedding net at `count` places: both count x M, row by row, in double.
struct NetSlopes {
  std::vector<double> value;
  std::vector<double> slope;
};
void evaluate_embedding(const DenseNet &net, const std::vector<double> &at, NetSlopes &result);

}    // namespace lbs::deepsea
