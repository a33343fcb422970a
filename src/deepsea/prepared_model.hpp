// A model in the form that the loops use, shared by all threads.
#pragma once

#include "dense_net.hpp"
#include "descriptor.hpp"
#include "embedding_table.hpp"
#include "evaluator.hpp"
#include "model.hpp"

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

template <class Real> struct PreparedModel {
  PreparedModel(const Model &model, double table_error);

  Model source;    // for its contract and embedding nets that are evaluated themselves
  int types = 0;
  int channels = 0;
  int stride = 0;            // channels, padded to whole packs
  double neighbors = 0.0;    // N
  bool tables_used = false;

  // [center * types + neighbor]
  std::vector<PairConstants> constants;
  std::vector<double> padding_row;       // [4]: that of an empty place among the neighbors
  std::vector<char> padded_out;          // whether it is not zero
  std::vector<NetSlopes> padding_net;    // the net there, if there are no tables
  std::vector<int> table_of;             // into `tables`
  std::vector<EmbeddingTable<Real>> tables;
  int most_coefficients = 0;

  std::vector<ScalarNet<Real>> fitting;          // [center]
  std::vector<std::vector<int>> fitting_rows;    // [center]: see packed_descriptor.hpp

  Evaluator::TableReport report;

  [[nodiscard]] std::size_t memory_usage() const;
};

extern template struct PreparedModel<double>;
extern template struct PreparedModel<float>;

}    // namespace lbs::deepsea
