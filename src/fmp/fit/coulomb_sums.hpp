// SPDX-License-Identifier: GPL-2.0-only
// The Coulomb term of a frame as what charges of the elements are multiplied with.
//
// Energies are quadratic in the charges, and the positions of a frame never change in a fit, so the
// sums over its pairs are made once.
#pragma once

#include "fmp/commands.hpp"
#include "fmp/coulomb.hpp"

#include "frames/periodic_atoms.hpp"

#include <array>
#include <vector>

namespace lbs::fmp::fit {

// For N atoms of T elements, in units of eV and A with charges in e.
struct CoulombSums {
  int elements = 0;
  // energy = 1/2 sum_ab q_a q_b energy[a T + b], virial likewise; symmetric
  std::vector<double> energy;
  std::vector<std::array<double, 6>> virial;    // xx yy zz xy xz yz
  // force on atom i = q of i times sum_b q_b field[b N + i]
  std::vector<std::array<double, 3>> field;
};

// Coulomb's constant of LAMMPS in units metal (eV A/e^2).
constexpr double COULOMB_CONSTANT = 14.399645;

// Of the Coulomb term of a pair_style. `atoms` hold neighbors up to its cutoff at least, with types
// from 0 to elements - 1. Ewald sums are converged to about 1e-10 whatever the cutoff, and need
// `frame` to be periodic along all three vectors.
CoulombSums coulomb_sums(const StyleCommand &style, double smooth, const Frame &frame,
                         const PeriodicAtoms &atoms, int elements);

}    // namespace lbs::fmp::fit
