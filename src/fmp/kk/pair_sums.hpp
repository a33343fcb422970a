// SPDX-License-Identifier: GPL-2.0-only
// Energies and virial that a loop over pairs adds up, on host and device.
#pragma once

#include "support/host_device.hpp"

namespace lbs::fmp {

struct PairSums {
  double e_short = 0.0;    // in the units of the run
  double e_coulomb = 0.0;
  double virial[6] = {};    // xx, yy, zz, xy, xz, yz

  LBS_INLINE void operator+=(const PairSums &other)
  {
    e_short += other.e_short;
    e_coulomb += other.e_coulomb;
    for (int k = 0; k < 6; ++k) virial[k] += other.virial[k];
  }
};

// What one pair adds, times `weight`: 1, or 1/2 where the other half belongs to another rank or
// row.
LBS_INLINE PairSums weighted_pair(double weight, double e_short, double e_coulomb,
                                  double force_over_r, double dx, double dy, double dz)
{
  double const w = weight * force_over_r;
  return {weight * e_short,
          weight * e_coulomb,
          {w * dx * dx, w * dy * dy, w * dz * dz, w * dx * dy, w * dx * dz, w * dy * dz}};
}

}    // namespace lbs::fmp
