// SPDX-License-Identifier: GPL-2.0-only
// Labels of atom types, which LAMMPS calls a label map.
#pragma once

#include "atom.h"
#include "label_map.h"

#include <string>

namespace lbs {

// The atom type with this label; -1 if there is none, or if the types have no labels.
inline int type_of_label(LAMMPS_NS::Atom *atom, const std::string &label)
{
  if (!atom->labelmapflag) return -1;
  int const type = atom->lmap->find(label, LAMMPS_NS::Atom::ATOM);
  return type > 0 ? type : -1;
}

}    // namespace lbs
