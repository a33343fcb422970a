// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "comm.h"

namespace lbs {

// What 'comm_modify group' and 'comm_modify mode multi' have set, which LAMMPS keeps to itself.
struct CommSettings : LAMMPS_NS::Comm {
  // Index of the group whose atoms may become ghosts; 0: all.
  static int border_group(Comm *comm) { return comm->*(&CommSettings::bordergroup); }
  static int reduce(Comm *comm) { return comm->*(&CommSettings::multi_reduce); }
};

}    // namespace lbs
