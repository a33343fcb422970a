// SPDX-License-Identifier: GPL-2.0-only
// All trainable numbers of a model in one long row.
#pragma once

#include "deepsea/model/model.hpp"

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

// Where the numbers of each net stand in the row: embedding nets, fitting nets, then the energy
// biases.
struct ParameterLayout {
  explicit ParameterLayout(const Model &model);

  std::vector<std::size_t> embedding;
  std::vector<std::size_t> fitting;
  std::size_t bias = 0;
  std::size_t count = 0;
};

std::vector<double> parameters_of(const Model &model);
void set_parameters(const std::vector<double> &parameters, Model &model);

}    // namespace lbs::deepsea
