// SPDX-License-Identifier: GPL-2.0-only
// Atoms that neigh_modify keeps out of all pairs.
#pragma once

#include "group.h"
#include "neighbor.h"

namespace lbs {

// Index of LAMMPS' group 'all'.
constexpr int GROUP_ALL = 0;

// Bits of the masks of atoms that have no pair at all, by 'neigh_modify exclude group ID all',
// which also is how Monte Carlo fixes try what a deletion costs, or by 'neigh_modify include'.
struct ExclusionBits {
  int required = 0;    // one of these, unless it is zero
  int excluding = 0;

  [[nodiscard]] bool excludes(int mask) const
  {
    return (required != 0 && (mask & required) == 0) || (mask & excluding) != 0;
  }
};

inline ExclusionBits exclusion_bits(const LAMMPS_NS::Neighbor *neighbor,
                                    const LAMMPS_NS::Group *group)
{
  ExclusionBits bits;
  if (neighbor->includegroup != 0) bits.required = group->bitmask[neighbor->includegroup];
  for (int k = 0; k < neighbor->nex_group; ++k) {
    if (neighbor->ex2_group[k] == GROUP_ALL) bits.excluding |= neighbor->ex1_bit[k];
    if (neighbor->ex1_group[k] == GROUP_ALL) bits.excluding |= neighbor->ex2_bit[k];
  }
  return bits;
}

// Whether an atom with this mask has no pair at all.
inline bool is_excluded(const LAMMPS_NS::Neighbor *neighbor, const LAMMPS_NS::Group *group,
                        int mask)
{
  return exclusion_bits(neighbor, group).excludes(mask);
}

}    // namespace lbs
