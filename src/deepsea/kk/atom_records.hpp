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

// Types of the model of all atoms, from LAMMPS' types and masks; those with a mask that excludes
// them do not exist for the model. `Types` and `Masks` have one index.
template <class Types, class Masks, class Space> struct ModelTypes {
  Types type;
  Masks mask;
  Slice<const int, Space> map;    // of LAMMPS' types
  int required = 0;               // an atom's mask needs one of these bits, unless it is zero
  int excluding = 0;              // and none of these

  KOKKOS_INLINE_FUNCTION int operator()(int i) const
  {
    bool const excluded =
        (required != 0 && (mask(i) & required) == 0) || (mask(i) & excluding) != 0;
    return excluded ? -1 : map(type(i));
  }
};

template <class Types, class Space> struct KeepTypes {
  Types types;
  Slice<int, Space> kept;

  void launch(int count) const
  {
    launch_kernel("deepsea::KeepTypes", Kokkos::RangePolicy<Space>(0, count), *this);
  }
  KOKKOS_FUNCTION void operator()(int i) const { kept(i) = types(i); }
};

// The records at a step; forces begin at zero. `Places` has two indices, of the atom and of x, y,
// z. Rows are sorted by type, which may change while LAMMPS keeps its list, by the library for one,
// so that each step looks whether the types are those that the rows were made with.
template <class Places, class Types, class Space> struct PackAtoms {
  Places x;
  Types types;
  Slice<const int, Space> kept, home;
  Slice<AtomRecord, Space> atoms;
  Slice<double, Space> force;    // [3 * atom]
  Slice<int, Space> changed;     // [1]: becomes 1 if types are not the kept ones

  void launch(int count) const
  {
    launch_kernel("deepsea::PackAtoms", Kokkos::RangePolicy<Space>(0, count), *this);
  }

  KOKKOS_FUNCTION void operator()(int i) const
  {
    if (types(i) != kept(i)) Kokkos::atomic_store(&changed(0), 1);
    atoms(i) = {x(i, 0), x(i, 1), x(i, 2), kept(i), home(i)};
    for (int a = 0; a < 3; ++a) force(3 * static_cast<std::size_t>(i) + a) = 0.0;
  }
};

}    // namespace lbs::deepsea::device
