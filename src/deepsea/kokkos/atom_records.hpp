// SPDX-License-Identifier: GPL-2.0-only
// What kernels read of an atom, side by side: a neighbor is two loads instead of five.
#pragma once

#include "arrays.hpp"

namespace lbs::deepsea::device {

struct alignas(16) AtomRecord {
  double x, y, z;    // A
  int type;          // of the model
  int home;          // the atom that gets its forces: the owner of an image if that is on this rank
};
static_assert(sizeof(AtomRecord) == 32);

// The records at a step; forces begin at zero. `Places` has two indices, of the atom and of x, y,
// z.
template <class Places, class Space> struct PackAtoms {
  Places x;
  Slice<const int, Space> type, home;
  Slice<AtomRecord, Space> atoms;
  Slice<double, Space> force;    // [3 * atom]

  void launch(int count) const
  {
    launch_kernel("deepsea::PackAtoms", Kokkos::RangePolicy<Space>(0, count), *this);
  }

  KOKKOS_FUNCTION void operator()(int i) const
  {
    atoms(i) = {x(i, 0), x(i, 1), x(i, 2), type(i), home(i)};
    for (int a = 0; a < 3; ++a) force(3 * static_cast<std::size_t>(i) + a) = 0.0;
  }
};

}    // namespace lbs::deepsea::device
