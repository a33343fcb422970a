// SPDX-License-Identifier: GPL-2.0-only
#include "checkpoint.hpp"

#include "support/files.hpp"
#include "support/input_error.hpp"
#include "support/text.hpp"

#include <nlohmann/json.hpp>

namespace lbs::fmp::fit {

namespace {

using Json = nlohmann::json;

const std::string KIND = "fmp fit checkpoint 1";

}    // namespace

void write_checkpoint(const FitCheckpoint &checkpoint, const std::string &path)
{
  Json json;
  json["kind"] = KIND;
  json["input"] = checkpoint.input;
  json["source"] = checkpoint.source;
  json["data"] = checkpoint.data;
  json["scaled"] = checkpoint.state.scaled;    // JSON keeps every digit of them
  json["radius"] = checkpoint.state.radius;
  json["steps"] = checkpoint.state.steps;
  write_bytes(json.dump(1) + "\n", path);
}

FitState read_checkpoint(const FitCheckpoint &expected, const std::string &path)
{
  auto const other = [&](const std::string &what) {
    throw InputError(path + " belongs to " + what +
                     "; remove it or give --force to begin anew, or give name another value");
  };
  try {
    Json const json = Json::parse(read_bytes(path));
    if (json.at("kind") != KIND)
      throw InputError(path + " is from another version of this program; give --force to begin "
                              "anew");
    std::string const input = json.at("input");
    if (input != expected.input)
      other("another input (" + text::first_difference(input, expected.input) + ")");
    std::string const source = json.at("source");
    if (source != expected.source)
      other("another potential file (" + text::first_difference(source, expected.source) + ")");
    if (json.at("data") != expected.data) other("other frames");
    FitState state;
    state.scaled = json.at("scaled").get<std::vector<double>>();
    state.radius = json.at("radius").get<double>();
    state.steps = json.at("steps").get<int>();
    if (state.scaled.size() != expected.state.scaled.size())
      throw InputError(path + " is damaged: it has another number of parameters");
    return state;
  } catch (const Json::exception &) {
    throw InputError(path + " is damaged or no checkpoint of fmp fit; give --force to begin anew");
  }
}

}    // namespace lbs::fmp::fit
