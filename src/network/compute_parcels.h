// SPDX-License-Identifier: GPL-2.0-only
// Parcels between the ranks of a LAMMPS instance.
#pragma once

#include "network/rings/ring_domain.hpp"

#include <mpi.h>

namespace LAMMPS_NS {

// What each rank sends to each; `sent` has an entry for every rank. Bits of `flags` that any rank
// has set are set on all afterwards. Collective.
lbs::network::Parcels exchange_parcels(const lbs::network::Parcels &sent, MPI_Comm world,
                                       int &flags);
lbs::network::Parcels exchange_parcels(const lbs::network::Parcels &sent, MPI_Comm world);

}    // namespace LAMMPS_NS
