// SPDX-License-Identifier: GPL-2.0-only
#include "cell_grid.hpp"

#include <algorithm>
#include <cmath>

namespace lbs::network {

CellGrid lay_cells(const double (&low)[3], const double (&high)[3], double edge, int atoms)
{
  CellGrid grid;
  edge *= 1.0 + 1e-9;    // so that rounding cannot put neighbors too far
  double wanted[3];
  for (int k = 0; k < 3; ++k) {
    grid.low[k] = low[k] - edge;
    wanted[k] = std::min(1e9, std::floor((high[k] - low[k]) / edge + 2.0));
  }
  double const limit = std::min(4.0 * atoms + 64.0, 2e9);
  while (wanted[0] * wanted[1] * wanted[2] > limit) {
    double &most = *std::max_element(wanted, wanted + 3);
    most = std::max(1.0, std::floor(0.5 * most));
  }
  for (int k = 0; k < 3; ++k) {
    grid.cells[k] = static_cast<int>(wanted[k]);
    grid.per_length[k] = grid.cells[k] / (high[k] - low[k] + 2.0 * edge);
  }
  return grid;
}

}    // namespace lbs::network
