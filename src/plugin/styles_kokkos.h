// SPDX-License-Identifier: GPL-2.0-only
// The /kk styles, which only a build for a LAMMPS with the KOKKOS package has.
#pragma once

#include "style_table.hpp"

#include <vector>

namespace lbs {

// Their creators stop if KOKKOS is not switched on.
std::vector<PairStyle> kokkos_pair_styles();
std::vector<ComputeStyle> kokkos_compute_styles();

}    // namespace lbs
