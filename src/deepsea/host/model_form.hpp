// SPDX-License-Identifier: GPL-2.0-only
// A model in the form in which it is evaluated, as plain arrays in double. Each machine packs them
// in the orders that its loops like.
#pragma once

#include "evaluator.hpp"
#include "packed_descriptor.hpp"

#include "deepsea/model/channel_basis.hpp"
#include "deepsea/model/environment.hpp"
#include "deepsea/model/model.hpp"

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

// GENERAL: all channels, and all distances, for the networks themselves are evaluated where the
// tables end. REDUCED: tables that end at distances to which atoms hardly ever come, so that few
// channels span them; only for centers whose neighbors are not closer.
enum class Form { GENERAL, REDUCED };

struct ModelForm {
  // Throws InputError if no table meets the error asked for; 0: no tables.
  ModelForm(const Model &model, double table_error, Form form);

  Model source;    // for its contract and embedding nets that are evaluated themselves
  int types = 0;
  double neighbors = 0.0;    // N
  bool tables_used = false;

  // [center]
  std::vector<int> channels;
  std::vector<FittingInput> fitting_input;

  // [center * types + neighbor]
  std::vector<PairConstants> constants;
  std::vector<double> closest;             // A: no neighbor may be nearer; 0: any may
  std::vector<double> padding_row;         // [4]: that of an empty place among the neighbors
  std::vector<char> padded_out;            // whether it is not zero
  std::vector<NetSlopes> padding_net;      // the net there, if there are no tables
  std::vector<EmbeddingSpline> splines;    // of the channels that are kept; none without tables
  int most_coefficients = 0;

  Evaluator::TableReport report;    // without the bytes of tables

  // Whether this reduced form has fewer channels than the model, or much shorter tables than the
  // general one: a device multiplies all of their rows, and a host's cache holds them.
  [[nodiscard]] bool is_less_work(const ModelForm &general) const;
  // The distance (A) below which a pair of types is looked at closely: it may be too close for the
  // form, closer than in training, or an overlap.
  [[nodiscard]] double least_distance(int center, int neighbor) const;

 private:
  void set_closest();
  void set_constants(int center, int neighbor);
  std::vector<TabulatedNet> tabulate(int center, double error);
  void add_to_report(const EmbeddingSpline &spline);
  void keep_table(std::size_t pair, EmbeddingSpline spline);
};

// Of a model that is evaluated in the reduced form where that serves, and in the general one.
Evaluator::TableReport joined(const Evaluator::TableReport &reduced,
                              const Evaluator::TableReport &general);

}    // namespace lbs::deepsea
