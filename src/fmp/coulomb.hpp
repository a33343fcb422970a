// SPDX-License-Identifier: GPL-2.0-only
// Real-space Coulomb terms of `fmp/lbs`, inline on scalars. Each takes qq = q_i q_j (e^2), the
// squared distance (A^2), its inverse and the special-bond factor of the pair, and returns energy
// and force over distance in the units of `qqrd2e`, Coulomb's constant.
#pragma once

#include "buckingham.hpp"

#include <cstdint>
#include <cstring>

namespace lbs::fmp {

// erfc(x) = (a1 t + ... + a5 t^5) exp(-x^2), t = 1/(1 + p x) (Abramowitz & Stegun 7.1.26). It is
// the approximation of LAMMPS' own long-range and dsf styles; with it the energies agree with
// theirs to the last digits, and a restart may change from one style to the other.
struct Erfc {
  double value;       // erfc(x)
  double gaussian;    // exp(-x^2)
};
LBS_INLINE Erfc erfc_approximation(double x)
{
  double const t = 1.0 / (1.0 + 0.3275911 * x);
  double const gaussian = std::exp(-x * x);
  double const polynomial =
      t *
      (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return {polynomial * gaussian, gaussian};
}

// 2/sqrt(pi) and sqrt(pi)
constexpr double TWO_OVER_SQRT_PI = 1.12837916709551257390;
constexpr double SQRT_PI = 1.77245385090551602730;
// 2/sqrt(pi) as LAMMPS' long-range styles cut it off
constexpr double TWO_OVER_SQRT_PI_LAMMPS = 1.12837917;

// Takes the part of a bare Coulomb interaction that special_bonds excludes from `v`.
LBS_INLINE PairValue without_excluded(PairValue v, double bare, double r2inv, double factor)
{
  double const excluded = (1.0 - factor) * bare;
  return {v.energy - excluded, v.force_over_r - excluded * r2inv};
}

struct NoCoulomb {
  LBS_INLINE PairValue full(double, double, double) const { return {}; }
  LBS_INLINE PairValue operator()(double, double, double, double) const { return {}; }
};

// Real-space part of Ewald, PPPM, ...: qq erfc(g r)/r.
struct CoulombLong {
  double qqrd2e = 1.0;
  double g_ewald = 0.0;

  // Without special_bonds.
  LBS_INLINE PairValue full(double qq, double rsq, double r2inv) const
  {
    double const r = std::sqrt(rsq);
    double const x = g_ewald * r;
    Erfc const e = erfc_approximation(x);
    double const prefactor = qqrd2e * qq / r;
    return {prefactor * e.value,
            prefactor * (e.value + TWO_OVER_SQRT_PI_LAMMPS * x * e.gaussian) * r2inv};
  }
  LBS_INLINE PairValue operator()(double qq, double rsq, double r2inv, double factor) const
  {
    return without_excluded(full(qq, rsq, r2inv), qqrd2e * qq / std::sqrt(rsq), r2inv, factor);
  }
};

// The same from the tables of LAMMPS' Pair::init_tables(), which are indexed by the bits of the
// squared distance as float. `inner` serves distances below the tables.
struct CoulombTable {
  CoulombLong inner;
  double inner_sq = 0.0;
  int mask = 0;
  int shift_bits = 0;
  const double *r = nullptr, *dr = nullptr;    // squared distances of the rows, inverse widths
  const double *f = nullptr, *df = nullptr;    // force times distance
  const double *e = nullptr, *de = nullptr;    // energy

  LBS_INLINE PairValue full(double qq, double rsq, double r2inv) const
  {
    if (rsq <= inner_sq) return inner.full(qq, rsq, r2inv);
    auto const key = static_cast<float>(rsq);
    std::int32_t bits = 0;
    std::memcpy(&bits, &key, sizeof bits);
    int const row = (bits & mask) >> shift_bits;
    double const fraction = (key - r[row]) * dr[row];
    return {qq * (e[row] + fraction * de[row]), qq * (f[row] + fraction * df[row]) * r2inv};
  }
  LBS_INLINE PairValue operator()(double qq, double rsq, double r2inv, double factor) const
  {
    double const bare = inner.qqrd2e * qq / std::sqrt(rsq);
    return without_excluded(full(qq, rsq, r2inv), bare, r2inv, factor);
  }
};

// Damped sums with a finite cutoff:
//   dsf  qq [erfc(a r)/r - S + (r - rc) F]    force-shifted (C. J. Fennell, J. D. Gezelter,
//        J. Chem. Phys. 124, 234104 (2006)); a = 0 is the Wolf sum of the SHIK authors
//   wolf qq [erfc(a r)/r - S]                 energy-shifted (D. Wolf et al., J. Chem. Phys. 110,
//        8254 (1999)), with the exact derivative of that energy as force
// with S = erfc(a rc)/rc and F = -d/dr erfc(a r)/r at rc; then times exp(-g^2/(r-rc)^2) if smooth.
struct CoulombDamped {
  double qqrd2e = 1.0;
  double alpha = 0.0;          // 1/A
  double cut = 0.0;            // A
  double smooth = 0.0;         // A
  double e_shift = 0.0;        // constant part of the shift, 1/A
  double f_shift = 0.0;        // slope part of the shift, 1/A^2
  double self_energy = 0.0;    // per q^2 qqrd2e

  // The kind of the sum is a constant in a loop: each exponential that it lacks is left out.
  template <bool DAMPED, bool SMOOTHED>
  LBS_INLINE PairValue of_kind(double qq, double rsq, double r2inv) const
  {
    double const r = std::sqrt(rsq);
    double const prefactor = qqrd2e * qq / r;
    PairValue v{1.0, 1.0};
    if constexpr (DAMPED) {
      Erfc const e = erfc_approximation(alpha * r);
      v.energy = e.value;
      v.force_over_r = e.value + TWO_OVER_SQRT_PI * alpha * r * e.gaussian;
    }
    v.energy = prefactor * (v.energy - r * e_shift - rsq * f_shift);
    v.force_over_r = prefactor * (v.force_over_r + rsq * f_shift) * r2inv;
    if constexpr (SMOOTHED) v = smoothed(v, smooth, cut, r);
    return v;
  }
  // Without special_bonds.
  LBS_INLINE PairValue full(double qq, double rsq, double r2inv) const
  {
    if (alpha > 0.0)
      return smooth > 0.0 ? of_kind<true, true>(qq, rsq, r2inv)
                          : of_kind<true, false>(qq, rsq, r2inv);
    return smooth > 0.0 ? of_kind<false, true>(qq, rsq, r2inv)
                        : of_kind<false, false>(qq, rsq, r2inv);
  }
  LBS_INLINE PairValue operator()(double qq, double rsq, double r2inv, double factor) const
  {
    return without_excluded(full(qq, rsq, r2inv), qqrd2e * qq / std::sqrt(rsq), r2inv, factor);
  }
};

// alpha in 1/A (zero or positive), cut and smooth in A, qqrd2e in energy A/e^2.
CoulombDamped make_dsf(double alpha, double cut, double smooth, double qqrd2e);
CoulombDamped make_wolf(double alpha, double cut, double smooth, double qqrd2e);

}    // namespace lbs::fmp
