// SPDX-License-Identifier: GPL-2.0-only
// Models as bytes, to send them from the rank that reads the files to all others.
#pragma once

#include "deepsea/model/model.hpp"

#include <string>

namespace lbs::deepsea {

std::string to_message(const Model &model);

// The model again; the bytes must come from to_message() of the same program.
Model from_message(const std::string &message);

}    // namespace lbs::deepsea
