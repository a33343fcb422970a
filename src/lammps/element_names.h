// SPDX-License-Identifier: GPL-2.0-only
// Names of elements in a command, against what else is known of the atom types.
#pragma once

#include "type_labels.h"

#include "support/elements.hpp"

#include "atom.h"
#include "comm.h"
#include "error.h"

#include <cmath>
#include <string>
#include <vector>

namespace lbs {

// The mass of atom type t is that of element `name`, within a share of it.
inline bool mass_fits(LAMMPS_NS::Atom *atom, int t, const std::string &name, double within)
{
  double const of_element = atomic_mass(name);
  return of_element > 0.0 && std::fabs(atom->mass[t] - of_element) < within * of_element;
}

constexpr double ALIKE_MASS = 0.02;

// The mass of atom type t is known, and not that of the element that it has in `names`.
inline bool has_other_mass(LAMMPS_NS::Atom *atom, int t, const std::vector<std::string> &names)
{
  return names[t - 1] != "NULL" && atom->mass != nullptr && atom->mass_setflag[t] != 0 &&
         !mass_fits(atom, t, names[t - 1], ALIKE_MASS);
}

// Which other of the names has the mass of atom type t; empty if that has its own, or one made up.
inline std::string name_of_mass(LAMMPS_NS::Atom *atom, int t, const std::vector<std::string> &names)
{
  if (has_other_mass(atom, t, names))
    for (const std::string &other : names)
      if (other != "NULL" && mass_fits(atom, t, other, ALIKE_MASS)) return other;
  return {};
}

// `names`: of each atom type, "NULL" for none; `where`: the command that has them. What is wrong if
// two types have the masses of two other names: nobody chooses such masses. Else nothing.
inline std::string swapped_names(LAMMPS_NS::Atom *atom, const std::vector<std::string> &names,
                                 const std::string &where)
{
  for (int t = 1; t <= atom->ntypes; ++t) {
    auto const other = name_of_mass(atom, t, names);
    if (other.empty()) continue;
    for (int u = t + 1; u <= atom->ntypes; ++u) {
      auto const another = name_of_mass(atom, u, names);
      if (another.empty() || another == other) continue;
      return fmt::format("{}: atom types {} and {} are {} and {}, but their masses are those of {} "
                         "and {}; name the elements in the order of the atom types",
                         where, t, u, names[t - 1], names[u - 1], other, another);
    }
  }
  return {};
}

// A doubt if the label of a type is another of the names, or if its mass is that of another one,
// or that of any element, within half a percent; else nothing. Masses that are made up pass.
inline std::string doubt_about_names(LAMMPS_NS::Atom *atom, const std::vector<std::string> &names,
                                     const std::string &where)
{
  constexpr double SAME = 0.005;
  auto const doubt = [&](int type, const char *known, const std::string &other) {
    return fmt::format("{}: atom type {} is {}, but its {} is that of {}; are the elements in the "
                       "order of the atom types?",
                       where, type, names[type - 1], known, other);
  };
  for (int t = 1; t <= atom->ntypes; ++t) {
    const std::string &name = names[t - 1];
    if (name == "NULL") continue;
    for (const std::string &other : names)
      if (other != name && other != "NULL" && type_of_label(atom, other) == t)
        return doubt(t, "label", other);
    auto const other = name_of_mass(atom, t, names);
    if (!other.empty()) return doubt(t, "mass", other);
    if (!has_other_mass(atom, t, names) || !is_element_symbol(name)) continue;
    auto const nearest = element_of_mass(atom->mass[t]);
    if (mass_fits(atom, t, nearest, SAME)) return doubt(t, "mass", nearest);
  }
  return {};
}

// Stops at swapped names, and warns of a doubt unless `told` says that it has; on all ranks.
inline void check_names(LAMMPS_NS::Atom *atom, LAMMPS_NS::Comm *comm, LAMMPS_NS::Error *error,
                        const std::vector<std::string> &names, const std::string &where,
                        std::string &told)
{
  auto const swapped = swapped_names(atom, names, where);
  if (!swapped.empty()) error->all(FLERR, swapped);
  auto const doubt = doubt_about_names(atom, names, where);
  if (comm->me == 0 && !doubt.empty() && doubt != told) error->warning(FLERR, doubt);
  told = doubt;
}

}    // namespace lbs
