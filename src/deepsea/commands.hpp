// SPDX-License-Identifier: GPL-2.0-only
// The words of `pair_style deepsea` and its `pair_coeff`, checked before LAMMPS acts on them.
#pragma once

#include "deepsea/host/evaluator.hpp"

#include <string>
#include <vector>

namespace lbs::deepsea {

// What to do about pairs that are closer than the training set ever saw.
enum class ShortAction { ERROR, WARN, OFF };

// pair_style deepsea MODEL... [keyword value ...]; keywords as of pair_style deepmd where it has
// them.
struct StyleCommand {
  std::vector<std::string> files;    // the first one drives
  EvaluatorSettings evaluator;
  std::string out_file = "model_devi.out";
  int out_freq = 100;
  bool atomic = false;
  double relative_force = 0.0;     // in the run's units; 0: deviations are absolute
  double relative_virial = 0.0;    // the same
  ShortAction short_action = ShortAction::WARN;
  double core_inner = 0.0;    // A
  double core_outer = 0.0;    // A; 0: no core
};

// Words behind the style's name. Throws InputError with the syntax for anything unexpected.
StyleCommand parse_style(const std::vector<std::string> &words);

// Words behind pair_coeff, "* *" included: an element or NULL for each of `ntypes` atom types.
// Returns the index into `elements` for each type, -1 for NULL.
std::vector<int> parse_coeff(const std::vector<std::string> &words, int ntypes,
                             const std::vector<std::string> &elements);

}    // namespace lbs::deepsea
