// SPDX-License-Identifier: GPL-2.0-only
// What the programs have in common.
#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace lbs {

// Runs a program: adds its subcommands to the command line, runs the one that is asked for, and
// reports what it throws. Gives the exit status.
int run_program(const std::string &name, const std::string &purpose,
                const std::function<void(CLI::App &)> &add_commands, int argc, char **argv);

}    // namespace lbs
