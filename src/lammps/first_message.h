// SPDX-License-Identifier: GPL-2.0-only
// Lets all ranks know what one of them has met, so that they stop together.
#pragma once

#include <mpi.h>

#include <string>

namespace lbs {

// The message of the first rank whose own is not empty; empty if there is none. Collective.
inline std::string first_message(const std::string &mine, MPI_Comm world)
{
  int me = 0, ranks = 1;
  MPI_Comm_rank(world, &me);
  MPI_Comm_size(world, &ranks);
  int candidate = mine.empty() ? ranks : me, first = ranks;
  MPI_Allreduce(&candidate, &first, 1, MPI_INT, MPI_MIN, world);
  if (first == ranks) return "";
  auto message = mine;
  int length = static_cast<int>(message.size());
  MPI_Bcast(&length, 1, MPI_INT, first, world);
  message.resize(length);
  MPI_Bcast(message.data(), length, MPI_CHAR, first, world);
  return message;
}

}    // namespace lbs
