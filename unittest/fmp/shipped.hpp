// SPDX-License-Identifier: GPL-2.0-only
// The potential files that the package ships.
#pragma once

#include "fmp/potential_file.hpp"

#include <fstream>
#include <sstream>
#include <string>

namespace lbs::test {

// Reads a file of potentials/ by its name.
inline fmp::PotentialFile shipped(const std::string &name)
{
  std::ifstream in(std::string(LBS_POTENTIALS_DIR) + "/" + name);
  std::stringstream content;
  content << in.rdbuf();
  return fmp::parse_potential_file(content.str(), name);
}

}    // namespace lbs::test
