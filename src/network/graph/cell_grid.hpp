// SPDX-License-Identifier: GPL-2.0-only
// Cells for a search of neighbors, on host and device.
#pragma once

#include "support/host_device.hpp"

namespace lbs::network {

// Cells along x, y, z over a box without tilt; x runs fastest.
struct CellGrid {
  double low[3] = {};           // corner of the first cell, A
  double per_length[3] = {};    // cells per A
  int cells[3] = {};

  LBS_INLINE int along(int k, double position) const
  {
    int const cell = static_cast<int>((position - low[k]) * per_length[k]);
    return cell < cells[k] ? cell : cells[k] - 1;
  }
  LBS_INLINE int size() const { return cells[0] * cells[1] * cells[2]; }
  LBS_INLINE int first_of_line(int y, int z) const { return (z * cells[1] + y) * cells[0]; }

  // The cell of a position; -1 if it is outside, or no number.
  LBS_INLINE int of(double x, double y, double z) const
  {
    double const position[3] = {x, y, z};
    for (int k = 0; k < 3; ++k) {
      double const place = (position[k] - low[k]) * per_length[k];
      if (!(place >= 0.0 && place <= cells[k])) return -1;
    }
    return first_of_line(along(1, y), along(2, z)) + along(0, x);
  }
};

// Cells at least `edge` (A, positive) wide that cover all within `edge` of the box from `low` to
// `high` (A); fewer and larger ones where they would be far more than `atoms`.
CellGrid lay_cells(const double (&low)[3], const double (&high)[3], double edge, int atoms);

}    // namespace lbs::network
