// SPDX-License-Identifier: GPL-2.0-only
// Models and numbers of DeePMD-kit, in unittest/reference/deepsea.
#pragma once

#include "frames/frames.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>
#include <vector>

namespace lbs::deepsea::testing {

inline std::string reference_file(const std::string &name)
{
  return std::string(LBS_REFERENCE_DIR) + "/" + name;
}

inline nlohmann::json reference_json(const std::string &name)
{
  std::ifstream stream(reference_file(name));
  return nlohmann::json::parse(stream);
}

// A frame of frames.json; without a cell it is not periodic.
inline Frame reference_frame(const nlohmann::json &json)
{
  Frame frame;
  frame.elements = json["elements"].get<std::vector<std::string>>();
  frame.x = json["positions"].get<std::vector<std::array<double, 3>>>();
  if (!json["cell"].is_null()) {
    frame.cell = json["cell"].get<std::array<std::array<double, 3>, 3>>();
    frame.periodic = {true, true, true};
  }
  return frame;
}

}    // namespace lbs::deepsea::testing
