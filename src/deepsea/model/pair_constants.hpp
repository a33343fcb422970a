// SPDX-License-Identifier: GPL-2.0-only
// What the rows of a pair of types need, from the model.
#pragma once

#include "environment.hpp"
#include "model.hpp"

#include <cstddef>

namespace lbs::deepsea {

// Without the place of a table. `pair` as of Model::pair().
inline PairConstants pair_constants(const Model &model, std::size_t pair)
{
  PairConstants c;
  c.from = model.smooth_from;
  c.inverse_width = 1.0 / (model.cutoff - model.smooth_from);
  c.protection = model.protection;
  for (int k = 0; k < 4; ++k) {
    c.average[k] = model.average[pair][k];
    c.inverse_deviation[k] = 1.0 / model.deviation[pair][k];
  }
  return c;
}

}    // namespace lbs::deepsea
