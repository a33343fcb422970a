// SPDX-License-Identifier: GPL-2.0-only
// How pair styles report bad input of the plain layers.
#pragma once

#include "support/input_error.hpp"

#include "error.h"
#include "force.h"

#include <string>

namespace lbs {

// All ranks have met the same error. Messages that do not begin with a command's name get `style`.
[[noreturn]] inline void stop_pair(LAMMPS_NS::Error *error, const std::string &style,
                                   const InputError &e)
{
  std::string message = e.what();
  if (message.rfind("pair", 0) != 0) message = "pair " + style + ": " + message;
  error->all(FLERR, message);
}

// Another sub-style of the hybrid style that `pair` is in, as pair_modify takes it: its name, and
// its number where several have that name. Empty if there is none.
inline std::string other_sub_style(LAMMPS_NS::Force *force, const LAMMPS_NS::Pair *pair)
{
  for (const auto &entry : *force->pair_map) {
    const auto &name = entry.first;
    const auto *only = force->pair_match(name, 1);
    if (only == force->pair) continue;    // the hybrid style itself, or no hybrid style
    if (only != nullptr && only != pair) return name;
    const auto *first = only == nullptr ? force->pair_match(name, 1, 1) : nullptr;
    if (first != nullptr) return name + (first == pair ? " 2" : " 1");
  }
  return {};
}

// Last part of a message about a keyword of pair_modify that `pair` cannot follow, such as "tail":
// what to write instead. A hybrid style hands the keyword on to all its sub-styles unless one of
// them is named.
inline std::string without_modify(LAMMPS_NS::Force *force, const LAMMPS_NS::Pair *pair,
                                  const std::string &keyword)
{
  auto const other = other_sub_style(force, pair);
  if (other.empty()) return "; use 'pair_modify " + keyword + " no'";
  return "; name the style that it is for: 'pair_modify pair " + other + ' ' + keyword + " yes'";
}

}    // namespace lbs
