// SPDX-License-Identifier: GPL-2.0-only
// Rows of a neighbor list of the KOKKOS package for code that knows LAMMPS' plain lists.
#pragma once

#include "kokkos_adapter.h"

#include <vector>

namespace lbs::kokkos {

// The list that a hybrid style makes of a larger one, without some types, keeps its number of rows
// on a rank that has lost its last atom (LAMMPS 4 Feb 2025 to 4 Jul 2026).
inline void forget_lost_rows(LAMMPS_NS::NeighList &list, int nlocal)
{
  if (nlocal == 0) list.inum = 0;
}

// Pointers to the rows of a list on the host, by atom. Where LAMMPS was built for a GPU, rows of
// its lists are not in one piece, and are copied.
class HostRows {
 public:
  // Takes a list that has been built anew.
  template <class DeviceType> void take(const LAMMPS_NS::NeighListKokkos<DeviceType> &list)
  {
    const auto &neighbors = list.d_neighbors;
    bool const whole = neighbors.stride(1) == 1;
    rows_.assign(list.d_numneigh.extent(0), nullptr);
    std::size_t entries = 0;
    for (int ii = 0; ii < list.inum && !whole; ++ii) entries += list.d_numneigh(list.d_ilist(ii));
    copied_.resize(entries);
    int *place = copied_.data();
    for (int ii = 0; ii < list.inum; ++ii) {
      int const i = list.d_ilist(ii);
      int const count = list.d_numneigh(i);
      if (count == 0) continue;
      rows_[i] = whole ? &neighbors(i, 0) : place;
      if (whole) continue;
      for (int jj = 0; jj < count; ++jj) *place++ = neighbors(i, jj);
    }
  }

  [[nodiscard]] int **data() { return rows_.data(); }

 private:
  std::vector<int *> rows_;
  std::vector<int> copied_;
};

}    // namespace lbs::kokkos
