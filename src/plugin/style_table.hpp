// SPDX-License-Identifier: GPL-2.0-only
// Entries of the tables of styles. LAMMPS keeps the pointers, so the strings have to last.
#pragma once

namespace LAMMPS_NS {
class Compute;
class LAMMPS;
class Pair;
}    // namespace LAMMPS_NS

namespace lbs {

struct PairStyle {
  const char *name;
  const char *info;
  LAMMPS_NS::Pair *(*create)(LAMMPS_NS::LAMMPS *);
};

struct ComputeStyle {
  const char *name;
  const char *info;
  LAMMPS_NS::Compute *(*create)(LAMMPS_NS::LAMMPS *, int, char **);
};

}    // namespace lbs
