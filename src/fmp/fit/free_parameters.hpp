// SPDX-License-Identifier: GPL-2.0-only
// Section "free" of an input of `fmp fit`.
#pragma once

#include "slots.hpp"

#include "support/json_section.hpp"

#include <vector>

namespace lbs::fmp::fit {

// The parameters that the section names, with their starting values put into the file. Throws
// InputError as read_fit_input() does.
std::vector<FreeParameter> read_free_parameters(JsonSection section, PotentialFile &file);

}    // namespace lbs::fmp::fit
