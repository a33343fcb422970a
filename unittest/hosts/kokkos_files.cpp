// SPDX-License-Identifier: GPL-2.0-only
// Compiles and links if the headers of Kokkos and of LAMMPS' KOKKOS package that CMake found fit
// the host: a sum over one of LAMMPS' own views, on its device.
#include "kokkos_type.h"

using namespace LAMMPS_NS;

bigint lbs_sum(const DAT::tdual_int_1d &numbers)
{
  auto const view = numbers.view<LMPDeviceType>();
  bigint sum = 0;
  Kokkos::parallel_reduce(
      "lbs_sum", Kokkos::RangePolicy<LMPDeviceType>(0, view.extent(0)),
      KOKKOS_LAMBDA(const int i, bigint &part) { part += view(i); }, sum);
  return sum;
}
