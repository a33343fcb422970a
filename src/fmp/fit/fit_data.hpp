// SPDX-License-Identifier: GPL-2.0-only
// All frames of a fit.
#pragma once

#include "fit_frame.hpp"
#include "input.hpp"

#include <string>
#include <vector>

namespace lbs::fmp::fit {

struct FitData {
  std::vector<Condition> conditions;
  std::vector<FitFrame> frames;    // without those of weight 0
  std::string digest;              // of all numbers
};

// GPa in an eV/A^3
constexpr double GPA = 160.2176634;

// Reads the sets of an input and prepares their frames. Throws InputError that names the system and
// the frame: labels that are missing or inconsistent, atoms that the potential does not know or
// that are no mixture of its oxides.
FitData read_fit_data(const FitInput &input, int threads);

}    // namespace lbs::fmp::fit
