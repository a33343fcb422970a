// SPDX-License-Identifier: GPL-2.0-only
// Energies, forces and virials of a model on the device: what the host launches, in order.
#pragma once

#include "atom_records.hpp"
#include "chunk_sums.hpp"
#include "neighbor_rows.hpp"
#include "scatter_forces.hpp"

#include "deepsea/host/evaluator.hpp"
#include "deepsea/model/atoms.hpp"
#include "deepsea/model/model.hpp"

#include <cstddef>
#include <memory>

namespace lbs::deepsea::device {

// What the host hears of an evaluation.
struct HostSums {
  double energy = 0.0;    // units of TallySlices::scale
  double virial[9] = {};
  int bad_center = -1;    // as of Evaluator
  ShortPair short_pairs;
  bool types_changed = false;    // since the rows were made: all else is of no use
};

// The atoms of an evaluation, as PackAtoms made them.
template <class Space> struct AtomSlices {
  Slice<const AtomRecord, Space> records;
  Slice<const int, Space> changed;
};

// A model in the arithmetic that its settings name.
template <class Space> class DeviceEvaluator {
 public:
  // `budget`: bytes that the buffers of centers may take at a time. Throws InputError if no table
  // meets the error asked for, or if there is not enough memory.
  static std::unique_ptr<DeviceEvaluator> make(const Model &model,
                                               const EvaluatorSettings &settings, double budget);
  virtual ~DeviceEvaluator() = default;

  // To be called whenever the rows are new. Throws InputError if there is not enough memory.
  virtual void set_rows(const NeighborRows<Space> &rows) = 0;
  // Evaluates all rows and adds to the arrays of `tally`. Everything is launched at once; then the
  // host waits for the sums, which also tell whether the reduced form of the model has left centers
  // over for the general one.
  virtual HostSums evaluate(const AtomSlices<Space> &atoms, const TallySlices<Space> &tally) = 0;

  [[nodiscard]] virtual Evaluator::TableReport table_report() const = 0;
  [[nodiscard]] virtual std::size_t memory_usage() const = 0;    // bytes
};

extern template class DeviceEvaluator<Kokkos::DefaultExecutionSpace>;

}    // namespace lbs::deepsea::device
