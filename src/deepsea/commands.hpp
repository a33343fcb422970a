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
  std::string
      out_file;    // empty: model_devi.out, with the number of the partition if there are several
  int out_freq = 100;
  bool atomic = false;
  double relative_force = 0.0;     // in the run's units; 0: deviations are absolute
  double relative_virial = 0.0;    // the same
  ShortAction short_action = ShortAction::WARN;
  double core_inner = 0.0;         // A
  double core_outer = 0.0;         // A; 0: no core
  double chunk_memory = 1000.0;    // MB of a device for the centers that are evaluated at a time
};

// Words behind the style's name. Throws InputError with the syntax for anything unexpected.
StyleCommand parse_style(const std::vector<std::string> &words);

// Words behind pair_coeff, "* *" included.
struct CoeffCommand {
  // Of each atom type: an element of the model or NULL. Empty if the command names none; then the
  // deck's type labels say it, or the order of the model's elements.
  std::vector<std::string> elements;

  [[nodiscard]] bool named() const { return !elements.empty(); }
};

// `model` has the model's elements, for messages; empty if the model has not been read. Throws
// InputError if the words are not of this form, or name another number of types than `types`.
CoeffCommand parse_coeff(const std::vector<std::string> &words, int types,
                         const std::vector<std::string> &model);

// The index into `model` of each name, -1 for NULL. Throws InputError for a name that the model
// does not have.
std::vector<int> model_types(const std::vector<std::string> &names,
                             const std::vector<std::string> &model);

// Elements of atom types without names, by the deck's type labels: label_type[e] is the atom type
// whose label is element e of the model, or -1. Throws InputError if a type has no such label.
std::vector<std::string> elements_by_label(int types, const std::vector<std::string> &model,
                                           const std::vector<int> &label_type);

// The same by the order of the model. Throws InputError if there are more types than elements.
std::vector<std::string> elements_by_order(int types, const std::vector<std::string> &model);

// Throws InputError if the mass (g/mol) of an atom type is that of another element than `element`,
// which the deck has not named itself: another one of the model is nearer, or one of all elements
// by more than half a percent.
void check_mass(int type, double mass, const std::string &element,
                const std::vector<std::string> &model);

}    // namespace lbs::deepsea
