// SPDX-License-Identifier: GPL-2.0-only
// A model in the orders that the loops of this machine use, shared by all threads.
#pragma once

#include "dense_net.hpp"
#include "descriptor.hpp"
#include "embedding_table.hpp"
#include "model_form.hpp"

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

// Splines and inputs of the fitting nets are kept in their packed orders only.
template <class Real> struct PreparedModel : ModelForm {
  PreparedModel(const Model &model, double table_error, Form form);

  // [center]
  std::vector<int> stride;    // channels, padded to whole packs
  std::vector<ScalarNet<Real>> fitting;
  std::vector<std::vector<int>> fitting_rows;    // see packed_descriptor.hpp

  // [center * types + neighbor]
  std::vector<EmbeddingTable<Real>> tables;    // none if they are not used

  [[nodiscard]] int widest() const;    // stride
  [[nodiscard]] std::size_t memory_usage() const;
};

extern template struct PreparedModel<double>;
extern template struct PreparedModel<float>;

}    // namespace lbs::deepsea
