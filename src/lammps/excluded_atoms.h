// SPDX-License-Identifier: GPL-2.0-only
// Atoms that neigh_modify keeps out of all pairs.
#pragma once

#include "group.h"
#include "neighbor.h"

namespace lbs {

// Index of LAMMPS' group 'all'.
constexpr int GROUP_ALL = 0;

// Whether an atom with this mask has no pair at all, by 'neigh_modify exclude group ID all', which
// also is how Monte Carlo fixes try what a deletion costs, or by 'neigh_modify include'.
inline bool is_excluded(const LAMMPS_NS::Neighbor *neighbor, const LAMMPS_NS::Group *group,
                        int mask)
{
  if (neighbor->includegroup != 0 && (mask & group->bitmask[neighbor->includegroup]) == 0)
    return true;
  for (int k = 0; k < neighbor->nex_group; ++k)
    if (((mask & neighbor->ex1_bit[k]) != 0 && neighbor->ex2_group[k] == GROUP_ALL) ||
        ((mask & neighbor->ex2_bit[k]) != 0 && neighbor->ex1_group[k] == GROUP_ALL))
      return true;
  return false;
}

}    // namespace lbs
