// SPDX-License-Identifier: GPL-2.0-only
// Fit of the short-range core B/r^n + D r^2 to a Buckingham term.
#pragma once

namespace lbs::fmp {

// Core that continues A exp(-r/rho) - C/r^6 below r0 with the same value, slope and curvature.
struct Core {
  double r0 = 0.0;    // A; 0 means that no core is needed
  double B = 0.0;     // eV A^n
  double n = 0.0;
  double D = 0.0;    // eV/A^2
};

// A core from a given r0 (A) on, by the same conditions. Throws InputError if it would not be
// repulsive.
Core core_from(double r0, double A, double rho, double C);

// r0 is where the third derivative of the Buckingham term vanishes on its repulsive side; there the
// curvature is largest, and the collapse towards r = 0 has not begun. A in eV, rho in A, C in
// eV A^6. Returns r0 = 0 for C = 0 (no collapse). Throws InputError if the term has no such point
// or if the core would not be repulsive. Rule as in the amorphouspy and tablegen programs.
Core fit_core(double A, double rho, double C);

// Change of what a core is made of, and of the core with it.
struct CoreChange {
  double A = 0.0;
  double rho = 0.0;
  double C = 0.0;
  double r0 = 0.0;
};

// Derivative of core_from(r0, A, rho, C) along `change`.
Core core_slope(double r0, double A, double rho, double C, const CoreChange &change);

// How r0 of fit_core() follows a change of A, rho and C, as derivative.
double fitted_r0_slope(double r0, double A, double rho, double C, const CoreChange &change);

}    // namespace lbs::fmp
