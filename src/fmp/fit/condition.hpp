// SPDX-License-Identifier: GPL-2.0-only
// The potential at one composition, with its derivatives by the free parameters.
#pragma once

#include "slots.hpp"
#include "term_slopes.hpp"

#include "fmp/force_field.hpp"

#include <array>
#include <string>
#include <vector>

namespace lbs::fmp::fit {

// A composition with the N4 that enters the parameters there. Frames that share it share all terms.
struct Condition {
  Composition composition;
  N4Choice n4;
  std::string name;    // for reports
};

// How charges and numbers of pairs follow one free parameter.
struct ParameterSlopes {
  std::vector<double> charges;                            // [elements]
  std::vector<std::array<double, PAIR_NUMBERS>> pairs;    // [elements x elements]
};

// Everything that a frame needs, in eV, A and e, for all elements of the file in its order.
struct ConditionTerms {
  std::vector<double> charges;
  std::vector<PairTerm> terms;        // [elements x elements]
  std::vector<TermSlopes> slopes;     // by the pairs' own numbers
  std::vector<ParameterSlopes> by;    // [free parameters]
};

// Throws InputError if the values are outside of what pair_style fmp/lbs takes.
ConditionTerms make_terms(const PotentialFile &file, const std::vector<FreeParameter> &parameters,
                          const Condition &condition, const TermSettings &settings);

// Elements of a file, in its order.
std::vector<std::string> element_names(const PotentialFile &file);

}    // namespace lbs::fmp::fit
