// SPDX-License-Identifier: GPL-2.0-only
#include "input.hpp"

#include "free_parameters.hpp"

#include "support/files.hpp"
#include "support/json_section.hpp"
#include "support/text.hpp"

#include <filesystem>

namespace lbs::fmp::fit {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// A name, or several in brackets.
std::vector<std::string> names_of(JsonSection &section, const std::string &key)
{
  if (!section.has(key)) section.fail(key, "is missing");
  if (section.raw(key).is_string()) return {section.need<std::string>(key)};
  auto names = section.need<std::vector<std::string>>(key);
  if (names.empty()) section.fail(key, "names no folder");
  return names;
}

N4Choice read_n4(JsonSection &section)
{
  if (!section.has("n4")) return {};
  if (section.raw("n4").is_string()) {
    if (section.need<std::string>("n4") != "dbx")
      section.fail("n4", "must be a number or dbx, as in pair_coeff");
    return {N4Choice::DELL_BRAY_XIAO, 0.0};
  }
  return {N4Choice::GIVEN, section.need<double>("n4")};
}

void read_use(JsonSection &section, SetInput &set)
{
  if (!section.has("use")) return;
  set.energy = set.force = set.stress = false;
  for (auto const &word : section.need<std::vector<std::string>>("use")) {
    if (word == "energy") set.energy = true;
    else if (word == "force") set.force = true;
    else if (word == "stress") set.stress = true;
    else section.fail("use", "may hold energy, force and stress, not " + word);
  }
}

SetInput read_set(JsonSection section, const std::string &path)
{
  SetInput set;
  for (auto const &name : names_of(section, "systems")) set.systems.push_back(beside(path, name));
  set.n4 = read_n4(section);
  if (section.has("weight")) {
    bool const one = section.raw("weight").is_number();
    set.weights = one ? std::vector<double>{section.need<double>("weight")}
                      : section.need<std::vector<double>>("weight");
    for (double const weight : set.weights)
      if (!(weight >= 0.0)) section.fail("weight", "must be 0 or more");
  }
  read_use(section, set);
  section.finish();
  return set;
}

Scales read_scales(JsonSection section)
{
  Scales scales;
  auto const positive = [&](const char *key, double &to) {
    to = section.get(key, to);
    if (!(to > 0.0)) section.fail(key, "must be more than 0");
  };
  positive("energy", scales.energy);
  positive("force", scales.force);
  positive("stress", scales.stress);
  section.finish();
  return scales;
}

EnergyReference read_reference(JsonSection &section)
{
  auto const word = section.get<std::string>("energy_reference", "composition");
  if (word == "composition") return EnergyReference::COMPOSITION;
  if (word == "element") return EnergyReference::ELEMENT;
  if (word == "none") return EnergyReference::NONE;
  section.fail("energy_reference", "must be composition, element or none, not " + word);
}

// The words of pair_style, with or without the style's name.
void read_style(JsonSection &section, FitInput &input)
{
  auto words = text::words(section.need<std::string>("pair_style"));
  if (!words.empty() && words[0] == "fmp/lbs") words.erase(words.begin());
  input.style = parse_style(words);
  check_coulomb(input.file, input.style);
  input.shift = section.get("shift", false);
}

void read_optimizer(JsonSection section, FitInput &input)
{
  input.steps = section.number("steps", input.steps, 1);
  input.tolerance = section.number("tolerance", input.tolerance, 0.0);
  section.finish();
}

// Replaces models of the file by forms that the input gives, as in a line of the file.
std::string with_forms(std::string content, JsonSection section)
{
  for (auto const &name : section.keys()) {
    std::string lines;
    bool found = false;
    std::size_t at = 0;
    while (at < content.size()) {
      auto const end = std::min(content.find('\n', at), content.size() - 1);
      auto const line = content.substr(at, end + 1 - at);
      auto const words = text::words(line);
      bool const here = words.size() > 1 && words[0] == "model" && words[1] == name;
      lines += here ? "model " + name + " " + section.need<std::string>(name) + "\n" : line;
      found = found || here;
      at = end + 1;
    }
    if (!found) section.fail(name, "is no model of the potential file");
    content = lines;
  }
  return content;
}

}    // namespace

std::string beside(const std::string &path, const std::string &name)
{
  auto const folder = fs::path(path).parent_path();
  return fs::path(name).is_absolute() || folder.empty() ? name : (folder / name).string();
}

FitInput read_fit_input(const std::string &path)
{
  Json const values = parse_json(read_bytes(path), path);
  JsonSection section(values, path);
  FitInput input;
  input.name = beside(path, section.get<std::string>("name", input.name));
  input.source = section.need<std::string>("potential");
  input.source_path = beside(path, input.source);
  auto content = read_bytes(input.source_path);
  if (section.has("forms")) content = with_forms(content, section.section("forms"));
  input.source_text = content;
  input.file = parse_potential_file(content, input.source_path);
  input.title = section.get("title", input.file.name + ", refitted");
  read_style(section, input);
  if (!section.has("data") || !section.raw("data").is_array() || section.raw("data").empty())
    section.fail("data", "must be a list of sets in brackets [ ]");
  auto const &sets = section.raw("data");
  for (std::size_t k = 0; k < sets.size(); ++k)
    input.sets.push_back(read_set({sets[k], path, "data[" + std::to_string(k + 1) + "]"}, path));
  if (section.has("errors")) input.scales = read_scales(section.section("errors"));
  input.reference = read_reference(section);
  if (section.has("free")) input.free = read_free_parameters(section.section("free"), input.file);
  if (section.has("optimizer")) read_optimizer(section.section("optimizer"), input);
  input.cross_validation = section.get("cross_validation", false);
  section.finish();
  if (input.free.empty()) section.fail("free", "names nothing, so there is nothing to fit");
  // Without what may change when a fit goes on.
  Json deciding = without_comments(values);
  for (const char *key : {"optimizer", "cross_validation", "title"}) deciding.erase(key);
  input.text = deciding.dump();
  return input;
}

}    // namespace lbs::fmp::fit
