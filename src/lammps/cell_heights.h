// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "domain.h"

#include <array>
#include <cmath>

namespace lbs {

// Distances between opposite faces of the cell (A): one over the lengths of the rows of the inverse
// of its matrix.
inline std::array<double, 3> cell_heights(const LAMMPS_NS::Domain *domain)
{
  const double *h = domain->h_inv;
  if (domain->triclinic == 0) return {1.0 / h[0], 1.0 / h[1], 1.0 / h[2]};
  return {1.0 / std::hypot(h[0], h[5], h[4]), 1.0 / std::hypot(h[1], h[3]), 1.0 / h[2]};
}

}    // namespace lbs
