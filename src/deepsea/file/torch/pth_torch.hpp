// SPDX-License-Identifier: GPL-2.0-only
// DeePMD-kit's frozen PyTorch models, .pth.
#pragma once

#include "deepsea/file/deepmd/deepmd_model.hpp"

#include <string>

namespace lbs::deepsea {

// Of the bytes of a file, whose name is in `where`. DeePMD-kit need not be installed: its operators
// are declared, never run. Throws InputError that names what is wrong or not supported.
DeepmdModel read_pth(const std::string &archive, const std::string &where);

}    // namespace lbs::deepsea
