// SPDX-License-Identifier: GPL-2.0-only
#include "host_check.hpp"

#include <sstream>

namespace lbs {

std::optional<std::string> host_mismatch(const HostTraits &built, const HostTraits &running)
{
  std::string what;
  auto const compare = [&what](const std::string &name, const std::string &mine,
                               const std::string &theirs) {
    if (what.empty() && mine != theirs) what = name + " " + mine + ", this LAMMPS has " + theirs;
  };
  auto const bits = [](int n) { return std::to_string(n) + " bits"; };
  compare("LAMMPS version", std::to_string(built.version), std::to_string(running.version));
  compare("MPI library", built.mpi, running.mpi);
  compare("atom IDs of", bits(built.tagint_bits), bits(running.tagint_bits));
  compare("image flags of", bits(built.imageint_bits), bits(running.imageint_bits));
  compare("step counters of", bits(built.bigint_bits), bits(running.bigint_bits));
  if (built.kokkos != NO_KOKKOS) {
    compare("LAMMPS with", built.kokkos, running.kokkos);
    auto const compare_known = [&](const std::string &name, const std::string &mine,
                                   const std::string &theirs) {
      if (!mine.empty() && !theirs.empty()) compare(name, mine, theirs);
    };
    compare_known("Kokkos version", built.kokkos_version, running.kokkos_version);
    compare_known("the backends of Kokkos", built.kokkos_backends, running.kokkos_backends);
    compare_known("a KOKKOS package in precision", built.kokkos_precision,
                  running.kokkos_precision);
  }
  if (what.empty()) return {};
  return "lbsplugin refused: it was built for " + what + "; build the plugin against this LAMMPS";
}

std::string mpi_family(const std::string &library_version)
{
  auto const begins = [&](const char *name) { return library_version.rfind(name, 0) == 0; };
  for (const char *name : {"Open MPI", "IBM Spectrum MPI", "Spectrum MPI", "FUJITSU MPI"})
    if (begins(name)) return OPEN_MPI_FAMILY;
  for (const char *name : {"MPICH", "Intel(R) MPI", "MVAPICH", "HPE HMPT"})
    if (begins(name)) return MPICH_FAMILY;
  // "MPI VERSION    : CRAY MPICH version ..."
  bool const cray = library_version.find("CRAY MPICH version") != std::string::npos;
  return cray ? MPICH_FAMILY : UNKNOWN_FAMILY;
}

std::string kokkos_version(const std::string &configuration)
{
  std::string const label = "Kokkos Version:";
  auto const at = configuration.find(label);
  if (at == std::string::npos) return {};
  std::istringstream rest(configuration.substr(at + label.size()));
  std::string version;
  rest >> version;
  return version;
}

}    // namespace lbs
