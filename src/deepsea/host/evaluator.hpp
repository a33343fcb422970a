// SPDX-License-Identifier: GPL-2.0-only
// Energies, forces and virials of a model for a set of atoms: the hot path.
#pragma once

#include "deepsea/model/atoms.hpp"
#include "deepsea/model/model.hpp"
#include "support/span.hpp"

#include <cstddef>
#include <memory>

namespace lbs::deepsea {

// Tables of larger errors make no potential: who asks for one means something else, such as the
// bits of pair_modify table.
constexpr double LARGEST_TABLE_ERROR = 1.0e-3;

// How a model is evaluated.
struct EvaluatorSettings {
  enum class Arithmetic { DOUBLE, MIXED };
  Arithmetic arithmetic = Arithmetic::DOUBLE;
  // Largest error of the embedding table's values, relative to the largest value; 0: no table, the
  // networks themselves are evaluated for every neighbor; negative: what suits the arithmetic.
  double table_error = -1.0;
  int threads = 1;

  // `table_error`, with the default filled in: what leaves ten digits of a force, and what single
  // precision hides even in wide nets, of which fewer channels are kept.
  [[nodiscard]] double table_tolerance() const
  {
    if (table_error >= 0.0) return table_error;
    return arithmetic == Arithmetic::MIXED ? 1.0e-6 : 5.0e-11;
  }
};

class Evaluator {
 public:
  // `model` is copied as far as it is needed. Throws InputError if no table meets the error asked
  // for.
  Evaluator(const Model &model, const EvaluatorSettings &settings);
  ~Evaluator();
  Evaluator(const Evaluator &) = delete;
  Evaluator &operator=(const Evaluator &) = delete;

  // Adds to `results`. Overlapping atoms and results that are not finite are reported by
  // bad_center(); nothing is thrown from here.
  void evaluate(const Atoms &atoms, Results &results);

  // The first center whose energy or force was not finite in the last call, or -1.
  [[nodiscard]] int bad_center() const;
  // Pairs closer than the model's `shortest` in the last call.
  [[nodiscard]] const ShortPair &short_pairs() const;
  // The tables that are used where no neighbor is very close.
  struct TableReport {
    // Errors against the networks, at most, of all channels of the model: values and slopes,
    // absolute; and the largest absolute value and slope in a table.
    double value_error = 0.0;
    double slope_error = 0.0;
    double value_scale = 0.0;
    double slope_scale = 0.0;
    std::size_t bytes = 0;
    Span<int> rows;          // of the tables of the pairs of types; zeros if there are none
    Span<int> channels;      // kept of the model's, by the type of the center
    Span<double> from;       // A: centers with neighbors closer than this, by the pair, keep all
    double closest = 0.0;    // A: networks are evaluated below this
  };
  [[nodiscard]] TableReport table_report() const;
  [[nodiscard]] std::size_t memory_usage() const;    // bytes

  class Implementation;

 private:
  std::unique_ptr<Implementation> impl_;
};

}    // namespace lbs::deepsea
