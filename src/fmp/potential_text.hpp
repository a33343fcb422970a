// SPDX-License-Identifier: GPL-2.0-only
// Writes potential files.
#pragma once

#include "potential_file.hpp"

#include <string>
#include <vector>

namespace lbs::fmp {

// The key of a constant of a polynomial: its factors ("K^2*R"), "1" for the term without any.
std::string term_name(const Polynomial::Term &term);

// The statements of a file that parse_potential_file() reads back with the same numbers, behind a
// first line with the tags and `comments`, one a line.
std::string potential_text(const PotentialFile &file, const std::vector<std::string> &comments);

}    // namespace lbs::fmp
