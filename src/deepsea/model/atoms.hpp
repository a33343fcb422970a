// SPDX-License-Identifier: GPL-2.0-only
// The atoms that a model is evaluated for, and what comes out.
#pragma once

#include "support/neighbor_list.hpp"

namespace lbs::deepsea {

// The atoms. Rows of the neighbor list are those of centers; they may hold atoms beyond the cutoff.
struct Atoms {
  int count = 0;                     // atoms that x and type hold, images (ghosts) included
  const double (*x)[3] = nullptr;    // A
  const int *type = nullptr;         // of the model, from 0; negative: not of this model, left out
  FullNeighborList list;
};

// What evaluate() adds to; all but `energy`, `virial` may be null, for "not wanted". Sums of
// energy in eV, forces in eV/A, virials sum x F in eV.
struct Results {
  double energy = 0.0;
  double virial[9] = {};            // xx xy xz yx yy yz zx zy zz
  double (*force)[3] = nullptr;     // [count]: images get a share that belongs to the atom
  double *atom_energy = nullptr;    // [count], of the centers
  // [count][9]: the neighbor's position relative to the center times the force that the center's
  // energy puts on the neighbor, entered at the neighbor (Z. Fan et al., Phys. Rev. B 92, 094301
  // (2015)): with it the heat flux is right.
  double (*atom_virial)[9] = nullptr;
  // [count][6], xx yy zz xy xz yz: the same shared equally between center and neighbor.
  double (*shared_virial)[6] = nullptr;
  // Factor of each center's energy by type of the model, and so of its forces; null: ones.
  const double *scale = nullptr;
};

// Atoms closer than this (A) lie on top of each other: no energy of theirs has a meaning.
constexpr double OVERLAP = 0.01;

// A pair of atoms closer than the training set ever saw.
struct ShortPair {
  long count = 0;     // ordered pairs (center, neighbor) in this call
  int center = -1;    // the closest one relative to its bound; indices into x
  int neighbor = -1;
  double distance = 0.0;    // A
  double bound = 0.0;       // A
};

}    // namespace lbs::deepsea
