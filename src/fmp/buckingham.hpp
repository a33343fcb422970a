// SPDX-License-Identifier: GPL-2.0-only
// Short-range pair energy of `fmp/lbs`: Buckingham with an optional repulsive power, a short-range
// core, a cutoff shift and a smooth switch. Inline on scalars, so that hosts and devices share it.
#pragma once

#include "support/host_device.hpp"

#include <cmath>

namespace lbs::fmp {

// Energy (eV) and force over distance (eV/A^2): F_vec = force_over_r * r_vec on the first atom.
struct PairValue {
  double energy = 0.0;
  double force_over_r = 0.0;
};

// Squared distance (A^2) below which two atoms sit on one spot for any potential.
constexpr double COLLISION_SQ = 1.0e-4;

// One pair of types, ready for the loop. All lengths in A, energies in the units of the run.
//   r >  core_r : V = A exp(-r/rho) - C/r^6 + D/r^power
//   r <= core_r : V = core_b/r^core_n + core_d r^2
// then V is lowered by `offset` and multiplied by exp(-smooth^2/(r - cut)^2) if smooth > 0.
struct PairTerm {
  double cutsq = 0.0;        // beyond it neither short-range nor Coulomb term acts
  double cut_short = 0.0;    // cutoff of the short-range term; 0: Coulomb only
  double cut_short_sq = 0.0;
  double rare_sq = 0.0;    // below it: core or atoms on one spot, which loops treat apart
  double A = 0.0;
  double rho_inv = 0.0;
  double C = 0.0;
  double D = 0.0;
  int half_power = 0;     // power / 2: r^-power = (1/r^2)^half_power
  double core_r = 0.0;    // 0: no core
  double core_b = 0.0;
  double core_n = 0.0;
  double core_d = 0.0;
  double offset = 0.0;
  double smooth = 0.0;
};

// x^n for small n >= 0 by repeated squaring.
LBS_INLINE double integer_power(double x, int n)
{
  double result = 1.0;
  for (; n > 0; n >>= 1) {
    if (n & 1) result *= x;
    x *= x;
  }
  return result;
}

// Adds the repulsive term D/r^power for wall = r^-power.
LBS_INLINE PairValue with_wall(PairValue v, const PairTerm &t, double wall, double r2inv)
{
  double const energy = t.D * wall;
  return {v.energy + energy, v.force_over_r + 2.0 * t.half_power * energy * r2inv};
}

// A exp(-r/rho) - C/r^6 alone.
LBS_INLINE PairValue exp_six(const PairTerm &t, double r, double r2inv)
{
  double const r6inv = r2inv * r2inv * r2inv;
  double const repulsion = t.A * std::exp(-r * t.rho_inv);
  return {repulsion - t.C * r6inv, (repulsion * t.rho_inv * r - 6.0 * t.C * r6inv) * r2inv};
}

// Buckingham with its repulsive power, without core, offset and switch.
LBS_INLINE PairValue buckingham(const PairTerm &t, double r, double r2inv)
{
  PairValue const v = exp_six(t, r, r2inv);
  return t.half_power == 0 ? v : with_wall(v, t, integer_power(r2inv, t.half_power), r2inv);
}

// Core that replaces the Buckingham term below core_r, where that would fall to minus infinity.
LBS_INLINE PairValue core(const PairTerm &t, double r, double r2inv)
{
  double const wall = t.core_b * std::pow(r, -t.core_n);
  double const bowl = t.core_d / r2inv;
  return {wall + bowl, (t.core_n * wall - 2.0 * bowl) * r2inv};
}

// Multiplies by exp(-g^2/(r-cut)^2), which goes to zero at the cutoff with all its derivatives. The
// result is zero at the cutoff itself, where the exponent is infinite: a squared distance below
// that of the cutoff can have the cutoff as its rounded root.
LBS_INLINE PairValue smoothed(PairValue v, double g, double cut, double r)
{
  bool const inside = r < cut;
  double const gap_inv = inside ? 1.0 / (cut - r) : 0.0;
  double const exponent = g * g * gap_inv * gap_inv;
  double const s = inside ? std::exp(-exponent) : 0.0;
  // dS/dr = -2 S g^2/(cut-r)^3, and F = -d(V S)/dr = F_V S - V dS/dr
  return {v.energy * s, (v.force_over_r + 2.0 * v.energy * exponent * gap_inv / r) * s};
}

// The whole short-range term for r < cut_short.
LBS_INLINE PairValue short_range(const PairTerm &t, double r, double r2inv)
{
  PairValue v = r > t.core_r ? buckingham(t, r, r2inv) : core(t, r, r2inv);
  v.energy -= t.offset;
  if (t.smooth > 0.0) v = smoothed(v, t.smooth, t.cut_short, r);
  return v;
}

// Long-range correction of energy and pressure for pairs beyond `cut` in a uniform system: the
// integrals of Buckingham without core (M. P. Allen, D. J. Tildesley, Computer Simulation of
// Liquids, section 2.8). Both per pair density: energy = 2 pi N_i N_j / V * energy_integral,
// pressure = 2 pi N_i N_j / (3 V^2) * pressure_integral.
struct TailIntegrals {
  double energy = 0.0;      // int_cut^inf V(r) r^2 dr
  double pressure = 0.0;    // -int_cut^inf V'(r) r^3 dr
};
TailIntegrals tail_integrals(const PairTerm &t);

}    // namespace lbs::fmp
