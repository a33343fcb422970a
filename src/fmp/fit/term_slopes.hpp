// SPDX-License-Identifier: GPL-2.0-only
// Exact derivatives of a pair's short-range term by its own numbers.
#pragma once

#include "fmp/force_field.hpp"

#include <array>

namespace lbs::fmp::fit {

// The numbers of a pair, as places in arrays.
enum PairNumber { BY_A, BY_RHO, BY_C, BY_D, BY_CORE, PAIR_NUMBERS };

// What of a PairTerm follows its numbers indirectly.
struct TermSlopes {
  std::array<Core, PAIR_NUMBERS> core{};
  std::array<double, PAIR_NUMBERS> offset{};
};

// Of a term that make_term() has made of `p`.
TermSlopes make_slopes(const PairParameters &p, const PairTerm &term);

// Derivatives of short_range(term, r, r2inv) by each number, for r below the cutoff (A).
std::array<PairValue, PAIR_NUMBERS>
short_range_slopes(const PairTerm &term, const TermSlopes &slopes, double r, double r2inv);

}    // namespace lbs::fmp::fit
