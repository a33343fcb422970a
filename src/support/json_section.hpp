// SPDX-License-Identifier: GPL-2.0-only
// Inputs of programs in JSON, read so that no key is without effect.
#pragma once

#include "input_error.hpp"
#include "keys.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace lbs {

// The text of a file, in which comments are allowed; throws InputError if it is no JSON, or has a
// key twice in one section: the parser would keep the last one.
inline nlohmann::json parse_json(const std::string &text, const std::string &path)
{
  using Event = nlohmann::json::parse_event_t;
  std::vector<std::set<std::string>> keys;    // of the sections that are open
  std::string twice;
  auto const watch = [&](int, Event event, const nlohmann::json &key) {
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event != Event::key) return true;
    auto const name = key.get<std::string>();
    bool const comment = name.rfind('_', 0) == 0;
    if (!keys.back().insert(name).second && !comment) twice = name;
    return true;
  };
  nlohmann::json values;
  try {
    values = nlohmann::json::parse(text, watch, true, true);    // with comments
  } catch (const nlohmann::json::exception &e) {
    throw InputError(path + " is no JSON: " + e.what());
  }
  if (!twice.empty())
    throw InputError(path + ": '" + twice + "' is there twice in one section; keep one of them");
  return values;
}

// Without the keys that begin with _, which are comments.
inline nlohmann::json without_comments(nlohmann::json values)
{
  for (auto item = values.begin(); item != values.end();) {
    if (!item.key().empty() && item.key()[0] == '_') {
      item = values.erase(item);
    } else {
      if (item->is_object()) *item = without_comments(*item);
      ++item;
    }
  }
  return values;
}

// What the sections of an input have been asked for.
struct InputLog {
  std::vector<std::string> keys;
  std::vector<std::string> ignored;    // that are there
};

// One section of an input, an object in braces. Each key is asked for once, and finish() refuses
// those that nobody asked for, so that the code that reads a key is also the list of known ones.
class JsonSection {
 public:
  using json = nlohmann::json;

  // `path`: of the section in the file, empty for all of it. Throws InputError if it is none.
  JsonSection(const json &values, std::string file, std::string path = "",
              std::shared_ptr<InputLog> log = std::make_shared<InputLog>())
      : file_(std::move(file)), path_(std::move(path)), log_(std::move(log))
  {
    if (!values.is_object())
      throw InputError(file_ + ": " + (path_.empty() ? "all of it" : path_) +
                       " must be a section in braces { }");
    for (auto const &[key, value] : values.items())
      if (key.empty() || key[0] != '_') values_[key] = value;    // comments begin with _
  }

  // Whether a key is there. Throws InputError if it is null: a value that went missing on its way
  // here must not become the default.
  [[nodiscard]] bool has(const std::string &key)
  {
    note(key);
    if (!values_.contains(key)) return false;
    if (values_[key].is_null()) fail(key, "is null; give it a value, or take it out");
    return true;
  }
  // The same for keys that DeePMD-kit lets be null, which says that they are not given.
  [[nodiscard]] bool has_value(const std::string &key)
  {
    note(key);
    return values_.contains(key) && !values_[key].is_null();
  }
  // Other names of a key.
  void alias(const std::string &key, std::initializer_list<const char *> others)
  {
    for (const std::string other : others) {
      note(other);
      if (!values_.contains(other)) continue;
      if (values_.contains(key)) fail(other, "says the same as " + key + "; take one of them out");
      values_[key] = values_[other];
      values_.erase(other);
    }
  }

  template <class Value> Value get(const std::string &key, const Value &otherwise)
  {
    return has(key) ? as<Value>(key) : otherwise;
  }
  template <class Value> Value get_if_value(const std::string &key, const Value &otherwise)
  {
    return has_value(key) ? as<Value>(key) : otherwise;
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
    if (!(value >= least)) fail(key, "must be " + json(least).dump() + " or more");
    return value;
  }
  // At least one whole number, each of at least 1.
  std::vector<int> counts(const std::string &key, const std::vector<int> &otherwise)
  {
    auto values = get(key, otherwise);
    if (values.empty()) fail(key, "must have at least one number");
    for (int const count : values)
      if (count < 1) fail(key, "must have numbers of 1 or more");
    return values;
  }
  [[nodiscard]] const json &raw(const std::string &key) const { return values_.at(key); }
  JsonSection section(const std::string &key)
  {
    if (!has(key)) fail(key, "is missing");
    return {values_.at(key), file_, path(key), log_};
  }

