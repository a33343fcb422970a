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

// `names`: of each atom type, "NULL" for none; `where`: the command that has them. A warning if the
// label of a type is another of the names, or if its mass is that of another one, within two
// percent, and not that of its own, or that of any element, within half a percent; else nothing.
// Masses that are made up pass.
inline std::string doubt_about_names(LAMMPS_NS::Atom *atom, const std::vector<std::string> &names,
                                     const std::string &where)
{
  constexpr double ALIKE = 0.02;
  constexpr double SAME = 0.005;
  auto const fits = [](double mass, const std::string &name, double within) {
    double const of_element = atomic_mass(name);
    return of_element > 0.0 && std::fabs(mass - of_element) < within * of_element;
  };
  auto const doubt = [&](int type, const char *known, const std::string &other) {
    return fmt::format("{}: atom type {} is {}, but its {} is that of {}; are the elements in the "
                       "order of the atom types?",
                       where, type, names[type - 1], known, other);
  };
  for (int t = 1; t <= atom->ntypes; ++t) {
    const std::string &name = names[t - 1];
    if (name == "NULL") continue;
    bool const other_mass =
        atom->mass != nullptr && atom->mass_setflag[t] != 0 && !fits(atom->mass[t], name, ALIKE);
    for (const std::string &other : names) {
      if (other == name || other == "NULL") continue;
      if (type_of_label(atom, other) == t) return doubt(t, "label", other);
      if (other_mass && fits(atom->mass[t], other, ALIKE)) return doubt(t, "mass", other);
    }
    if (!other_mass || !is_element_symbol(name)) continue;
    auto const nearest = element_of_mass(atom->mass[t]);
    if (fits(atom->mass[t], nearest, SAME)) return doubt(t, "mass", nearest);
  }
  return {};
}

// Warns of that, unless `told` says that it has; on all ranks.
inline void warn_about_names(LAMMPS_NS::Atom *atom, LAMMPS_NS::Comm *comm, LAMMPS_NS::Error *error,
                             const std::vector<std::string> &names, const std::string &where,
                             std::string &told)
{
  auto const doubt = doubt_about_names(atom, names, where);
  if (comm->me == 0 && !doubt.empty() && doubt != told) error->warning(FLERR, doubt);
  told = doubt;
}

}    // namespace lbs
