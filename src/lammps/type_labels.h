// SPDX-License-Identifier: GPL-2.0-only
// Labels of atom types, which LAMMPS calls a label map.
#pragma once

#include "lammps_adapter.h"

#include "atom.h"

#include <string>

namespace lbs {

// The atom type with this label; -1 if there is none, or if the types have no labels.
inline int type_of_label(LAMMPS_NS::Atom *atom, const std::string &label)
{
  if (!atom->labelmapflag) return -1;
  int const type = label_type(*atom->lmap, label);
  return type > 0 ? type : -1;
}

}    // namespace lbs
