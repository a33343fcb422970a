// SPDX-License-Identifier: GPL-2.0-only
// The closest of some known names, for messages about names that are not known.
#pragma once

#include <string>
#include <vector>

namespace lbs {

// Insertions, deletions and changes of a letter that turn one text into the other: V. I.
// Levenshtein, Soviet Physics Doklady 10, 707 (1966).
int edit_distance(const std::string &a, const std::string &b);

// The known name that is closest to `name`; empty if there are none.
std::string closest_name(const std::string &name, const std::vector<std::string> &known);

}    // namespace lbs
