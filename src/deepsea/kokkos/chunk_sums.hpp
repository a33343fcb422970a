// SPDX-License-Identifier: GPL-2.0-only
// Sums over the centers of a chunk, into the memory of the device: nobody waits for them.
#pragma once

#include "scatter_forces.hpp"

namespace lbs::deepsea::device {

struct ChunkSums {
  double energy;
  double virial[9];
  int bad_center;     // the lowest atom whose energy or force is not finite or that overlaps; -1
  int short_pairs;    // closer than in training; the closest one relative to its bound follows
  int center, neighbor;    // atoms
  double distance, bound;
};

KOKKOS_INLINE_FUNCTION ChunkSums no_sums()
{
  return {0.0, {}, -1, 0, -1, -1, 0.0, 0.0};
}

KOKKOS_INLINE_FUNCTION void add(ChunkSums &to, const ChunkSums &from)
{
  to.energy += from.energy;
  for (int k = 0; k < 9; ++k) to.virial[k] += from.virial[k];
  if (to.bad_center < 0 || (from.bad_center >= 0 && from.bad_center < to.bad_center))
    to.bad_center = from.bad_center;
  bool const closer =
      from.center >= 0 && (to.center < 0 || from.distance * to.bound < to.distance * from.bound);
  to.short_pairs += from.short_pairs;
  if (!closer) return;
  to.center = from.center;
  to.neighbor = from.neighbor;
  to.distance = from.distance;
  to.bound = from.bound;
}

template <class Space> struct SumCenters {
  using value_type = ChunkSums;

  CenterSlices<Space> centers;
  Slice<const CenterReport, Space> reports;
  Slice<const CenterSums, Space> sums;

  // `to` holds the sums of the chunk when the device gets there.
  void launch(const Slice<ChunkSums, Space> &to, int chunk) const
  {
    Kokkos::parallel_reduce(
        "deepsea::SumCenters", Kokkos::RangePolicy<Space>(0, centers.chunk.count), *this,
        Kokkos::View<ChunkSums, Space, Kokkos::MemoryTraits<Kokkos::Unmanaged>>(to.data() + chunk));
  }

  KOKKOS_FUNCTION void init(ChunkSums &value) const { value = no_sums(); }
  KOKKOS_FUNCTION void join(ChunkSums &to, const ChunkSums &from) const { add(to, from); }
  KOKKOS_FUNCTION void operator()(int center, ChunkSums &value) const
  {
    CenterReport const &report = reports(center);
    if (!report.served) return;
    CenterSums const &own = sums(center);
    int const atom = centers.atom(center);
    ChunkSums here = {own.energy,      {},          -1, report.short_pairs, -1, report.neighbor,
                      report.distance, report.bound};
    for (int k = 0; k < 9; ++k) here.virial[k] = own.virial[k];
    if (report.overlap || !own.finite) here.bad_center = atom;
    if (report.neighbor >= 0) here.center = atom;
    add(value, here);
  }
};

}    // namespace lbs::deepsea::device
