// SPDX-License-Identifier: GPL-2.0-only
#include "compute_parcels.h"

#include "lmptype.h"

#include <vector>

using lbs::network::Parcels;

Parcels LAMMPS_NS::exchange_parcels(const Parcels &sent, MPI_Comm world, int &flags)
{
  int const ranks = static_cast<int>(sent.size());
  if (ranks == 1) return sent;
  struct Notice {
    int count, flags;
  };
  std::vector<Notice> told(ranks), heard(ranks);
  for (int r = 0; r < ranks; ++r) told[r] = {static_cast<int>(sent[r].size()), flags};
  MPI_Alltoall(told.data(), 2, MPI_INT, heard.data(), 2, MPI_INT, world);

  constexpr int TAG = 0;
  Parcels received(ranks);
  std::vector<MPI_Request> requests;
  for (int r = 0; r < ranks; ++r) {
    flags |= heard[r].flags;
    if (heard[r].count == 0) continue;
    received[r].resize(heard[r].count);
    MPI_Irecv(received[r].data(), heard[r].count, MPI_LMP_BIGINT, r, TAG, world,
              &requests.emplace_back());
  }
  for (int r = 0; r < ranks; ++r)
    if (told[r].count > 0)
      MPI_Isend(sent[r].data(), told[r].count, MPI_LMP_BIGINT, r, TAG, world,
                &requests.emplace_back());
  std::vector<MPI_Status> statuses(requests.size());    // LAMMPS' serial MPI knows no other way
  MPI_Waitall(static_cast<int>(requests.size()), requests.data(), statuses.data());
  return received;
}

Parcels LAMMPS_NS::exchange_parcels(const Parcels &sent, MPI_Comm world)
{
  int no_flags = 0;
  return exchange_parcels(sent, world, no_flags);
}