  // The section of a key with other values.
  [[nodiscard]] JsonSection with(const std::string &key, const json &values) const
  {
    return {values, file_, path(key), log_};
  }
  // All keys, for a section whose keys are names that the user gives.
  [[nodiscard]] std::vector<std::string> keys()
  {
    std::vector<std::string> names;
    for (auto const &[key, value] : values_.items()) names.push_back(key);
    known_.insert(known_.end(), names.begin(), names.end());
    return names;
  }
  [[nodiscard]] const InputLog &log() const { return *log_; }

  // A key of DeePMD-kit that may only have values without effect here.
  void only(const std::string &key, const std::vector<json> &allowed)
  {
    if (!has_value(key)) return;
    if (std::find(allowed.begin(), allowed.end(), values_.at(key)) != allowed.end()) return;
    fail(key, "is not supported with the value " + values_.at(key).dump() +
                  (allowed.empty() ? "; take it out" : "; only " + allowed.front().dump() + " is"));
  }
  void only(std::initializer_list<const char *> keys, const std::vector<json> &allowed)
  {
    for (const char *key : keys) only(key, allowed);
  }
  // Keys that change nothing here, such as what is printed.
  void ignore(std::initializer_list<const char *> keys)
  {
    for (const char *key : keys)
      if (has_value(key)) log_->ignored.push_back(path(key));
  }

  [[noreturn]] void fail(const std::string &key, const std::string &problem) const
  {
    throw InputError(file_ + ": " + path(key) + " " + problem);
  }

  void finish() const
  {
    for (auto const &[key, value] : values_.items()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      throw InputError(file_ + ": " + path(key) + " is not known; do you mean '" +
                       closest_name(key, known_) + "'?");
    }
  }

 private:
  json values_ = json::object();
  std::string file_, path_;
  std::shared_ptr<InputLog> log_;    // of the whole input
  std::vector<std::string> known_;

  [[nodiscard]] std::string path(const std::string &key) const
  {
    return path_.empty() ? key : path_ + "/" + key;
  }
  void note(const std::string &key)
  {
    known_.push_back(key);
    log_->keys.push_back(path(key));
  }

  template <class Value> Value as(const std::string &key) const
  {
    const json &value = values_.at(key);
    try {
      if constexpr (std::is_same_v<Value, std::vector<int>>) {
        std::vector<int> all;
        if (!value.is_array()) fail(key, "must be a list of whole numbers, not " + value.dump());
        for (auto const &element : value) all.push_back(whole<int>(key, element));
        return all;
      } else {
        if constexpr (std::is_same_v<Value, bool>) {
          if (!value.is_boolean()) fail(key, "must be true or false");
        } else if constexpr (std::is_integral_v<Value>) {
          return whole<Value>(key, value);
        } else if constexpr (std::is_floating_point_v<Value>) {
          if (!value.is_number()) fail(key, "must be a number, not " + value.dump());
        }
        return value.get<Value>();
      }
    } catch (const json::exception &) {
      fail(key, "has a value of the wrong kind: " + value.dump());
    }
  }

  template <class Integer> Integer whole(const std::string &key, const json &value) const
  {
    // 1e6 is a common way to write a number of steps.
    if (!value.is_number() || value.get<double>() != std::floor(value.get<double>()))
      fail(key, "must be a whole number, not " + value.dump());
    auto const number = value.get<double>();
    if (number < static_cast<double>(std::numeric_limits<Integer>::min()) ||
        number >= static_cast<double>(std::numeric_limits<Integer>::max()))
      fail(key, "is a number out of range: " + value.dump());
    return static_cast<Integer>(number);
  }
};

}    // namespace lbs
