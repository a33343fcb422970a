// SPDX-License-Identifier: GPL-2.0-only
// Everything that a fit needs to go on as if it had not stopped.
#pragma once

#include "minimizer.hpp"

#include <string>

namespace lbs::fmp::fit {

struct FitCheckpoint {
  std::string input;     // in its standard form
  std::string source;    // the potential file that the fit started from
  std::string data;      // digest of the frames
  FitState state;
};

// Whole or not at all; see write_bytes().
void write_checkpoint(const FitCheckpoint &checkpoint, const std::string &path);

// Throws InputError if the file is none, is damaged, or belongs to another fit than `expected`
// tells by its first three members.
FitState read_checkpoint(const FitCheckpoint &expected, const std::string &path);

}    // namespace lbs::fmp::fit
