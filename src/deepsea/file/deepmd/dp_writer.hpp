// SPDX-License-Identifier: GPL-2.0-only
// Writes DeePMD-kit's backend-independent model files, .dp.
#pragma once

#include "exported_model.hpp"

#include <string>

namespace lbs::deepsea {

// The bytes of a .dp that DeePMD-kit 3 reads, and that convert_dp() makes the same model of.
// `software` names the program that writes it, `version` its version.
std::string dp_bytes(const ExportedModel &model, const std::string &software,
                     const std::string &version);

}    // namespace lbs::deepsea
