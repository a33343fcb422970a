// SPDX-License-Identifier: GPL-2.0-only
// A potential file at one composition: every charge and every pair parameter as a number.
#pragma once

#include "buckingham.hpp"
#include "core_fit.hpp"
#include "potential_file.hpp"

#include <optional>
#include <string>
#include <vector>

namespace lbs::fmp {

// Fraction of four-coordinated boron that enters the composition models.
struct N4Choice {
  enum Source { FROM_FILE, DELL_BRAY_XIAO, GIVEN };
  Source source = FROM_FILE;
  double value = 0.0;    // for GIVEN
};

struct PairParameters {
  bool short_range = false;    // false: Coulomb only
  bool defined = true;         // false: needs boron, silicon, ... that the composition lacks
  double A = 0.0;              // eV
  double rho = 0.0;            // A
  double C = 0.0;              // eV A^6
  double D = 0.0;              // eV A^power
  int power = 0;
  bool core = false;            // fit a core
  double core_r0 = 0.0;         // A; where it begins, 0: at the zero of the third derivative
  std::optional<double> cut;    // A
  bool shift = false;
  double smooth = 0.0;    // A
};

struct ForceField {
  std::vector<std::string> elements;    // in the order of the call
  std::vector<double> charges;          // e
  std::vector<PairParameters> pairs;    // row-major, elements x elements, symmetric
  Composition composition;
  BorateRatios ratios;
  std::optional<double> n4;    // set if the potential reads it and there is boron

  [[nodiscard]] const PairParameters &pair(std::size_t i, std::size_t j) const
  {
    return pairs[i * elements.size() + j];
  }
};

// Whether any model of the file reads the fraction of four-coordinated boron.
bool uses_n4(const PotentialFile &file);

// Evaluates the file for `elements` (symbols that the file knows, each once or more). Throws
// InputError if N4 is needed but not to be had, or given but never used, if a model's value is not
// physical, or if neutrality cannot fix a charge.
ForceField evaluate(const PotentialFile &file, const std::vector<std::string> &elements,
                    const Composition &composition, const N4Choice &n4);

// The value of a model at the composition and N4 of a force field.
double model_value(const Model &model, const ForceField &field);

// Multiplies A, C and D of every pair: from the file's energy unit to that of the run.
void scale_energies(ForceField &ff, double factor);

// Settings of the run that enter a pair term.
struct TermSettings {
  double cut_short = 0.0;      // A; used where the file gives no cutoff
  double cut_coulomb = 0.0;    // A; 0: no Coulomb term
  bool shift = false;          // pair_modify shift yes
};

// The term as the loops use it; fits the core. Throws InputError if the file's cutoff is not that
// of pair_style, or if no core can be fitted.
PairTerm make_term(const PairParameters &p, const TermSettings &settings);

}    // namespace lbs::fmp
