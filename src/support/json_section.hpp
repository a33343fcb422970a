// SPDX-License-Identifier: GPL-2.0-only
// Inputs of programs in JSON, read so that no key is without effect.
#pragma once

#include "input_error.hpp"
#include "keys.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

namespace lbs {

// The text of a file, in which comments are allowed; throws InputError if it is no JSON.
inline nlohmann::json parse_json(const std::string &text, const std::string &path)
{
  try {
    return nlohmann::json::parse(text, nullptr, true, true);    // with comments
  } catch (const nlohmann::json::exception &e) {
    throw InputError(path + " is no JSON: " + e.what());
  }
}

// One section of an input, an object in braces. Each key is asked for once; finish() refuses those
// that nobody asked for, so that the code that reads a key is also the list of known ones.
class JsonSection {
 public:
  JsonSection(const nlohmann::json &values, std::string where) : where_(std::move(where))
  {
    if (!values.is_object()) throw InputError(where_ + " must be a section in braces { }");
    for (auto const &[key, value] : values.items())
      if (key.empty() || key[0] != '_') values_[key] = value;    // comments begin with _
  }

  [[nodiscard]] bool has(const std::string &key)
  {
    known_.push_back(key);
    return values_.contains(key) && !values_[key].is_null();
  }

  template <class Value> Value get(const std::string &key, const Value &otherwise)
  {
    return has(key) ? as<Value>(key) : otherwise;
  }
  template <class Value> Value need(const std::string &key)
  {
    if (!has(key)) fail(key, "is missing");
    return as<Value>(key);
  }
  // A number of at least `least`.
  template <class Number> Number number(const std::string &key, Number otherwise, Number least)
  {
    Number const value = get<Number>(key, otherwise);
    if (!(value >= least)) fail(key, "must be " + nlohmann::json(least).dump() + " or more");
    return value;
  }
  [[nodiscard]] const nlohmann::json &raw(const std::string &key) const { return values_.at(key); }
  JsonSection section(const std::string &key)
  {
    if (!has(key)) fail(key, "is missing");
    return {values_.at(key), path(key)};
  }

  // All keys, for a section whose keys are names that the user gives.
  [[nodiscard]] std::vector<std::string> keys()
  {
    std::vector<std::string> names;
    for (auto const &[key, value] : values_.items()) names.push_back(key);
    known_.insert(known_.end(), names.begin(), names.end());
    return names;
  }

  // A key of DeePMD-kit that may only have values without effect here.
  void only(const std::string &key, const std::vector<nlohmann::json> &allowed)
  {
    if (!has(key)) return;
    if (std::find(allowed.begin(), allowed.end(), values_.at(key)) != allowed.end()) return;
    fail(key, "is not supported with the value " + values_.at(key).dump() +
                  (allowed.empty() ? "; take it out" : "; only " + allowed.front().dump() + " is"));
  }
  // A key that changes nothing here, such as what is printed.
  void ignore(const std::string &key) { known_.push_back(key); }

  [[noreturn]] void fail(const std::string &key, const std::string &problem) const
  {
    throw InputError(path(key) + " " + problem);
  }

  void finish() const
  {
    for (auto const &[key, value] : values_.items()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      throw InputError(path(key) + " is not known; do you mean '" + closest_name(key, known_) +
                       "'?");
    }
  }

 private:
  nlohmann::json values_ = nlohmann::json::object();
  std::string where_;
  std::vector<std::string> known_;

  [[nodiscard]] std::string path(const std::string &key) const { return where_ + "/" + key; }

  template <class Value> Value as(const std::string &key) const
  {
    try {
      const nlohmann::json &value = values_.at(key);
      if constexpr (std::is_same_v<Value, bool>) {
        if (!value.is_boolean()) fail(key, "must be true or false");
      } else if constexpr (std::is_integral_v<Value>) {
        // 1e6 is a common way to write a number of steps.
        if (!value.is_number() || value.get<double>() != std::floor(value.get<double>()))
          fail(key, "must be a whole number, not " + value.dump());
        return static_cast<Value>(value.get<double>());
      } else if constexpr (std::is_floating_point_v<Value>) {
        if (!value.is_number()) fail(key, "must be a number, not " + value.dump());
      }
      return value.get<Value>();
    } catch (const nlohmann::json::exception &) {
      fail(key, "has a value of the wrong kind: " + values_.at(key).dump());
    }
  }
};

}    // namespace lbs
