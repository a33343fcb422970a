// SPDX-License-Identifier: GPL-2.0-only
// What the programs have in common.
#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
class Option;
}    // namespace CLI

namespace lbs {

// Runs a program: adds its subcommands to the command line, runs the one that is asked for, and
// reports what it throws. Gives the exit status.
int run_program(const std::string &name, const std::string &purpose,
                const std::function<void(CLI::App &)> &add_commands, int argc, char **argv);

// Where LAMMPS would find a potential file of this name: here, or else, without its folders, in one
// of those of LAMMPS_POTENTIALS. The name itself if it is nowhere.
std::string potential_file(const std::string &name);

// In a catch clause: writes what was thrown to stderr, after `who` and a colon.
void report_exception(const std::string &who);

// SIGTERM and SIGINT are only noted from now on, so that a command can end in order; a second one
// ends it at once.
void note_stop_signals();
bool stop_is_asked();
// At the end of a command: ends the program by the signal that was noted, if there is one, for what
// waits for it to know that it did not end by itself.
void end_as_asked();

// What a command that leaves checkpoints does with one of a run before.
struct CheckpointOptions {
  bool restart = false;
  bool force = false;
};
// Adds --restart, which is returned, and --force.
CLI::Option *add_checkpoint_options(CLI::App &command, CheckpointOptions &options);
// Throws InputError if the checkpoint NAME.ckpt is there and neither option says what to do with
// it, if --restart finds none, or if a new run would write over `result`, which is always written
// with a checkpoint beside it and so comes from elsewhere.
void check_checkpoint(const std::string &name, const std::string &result,
                      const CheckpointOptions &options);

}    // namespace lbs
