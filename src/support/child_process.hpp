// SPDX-License-Identifier: GPL-2.0-only
// Work that may crash, done in a process of its own.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace lbs {

// The text that `make` returns, which runs in a copy of this process: whatever it does to memory or
// to libraries stays there. Nothing if the copy crashed, threw, or computed for over a minute. What
// it writes to the standard error output is dropped. Throws InputError if no process can be made.
// To be called while no other thread of the program holds a lock that `make` needs.
std::optional<std::string> made_by_child(const std::function<std::string()> &make);

}    // namespace lbs
