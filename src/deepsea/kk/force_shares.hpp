// SPDX-License-Identifier: GPL-2.0-only
// From the forces of an evaluation to those of LAMMPS, and shares of images to other ranks.
#pragma once

#include "arrays.hpp"

namespace lbs::deepsea::device {

// `Forces` has two indices, of the atom and of x, y, z.
template <class Forces, class Space> struct AddForces {
  Slice<const double, Space> force;    // [3 * atom]
  Forces f;

  void launch(int count) const
  {
    launch_kernel("deepsea::AddForces", Kokkos::RangePolicy<Space>(0, count), *this);
  }
  KOKKOS_FUNCTION void operator()(int i) const
  {
    for (int a = 0; a < 3; ++a) f(i, a) += force(3 * static_cast<std::size_t>(i) + a);
  }
};

// An array with `columns` numbers for each atom, in messages where a row for all arrays of an atom
// has `width` numbers, and those of this one begin at `offset`.
template <class Space> struct ShareColumns {
  Slice<double, Space> numbers;
  int columns = 0, width = 0, offset = 0;
};

// Takes what images have gathered, which then is zero.
template <class Buffer, class Space> struct PackShares {
  ShareColumns<Space> of;
  int first = 0;    // atom
  Buffer buffer;

  void launch(int count) const
  {
    launch_kernel("deepsea::PackShares", Kokkos::RangePolicy<Space>(0, count), *this);
  }
  KOKKOS_FUNCTION void operator()(int n) const
  {
    for (int k = 0; k < of.columns; ++k) {
      double &number = of.numbers(static_cast<std::size_t>(of.columns) * (first + n) + k);
      buffer(static_cast<std::size_t>(of.width) * n + of.offset + k) = number;
      number = 0.0;
    }
  }
};

// `List` has the atoms that the images belong to.
template <class Buffer, class List, class Space> struct UnpackShares {
  ShareColumns<Space> of;
  List list;
  Buffer buffer;

  void launch(int count) const
  {
    launch_kernel("deepsea::UnpackShares", Kokkos::RangePolicy<Space>(0, count), *this);
  }
  KOKKOS_FUNCTION void operator()(int n) const
  {
    for (int k = 0; k < of.columns; ++k)
      of.numbers(static_cast<std::size_t>(of.columns) * list(n) + k) +=
          buffer(static_cast<std::size_t>(of.width) * n + of.offset + k);
  }
};

}    // namespace lbs::deepsea::device
