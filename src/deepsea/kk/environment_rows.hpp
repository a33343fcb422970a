// SPDX-License-Identifier: GPL-2.0-only
// A center and one neighbor, as the kernels see them.
#pragma once

#include "atom_records.hpp"
#include "device_model.hpp"

#include "deepsea/model/environment.hpp"

namespace lbs::deepsea::device {

struct NeighborVector {
  double x, y, z;    // from the center, A
  double r2;
};

KOKKOS_INLINE_FUNCTION NeighborVector vector_between(const AtomRecord &center,
                                                     const AtomRecord &neighbor)
{
  double const x = neighbor.x - center.x;
  double const y = neighbor.y - center.y;
  double const z = neighbor.z - center.z;
  return {x, y, z, x * x + y * y + z * z};
}

// A distance that is no number counts as near, so that it is found out.
KOKKOS_INLINE_FUNCTION bool is_near(const NeighborVector &d, double cutoff2)
{
  return !(d.r2 >= cutoff2);
}

struct NeighborEnvironment {
  double r;
  RadialPart part;
  EnvironmentRow row;
  TablePlace place;
};

KOKKOS_INLINE_FUNCTION NeighborEnvironment environment_of(const NeighborVector &d,
                                                          const PairConstants &c)
{
  double const r = Kokkos::sqrt(d.r2);
  RadialPart const part = radial_part(r, c.from, c.inverse_width, c.protection);
  EnvironmentRow const row = normalized_row(part, c, d.x, d.y, d.z);
  return {r, part, row, table_place(row.s, c.table)};
}

// Whether the table of the pair serves; else the network itself does.
KOKKOS_INLINE_FUNCTION bool in_table(const TablePlace &place, const PairConstants &c)
{
  return c.table.intervals > 0 && place.t <= 1.0;
}

}    // namespace lbs::deepsea::device
