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
  int left_over;    // centers that the form of the model does not serve
  int changed;      // as of PackAtoms: not 0 if these sums are of no use
};

KOKKOS_INLINE_FUNCTION ChunkSums no_sums()
{
  return {0.0, {}, -1, 0, -1, -1, 0.0, 0.0, 0, 0};
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
  to.left_over += from.left_over;
  to.changed += from.changed;
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
  Slice<const int, Space> changed;    // [1]

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
    ChunkSums here = no_sums();
    if (report.served) {
      CenterSums const &own = sums(center);
      int const atom = centers.atom(center);
      here.energy = own.energy;
      for (int k = 0; k < 9; ++k) here.virial[k] = own.virial[k];
      if (report.overlap || !own.finite) here.bad_center = atom;
      here.short_pairs = report.short_pairs;
      if (report.neighbor >= 0) here.center = atom;
      here.neighbor = report.neighbor;
      here.distance = report.distance;
      here.bound = report.bound;
    } else {
      here.left_over = 1;
    }
    here.changed = changed(0);
    add(value, here);
  }
};

}    // namespace lbs::deepsea::device
