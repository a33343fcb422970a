// SPDX-License-Identifier: GPL-2.0-only
// How pair styles report bad input of the plain layers.
#pragma once

#include "support/input_error.hpp"

#include "error.h"

#include <string>

namespace lbs {

// All ranks have met the same error. Messages that do not begin with a command's name get `style`.
[[noreturn]] inline void stop_pair(LAMMPS_NS::Error *error, const std::string &style,
                                   const InputError &e)
{
  std::string message = e.what();
  if (message.rfind("pair", 0) != 0) message = "pair " + style + ": " + message;
  error->all(FLERR, message);
}

}    // namespace lbs
