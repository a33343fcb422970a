// SPDX-License-Identifier: GPL-2.0-only
// Makes fix pair copy the values of a pair style once more in a step.
#pragma once

#include "fix.h"
#include "fix_pair.h"
#include "modify.h"

#include <cstring>

namespace lbs {

// Fix pair copies after the first evaluation of a step and no later one, which in a minimization is
// a trial of the line search, and in a Monte Carlo step a trial move. It remembers the step in a
// private member; an explicit instantiation is where C++ lets others name one.
template <LAMMPS_NS::bigint LAMMPS_NS::FixPair::*member> struct NameOfLastTime {
  friend LAMMPS_NS::bigint LAMMPS_NS::FixPair::*last_time() { return member; }
};
LAMMPS_NS::bigint LAMMPS_NS::FixPair::*last_time();
template struct NameOfLastTime<&LAMMPS_NS::FixPair::lasttime>;

// To be called before or within the evaluation whose values count.
inline void repeat_fix_pair(LAMMPS_NS::Modify *modify)
{
  for (auto *fix : modify->get_fix_list())
    if (std::strcmp(fix->style, "pair") == 0)
      static_cast<LAMMPS_NS::FixPair *>(fix)->*last_time() = -1;
}

}    // namespace lbs
