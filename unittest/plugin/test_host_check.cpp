// SPDX-License-Identifier: GPL-2.0-only
#include "plugin/host_check.hpp"

#include <gtest/gtest.h>

using lbs::host_mismatch;
using lbs::HostTraits;

namespace {

const HostTraits BUILT{20250204, 32, 32, 64, "Open MPI", lbs::KOKKOS_SHARED};

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

TEST(HostCheck, NoKokkosNeededWithoutItsStyles)
{
  auto built = BUILT;
  built.kokkos = lbs::NO_KOKKOS;
  EXPECT_FALSE(host_mismatch(built, BUILT).has_value());
}

TEST(HostCheck, MpiFamilies)
{
  EXPECT_EQ(lbs::mpi_family("Open MPI v4.1.4, package: Debian OpenMPI"), "Open MPI");
  EXPECT_EQ(lbs::mpi_family("MPICH Version:\t4.0.2\n"), "MPICH");
  EXPECT_EQ(lbs::mpi_family("Intel(R) MPI Library 2021.9"), "MPICH");
  EXPECT_EQ(lbs::mpi_family("Fancy 3.1"), "Fancy");
}
