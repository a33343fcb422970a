// SPDX-License-Identifier: GPL-2.0-only
// Kernels that count the bonds of each owned atom, with the atoms in linked lists of cells.
#pragma once

#include "lammps/kokkos_adapter.h"
#include "network/graph/cell_grid.hpp"
#include "network/graph/coordination.hpp"

#include <cfloat>
#include <climits>

namespace lbs::network {

constexpr int NO_ATOM = INT_MAX;

// The box of some atoms (A), and the first of them with which something is wrong. Its "sum" is that
// of both sets of atoms.
struct AtomBox {
  double low[3] = {DBL_MAX, DBL_MAX, DBL_MAX};
  double high[3] = {-DBL_MAX, -DBL_MAX, -DBL_MAX};
  int trouble = NO_ATOM;

  LBS_INLINE void operator+=(const AtomBox &other)
  {
    for (int k = 0; k < 3; ++k) {
      if (other.low[k] < low[k]) low[k] = other.low[k];
      if (other.high[k] > high[k]) high[k] = other.high[k];
    }
    if (other.trouble < trouble) trouble = other.trouble;
  }
};

// What all kernels need. A view's arrays are pointers, which keeps launches fast.
template <class DeviceType> struct NetworkAtoms {
  using device_type = DeviceType;

  kokkos::PositionView<DeviceType> x;
  const int *type = nullptr;
  const int *mask = nullptr;
  const Role *role_of_type = nullptr;

  KOKKOS_INLINE_FUNCTION Role role(int i) const { return role_of_type[type[i]]; }
};

// Over owned atoms.
template <class DeviceType> struct FindBox : NetworkAtoms<DeviceType> {
  using value_type = AtomBox;
  int border_bit = 0;    // an atom of the network without it never becomes a ghost atom

  KOKKOS_INLINE_FUNCTION void operator()(const int i, AtomBox &all) const
  {
    if (this->role(i) == Role::OTHER) return;
    AtomBox mine;
    bool finite = true;
    for (int k = 0; k < 3; ++k) {
      double const at = this->x(i, k);
      finite = finite && at - at == 0.0;
      mine.low[k] = mine.high[k] = at;
    }
    if (!finite) mine = {};
    if (!finite || (this->mask[i] & border_bit) == 0) mine.trouble = i;
    all += mine;
  }
};

// Over all atoms: puts each at the head of the list of its cell.
template <class DeviceType> struct FillCells : NetworkAtoms<DeviceType> {
  CellGrid grid;
  int *first = nullptr;    // by cell, -1: none
  int *next = nullptr;     // by atom

  KOKKOS_INLINE_FUNCTION void operator()(const int i) const
  {
    if (this->role(i) == Role::OTHER) return;
    int const cell = grid.of(this->x(i, 0), this->x(i, 1), this->x(i, 2));
    if (cell >= 0) next[i] = Kokkos::atomic_exchange(first + cell, i);
  }
};

// Over owned atoms: bonds of those that are in the group, and how many have how many.
template <class DeviceType> struct CountBonds : NetworkAtoms<DeviceType> {
  static constexpr int ENTRIES = Census::MAX_BONDS + 1;    // for each role

  CellGrid grid;
  SquaredCutoffs squared;
  const int *first = nullptr;
  const int *next = nullptr;
  int group_bit = 0;
  double *coordination = nullptr;
  long long *count = nullptr;    // 4 x ENTRIES

  explicit CountBonds(const BondCutoffs &cutoffs) : squared(cutoffs) {}

  KOKKOS_INLINE_FUNCTION void operator()(const int i) const
  {
    coordination[i] = 0.0;
    Role const role = this->role(i);
    if ((this->mask[i] & group_bit) == 0 || role == Role::OTHER) return;
    double const at[3] = {this->x(i, 0), this->x(i, 1), this->x(i, 2)};
    int const cx = grid.along(0, at[0]);
    int const cy = grid.along(1, at[1]);
    int const cz = grid.along(2, at[2]);
    int bonds = 0;
    for (int z = cz - 1; z <= cz + 1; ++z)
      for (int y = cy - 1; y <= cy + 1; ++y)
        for (int x = cx - 1; x <= cx + 1; ++x) {
          if (x < 0 || y < 0 || z < 0 || x >= grid.cells[0] || y >= grid.cells[1] ||
              z >= grid.cells[2])
            continue;
          for (int j = first[grid.first_of_line(y, z) + x]; j >= 0; j = next[j]) {
            double const dx = at[0] - this->x(j, 0);
            double const dy = at[1] - this->x(j, 1);
            double const dz = at[2] - this->x(j, 2);
            double const limit =
                squared.table[static_cast<int>(role)][static_cast<int>(this->role(j))];
            if (dx * dx + dy * dy + dz * dz < limit && j != i) ++bonds;
          }
        }
    coordination[i] = bonds;
    int const entry = bonds < ENTRIES ? bonds : ENTRIES - 1;
    Kokkos::atomic_inc(count + static_cast<int>(role) * ENTRIES + entry);
  }
};

}    // namespace lbs::network
