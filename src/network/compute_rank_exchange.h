// SPDX-License-Identifier: GPL-2.0-only
// Buffers and counts between the ranks of a LAMMPS instance.
#pragma once

#include "network/rings/ring_domain.hpp"

#include <mpi.h>

#include <cstdint>
#include <string>
#include <vector>

namespace LAMMPS_NS {

// What each rank receives from each; `send` has a buffer for every rank. Bits of `flags` that any
// rank has set are set on all afterwards. Collective.
lbs::network::RankBuffers exchange_buffers(const lbs::network::RankBuffers &send, MPI_Comm world,
                                           int &flags);
lbs::network::RankBuffers exchange_buffers(const lbs::network::RankBuffers &send, MPI_Comm world);

// Sums of the counts of all ranks. Collective.
std::vector<std::int64_t> sum_over_ranks(const std::vector<std::int64_t> &counts, MPI_Comm world);

}    // namespace LAMMPS_NS
