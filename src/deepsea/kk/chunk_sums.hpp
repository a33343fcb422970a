// SPDX-License-Identifier: GPL-2.0-only
// Sums over the centers of a chunk, into the memory of the device: nobody waits for them.
#pragma once

#include "scatter_forces.hpp"

namespace lbs::deepsea::device {

struct ChunkSums {
  double energy = 0.0;
  double virial[9] = {};
  int bad_center = -1;    // the lowest atom whose energy or force is not finite or that overlaps
  int short_pairs = 0;    // closer than in training; the closest one relative to its bound follows
  int center = -1, neighbor = -1;    // atoms
  double distance = 0.0, bound = 0.0;
  int left_over = 0;    // centers that the form of the model does not serve
  int changed = 0;      // as of PackAtoms: not 0 if these sums are of no use

  KOKKOS_INLINE_FUNCTION ChunkSums &operator+=(const ChunkSums &other)
  {
    energy += other.energy;
    for (int k = 0; k < 9; ++k) virial[k] += other.virial[k];
    if (bad_center < 0 || (other.bad_center >= 0 && other.bad_center < bad_center))
      bad_center = other.bad_center;
    bool const closer =
        other.center >= 0 && (center < 0 || other.distance * bound < distance * other.bound);
    short_pairs += other.short_pairs;
    left_over += other.left_over;
    changed += other.changed;
    if (!closer) return *this;
    center = other.center;
    neighbor = other.neighbor;
    distance = other.distance;
    bound = other.bound;
    return *this;
  }
};

}    // namespace lbs::deepsea::device

template <> struct Kokkos::reduction_identity<lbs::deepsea::device::ChunkSums> {
  KOKKOS_FORCEINLINE_FUNCTION static lbs::deepsea::device::ChunkSums sum() { return {}; }
};

namespace lbs::deepsea::device {

// Adds up what `kernel` has for each of `count` items. `to` holds the sum when the device gets
// there.
template <class Space, class Kernel>
void sum_over(const char *label, int count, const Kernel &kernel, ChunkSums *to)
{
  using Sum = Kokkos::Sum<ChunkSums, Space>;
  Kokkos::parallel_reduce(label, Kokkos::RangePolicy<Space>(0, count), kernel,
                          Sum(typename Sum::result_view_type(to)));
}

template <class Space> struct SumCenters {
  CenterSlices<Space> centers;
  Slice<const CenterReport, Space> reports;
  Slice<const CenterSums, Space> sums;
  Slice<const int, Space> changed;    // [1]

  void launch(const Slice<ChunkSums, Space> &to, int chunk) const
  {
    sum_over<Space>("deepsea::SumCenters", centers.chunk.count, *this, &to.data()[chunk]);
  }

  KOKKOS_FUNCTION void operator()(int center, ChunkSums &value) const
  {
    CenterReport const &report = reports(center);
    ChunkSums here;
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
    value += here;
  }
};

}    // namespace lbs::deepsea::device
