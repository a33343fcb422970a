// SPDX-License-Identifier: GPL-2.0-only
// What differs between the versions of LAMMPS that this package supports, 4 Feb 2025 to 4 Jul 2026.
// Which form a version has is found out by the compiler, for releases between the two are not told
// apart by their dates.
#pragma once

#include "atom.h"
#include "label_map.h"

#include <string>

namespace lbs::adapter {

// LabelMap::find of 4 Feb 2025 is called find_type in 4 Jul 2026.
template <class Map>
auto find_type(const Map &map, const std::string &label, int /*preferred*/)
    -> decltype(map.find_type(label, LAMMPS_NS::Atom::ATOM))
{
  return map.find_type(label, LAMMPS_NS::Atom::ATOM);
}

template <class Map> int find_type(const Map &map, const std::string &label, long /*otherwise*/)
{
  return map.find(label, LAMMPS_NS::Atom::ATOM);
}

}    // namespace lbs::adapter

namespace lbs {

// The atom type with this label, from 1; -1 if no type has it.
inline int label_type(const LAMMPS_NS::LabelMap &map, const std::string &label)
{
  return adapter::find_type(map, label, 0);
}

}    // namespace lbs
