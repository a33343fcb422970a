// SPDX-License-Identifier: GPL-2.0-only
// A neighbor list as LAMMPS keeps it, for code that does not know LAMMPS.
#pragma once

namespace lbs {

// Every pair stands in the rows of both its atoms; entries are masked to get atom indices.
struct FullNeighborList {
  int inum = 0;                              // rows
  const int *ilist = nullptr;                // [inum]: the atom of each row
  const int *numneigh = nullptr;             // by atom
  const int *const *firstneigh = nullptr;    // by atom
  int index_mask = 0;
};

}    // namespace lbs
