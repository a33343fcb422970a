// SPDX-License-Identifier: GPL-2.0-only
// The ranks that mpirun starts.
#pragma once

#include "support/ranks.hpp"

#include <functional>

namespace lbs {

// Runs `work` on all of them; only the first one's stdout is shown. What a rank throws ends them
// all, with the message of one of them. Throws InputError if this program was built without MPI.
void on_mpi_ranks(const std::function<void(Ranks &)> &work);

}    // namespace lbs
