// SPDX-License-Identifier: GPL-2.0-only
// Whether a running LAMMPS is the one that the plugin was built for.
#pragma once

#include <optional>
#include <string>

namespace lbs {

// Places of Kokkos. It keeps its state in the library that holds it, so a second one never works.
inline constexpr const char *NO_KOKKOS = "no KOKKOS package";
inline constexpr const char *KOKKOS_INSIDE = "Kokkos inside liblammps";
inline constexpr const char *KOKKOS_SHARED = "Kokkos in a library of its own";

// Backends by LAMMPS' names, in the order in which CMake lists them for us.
inline constexpr const char *KOKKOS_BACKENDS[] = {"cuda",   "hip",    "sycl",
                                                  "openmp", "serial", "pthreads"};

// Families of MPI libraries, each with one binary interface: that of Open MPI, of MPICH, and of the
// stubs of a serial LAMMPS. All others are taken for one family, for nothing tells them apart when
// the plugin is compiled.
inline constexpr const char *OPEN_MPI_FAMILY = "Open MPI";
inline constexpr const char *MPICH_FAMILY = "MPICH";
inline constexpr const char *STUBS_FAMILY = "stubs";
inline constexpr const char *UNKNOWN_FAMILY = "unknown";

// What decides whether two binaries can share LAMMPS' classes.
struct HostTraits {
  int version = 0;    // 20250204 for 4 Feb 2025
  int tagint_bits = 0;
  int imageint_bits = 0;
  int bigint_bits = 0;
  std::string mpi;       // one of the families above
  std::string kokkos;    // where it is, one of the places above
  // What follows is empty if it is not known.
  std::string kokkos_version;      // as in "4.7.0"
  std::string kokkos_backends;     // as in "openmp serial", in the order of KOKKOS_BACKENDS
  std::string kokkos_precision;    // "double", "single" or "mixed"
};

// One line that names the first difference and the remedy; nothing if the two fit. Kokkos counts
// only if the plugin was built with it, and what either side does not know of itself fits.
std::optional<std::string> host_mismatch(const HostTraits &built, const HostTraits &running);

// Family of an MPI library, by what its MPI_Get_library_version() says. Products of vendors count
// as the library whose interface they keep: Spectrum and Fujitsu MPI as Open MPI; Intel MPI, Cray
// MPICH, MVAPICH and HPE HMPT as MPICH. HPE MPT has an interface of its own.
std::string mpi_family(const std::string &library_version);

// The version in what Kokkos::print_configuration() writes; empty if Kokkos has not been started.
std::string kokkos_version(const std::string &configuration);

}    // namespace lbs
