// SPDX-License-Identifier: GPL-2.0-only
// Whole files as bytes.
#pragma once

#include <string>

namespace lbs {

// The whole file; throws InputError if it cannot be read, is none, is empty or unreasonably large.
std::string read_bytes(const std::string &path);

// Writes a file whole or not at all: under another name first. Throws InputError if that fails; an
// older file of this name stays then.
void write_bytes(const std::string &bytes, const std::string &path);

}    // namespace lbs
