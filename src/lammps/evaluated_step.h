// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "lmptype.h"

namespace lbs {

// Lets the kinds of values of a compute share one evaluation. A step alone does not tell: a fix may
// ask before atoms are exchanged or sorted, and an output after it. LAMMPS clears `invoked_flag` of
// all computes before each such consumer, and sets it after the first kind of values.
class EvaluatedStep {
 public:
  // Whether the values have to be found anew, which is to be done then.
  bool is_due(LAMMPS_NS::bigint step, int invoked_flag)
  {
    bool const due = step_ != step || invoked_flag == 0;
    step_ = step;
    return due;
  }
  // Atoms may be moved between two runs at the same step.
  void forget() { step_ = -1; }

 private:
  LAMMPS_NS::bigint step_ = -1;
};

}    // namespace lbs
