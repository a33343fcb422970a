// SPDX-License-Identifier: GPL-2.0-only
// DeePMD-kit's backend-independent model files, .dp: HDF5 with a description in JSON.
#pragma once

#include "deepmd_model.hpp"

#include <string>

namespace lbs::deepsea {

// Throws InputError that names the file and what is wrong with it or not supported.
DeepmdModel read_dp_file(const std::string &path);

}    // namespace lbs::deepsea
