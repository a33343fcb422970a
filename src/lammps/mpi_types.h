// SPDX-License-Identifier: GPL-2.0-only
// Types of MPI for the types of C++.
#pragma once

#include <mpi.h>

namespace lbs {

// Of std::int64_t. The serial MPI that comes with LAMMPS has no name for it; there LAMMPS' own
// 64-bit type is long long.
inline MPI_Datatype mpi_int64()
{
#ifdef MPI_STUBS
  return MPI_LONG_LONG;
#else
  return MPI_INT64_T;
#endif
}

}    // namespace lbs
