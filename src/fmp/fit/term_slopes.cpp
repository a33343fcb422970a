// SPDX-License-Identifier: GPL-2.0-only
#include "term_slopes.hpp"

namespace lbs::fmp::fit {

namespace {

using Slopes = std::array<PairValue, PAIR_NUMBERS>;

// Of A exp(-r/rho) - C/r^6 + D/r^power.
Slopes buckingham_slopes(const PairTerm &t, double r, double r2inv)
{
  double const decay = std::exp(-r * t.rho_inv);
  double const x = r * t.rho_inv;
  double const repulsion = t.A * decay;
  double const r6inv = r2inv * r2inv * r2inv;
  Slopes by{};
  by[BY_A] = {decay, decay * x * r2inv};
  by[BY_RHO] = {repulsion * x * t.rho_inv, repulsion * x * t.rho_inv * (x - 1.0) * r2inv};
  by[BY_C] = {-r6inv, -6.0 * r6inv * r2inv};
  if (t.half_power > 0) {
    double const wall = integer_power(r2inv, t.half_power);
    by[BY_D] = {wall, 2.0 * t.half_power * wall * r2inv};
  }
  return by;
}

// Of B/r^n + D r^2 along a change of B, n and D.
PairValue core_slope_at(const PairTerm &t, const Core &change, double r, double r2inv)
{
  double const wall = std::pow(r, -t.core_n);
  double const dwall = wall * (change.B - t.core_b * std::log(r) * change.n);
  double const dbowl = change.D / r2inv;
  double const dforce = t.core_n * dwall + change.n * t.core_b * wall - 2.0 * dbowl;
  return {dwall + dbowl, dforce * r2inv};
}

}    // namespace

TermSlopes make_slopes(const PairParameters &p, const PairTerm &term)
{
  TermSlopes slopes;
  if (!(term.cut_short > 0.0)) return slopes;
  if (term.offset != 0.0) {
    auto const at_cut = buckingham_slopes(term, term.cut_short, 1.0 / term.cut_short_sq);
    for (int k = 0; k < PAIR_NUMBERS; ++k) slopes.offset[k] = at_cut[k].energy;
  }
  if (!(term.core_r > 0.0)) return slopes;
  for (int k = 0; k < PAIR_NUMBERS; ++k) {
    if (k == BY_D) continue;    // a term with D has no core
    CoreChange change;
    change.A = k == BY_A ? 1.0 : 0.0;
    change.rho = k == BY_RHO ? 1.0 : 0.0;
    change.C = k == BY_C ? 1.0 : 0.0;
    bool const fixed = p.core_r0 > 0.0;
    if (k == BY_CORE) change.r0 = fixed ? 1.0 : 0.0;
    else if (!fixed) change.r0 = fitted_r0_slope(term.core_r, term.A, p.rho, term.C, change);
    slopes.core[k] = core_slope(term.core_r, term.A, p.rho, term.C, change);
  }
  return slopes;
}

Slopes short_range_slopes(const PairTerm &term, const TermSlopes &slopes, double r, double r2inv)
{
  Slopes by{};
  if (r > term.core_r) by = buckingham_slopes(term, r, r2inv);
  else
    for (int k = 0; k < PAIR_NUMBERS; ++k) by[k] = core_slope_at(term, slopes.core[k], r, r2inv);
  for (int k = 0; k < PAIR_NUMBERS; ++k) {
    by[k].energy -= slopes.offset[k];
    // The switch is a factor that none of the numbers is in.
    if (term.smooth > 0.0) by[k] = smoothed(by[k], term.smooth, term.cut_short, r);
  }
  return by;
}

}    // namespace lbs::fmp::fit
