// SPDX-License-Identifier: GPL-2.0-only
#include "plugin/host_check.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

using lbs::host_mismatch;
using lbs::HostTraits;

namespace {

const HostTraits BUILT{20250204,        32,      32, 64, "Open MPI", lbs::KOKKOS_SHARED, "4.7.0",
                       "openmp serial", "double"};

void expect_refusal(const HostTraits &running, const std::string &words)
{
  auto const message = host_mismatch(BUILT, running);
  ASSERT_TRUE(message.has_value());
  EXPECT_NE(message->find(words), std::string::npos) << *message;
  EXPECT_EQ(message->find('\n'), std::string::npos) << "one line only";
}

}    // namespace

TEST(HostCheck, AcceptsTheSameHost)
{
  EXPECT_FALSE(host_mismatch(BUILT, BUILT).has_value());
}

TEST(HostCheck, NamesEachDifference)
{
  auto other = BUILT;
  other.version = 20250722;
  expect_refusal(other, "LAMMPS version 20250204, this LAMMPS has 20250722");
  other = BUILT;
  other.mpi = "MPICH";
  expect_refusal(other, "MPI library Open MPI, this LAMMPS has MPICH");
  other = BUILT;
  other.tagint_bits = 64;
  expect_refusal(other, "atom IDs of 32 bits, this LAMMPS has 64 bits");
  other = BUILT;
  other.imageint_bits = 64;
  expect_refusal(other, "image flags of 32 bits");
  other = BUILT;
  other.kokkos = lbs::NO_KOKKOS;
  expect_refusal(other, "Kokkos in a library of its own, this LAMMPS has no KOKKOS package");
  other.kokkos = lbs::KOKKOS_INSIDE;
  expect_refusal(other, "library of its own, this LAMMPS has Kokkos inside liblammps");
}

TEST(HostCheck, NamesDifferencesOfKokkos)
{
  auto other = BUILT;
  other.kokkos_version = "5.1.0";
  expect_refusal(other, "Kokkos version 4.7.0, this LAMMPS has 5.1.0");
  other = BUILT;
  other.kokkos_backends = "cuda serial";
  expect_refusal(other, "the backends of Kokkos openmp serial, this LAMMPS has cuda serial");
  other = BUILT;
  other.kokkos_precision = "mixed";
  expect_refusal(other, "a KOKKOS package in precision double, this LAMMPS has mixed");
}

TEST(HostCheck, WhatKokkosDoesNotTellFits)
{
  auto other = BUILT;
  other.kokkos_version = other.kokkos_backends = other.kokkos_precision = "";
  EXPECT_FALSE(host_mismatch(BUILT, other).has_value());
}

TEST(HostCheck, VersionThatKokkosTells)
{
  EXPECT_EQ(lbs::kokkos_version("  Kokkos Version: 4.7.0\nCompiler:\n"), "4.7.0");
  EXPECT_EQ(lbs::kokkos_version("Compiler:\n"), "");
}

TEST(HostCheck, NoKokkosNeededWithoutItsStyles)
{
  auto built = BUILT;
  built.kokkos = lbs::NO_KOKKOS;
  EXPECT_FALSE(host_mismatch(built, BUILT).has_value());
}

// The first lines of what these libraries say of themselves. Of a library behind a wrapper with an
// interface of its own nothing is known.
TEST(HostCheck, MpiFamilies)
{
  const std::vector<std::pair<const char *, const char *>> cases = {
      {"Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022",
       "Open MPI"},
      {"Open MPI v3.1.0, package: IBM Spectrum MPI, ident: 10.03.01.00rtm0, repo rev: "
       "IBM_SPECTRUM_MPI_10.03.01.00_2019.04.02, Apr 02, 2019\n",
       "Open MPI"},
      {"IBM Spectrum MPI 10.4.0", "Open MPI"},
      {"FUJITSU MPI Library 4.0.0 (4.0.1fj4.0.0)", "Open MPI"},
      {"MPICH Version:\t4.0.2\nMPICH Release date:\tThu Apr  7 12:34:45 CDT 2022\n", "MPICH"},
      {"MPICH2 Version:\t1.5\n", "MPICH"},
      {"Intel(R) MPI Library 2021.9 for Linux* OS\n", "MPICH"},
      {"Intel(R) MPI Library 2019 Update 4 for Linux* OS\n", "MPICH"},
      {"MPI VERSION    : CRAY MPICH version 8.1.25.17 (ANL base 3.4a2)\nMPI BUILD INFO : Sun Feb "
       "26 16:42 2023 (git hash aecd99f)\n",
       "MPICH"},
      {"MVAPICH2 Version      :\t2.3.5\nMVAPICH2 Release date :\tMon November 30 22:00:00 EST "
       "2020\n",
       "MPICH"},
      {"MVAPICH Version:\t3.0\n", "MPICH"},
      {"HPE HMPT 2.23  08/26/20 02:59:48-root", "MPICH"},
      {"HPE MPT 2.23  08/26/20 02:54:49-root", "unknown"},
      {"mpi_abi_wrapper 1.2.0 (MPI 5.0 standard ABI)\nwrapping:\nOpen MPI v5.0.10", "unknown"},
      {"Fancy 3.1", "unknown"},
      {"", "unknown"},
  };
  for (const auto &[text, family] : cases) EXPECT_EQ(lbs::mpi_family(text), family) << text;
}
