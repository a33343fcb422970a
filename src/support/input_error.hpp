// SPDX-License-Identifier: GPL-2.0-only
// The one exception of the plain C++ layers: bad input, with a text for the user.
#pragma once

#include <stdexcept>

namespace lbs {

// The message names the file, atom tags or keyword and the remedy. Classes that speak LAMMPS catch
// it and report it through error->all(); it never travels through LAMMPS itself.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}    // namespace lbs
