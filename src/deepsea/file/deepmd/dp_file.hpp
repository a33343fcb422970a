// SPDX-License-Identifier: GPL-2.0-only
// DeePMD-kit's backend-independent model files, .dp: HDF5 with a description in JSON.
#pragma once

#include "deepmd_model.hpp"

#include <string>

namespace lbs::deepsea {

// What is in a file that is sound. Throws InputError that names the file and what is wrong with it
// or not supported.
DeepmdModel read_dp_file(const std::string &path);

// The model in a file, sound or damaged. It is read in a process of its own, for HDF5 crashes on
// some damaged files, which have no checksum that would tell before. Throws InputError as
// read_dp_file() and model_of() do.
Model convert_dp(const std::string &path);

}    // namespace lbs::deepsea
