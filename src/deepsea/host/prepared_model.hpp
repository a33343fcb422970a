// SPDX-License-Identifier: GPL-2.0-only
// A model in the form that the loops use, shared by all threads.
#pragma once

#include "dense_net.hpp"
#include "descriptor.hpp"
#include "embedding_table.hpp"
#include "evaluator.hpp"

#include "deepsea/model/channel_basis.hpp"
#include "deepsea/model/model.hpp"

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

// GENERAL: all channels, and all distances, for the networks themselves are evaluated where the
// tables end. REDUCED: tables that end at distances to which atoms hardly ever come, so that few
// channels span them; only for centers whose neighbors are not closer.
enum class Form { GENERAL, REDUCED };

template <class Real> struct PreparedModel {
  PreparedModel(const Model &model, double table_error, Form form);

  Model source;    // for its contract and embedding nets that are evaluated themselves
  int types = 0;
  double neighbors = 0.0;    // N
  bool tables_used = false;

  // [center]
  std::vector<int> channels;
  std::vector<int> stride;    // channels, padded to whole packs
  std::vector<ScalarNet<Real>> fitting;
  std::vector<std::vector<int>> fitting_rows;    // see packed_descriptor.hpp

  // [center * types + neighbor]
  std::vector<PairConstants> constants;
  std::vector<double> closest;                 // A: no neighbor may be nearer; 0: any may
  std::vector<double> padding_row;             // [4]: that of an empty place among the neighbors
  std::vector<char> padded_out;                // whether it is not zero
  std::vector<NetSlopes> padding_net;          // the net there, if there are no tables
  std::vector<EmbeddingTable<Real>> tables;    // none if they are not used
  int most_coefficients = 0;

  Evaluator::TableReport report;

  [[nodiscard]] int widest() const;      // stride
  [[nodiscard]] bool reduces() const;    // whether there are fewer channels than the model's
  [[nodiscard]] std::size_t memory_usage() const;

 private:
  void set_closest();
  void set_constants(int center, int neighbor);
  std::vector<TabulatedNet> tabulate(int center, double error);
  void add_to_report(const EmbeddingSpline &spline);
  void keep_table(std::size_t pair, const EmbeddingSpline &spline);
  void pack_fitting(int center, const ChannelBasis &basis);
};

extern template struct PreparedModel<double>;
extern template struct PreparedModel<float>;

}    // namespace lbs::deepsea
