// SPDX-License-Identifier: GPL-2.0-only
// Kernels of `fmp/lbs/kk` over atoms: how many each type has, and their charges.
#pragma once

#include "lammps/kokkos_adapter.h"
#include "support/host_device.hpp"

namespace lbs::fmp {

// Numbers of atoms of several types in turn.
struct TypeCounts {
  static constexpr int TYPES = 8;
  long long of[TYPES] = {};

  LBS_INLINE void operator+=(const TypeCounts &other)
  {
    for (int k = 0; k < TYPES; ++k) of[k] += other.of[k];
  }
};

template <class DeviceType> struct CountTypes {
  using device_type = DeviceType;
  using value_type = TypeCounts;

  const int *type = nullptr;
  int first = 1;    // the type that is counted in of[0]

  KOKKOS_INLINE_FUNCTION void operator()(const int i, TypeCounts &counts) const
  {
    for (int k = 0; k < TypeCounts::TYPES; ++k) counts.of[k] += type[i] == first + k ? 1 : 0;
  }
};

// Counts the atoms whose charge it has changed, in of[0]: Kokkos sums small values like an int by a
// way that goes wrong with some compilers for AMD's GPUs (kokkos issue 9511).
template <class DeviceType> struct SetCharges {
  using device_type = DeviceType;
  using value_type = TypeCounts;

  const int *type = nullptr;
  const double *charge = nullptr;    // of each type, NaN: left alone
  double *q = nullptr;

  KOKKOS_INLINE_FUNCTION void operator()(const int i, TypeCounts &changed) const
  {
    double const wanted = charge[type[i]];
    if (wanted != wanted || q[i] == wanted) return;
    q[i] = wanted;
    ++changed.of[0];
  }
};

}    // namespace lbs::fmp
