// SPDX-License-Identifier: GPL-2.0-only
#include "program.hpp"

#include "support/input_error.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <sstream>

namespace lbs {

namespace {

volatile std::sig_atomic_t stop_signal = 0;

void note_signal(int signal)
{
  stop_signal = signal;
  std::signal(signal, SIG_DFL);
}

}    // namespace

std::string potential_file(const std::string &name)
{
  namespace fs = std::filesystem;
  std::error_code none;
  const char *folders = std::getenv("LAMMPS_POTENTIALS");
  if (folders == nullptr || fs::exists(name, none)) return name;
  std::istringstream list(folders);
  for (std::string folder; std::getline(list, folder, ':');) {
    auto const path = fs::path(folder) / fs::path(name).filename();
    if (fs::exists(path, none)) return path.string();
  }
  return name;
}

void note_stop_signals()
{
  std::signal(SIGTERM, note_signal);
  std::signal(SIGINT, note_signal);
}

bool stop_is_asked()
{
  return stop_signal != 0;
}

void end_as_asked()
{
  std::fflush(stdout);
  if (stop_signal != 0) std::raise(stop_signal);
}

int run_program(const std::string &name, const std::string &purpose,
                const std::function<void(CLI::App &)> &add_commands, int argc, char **argv)
{
  CLI::App program(purpose);
  program.name(name);
  program.set_version_flag("--version", name + " " LBS_PACKAGE_VERSION);
  program.require_subcommand(1);
  program.failure_message([&name](const CLI::App *app, const CLI::Error &error) {
    auto const called = app->get_subcommands();
    auto const command = called.empty() ? name : name + " " + called.front()->get_name();
    return name + ": " + error.what() + "; see what '" + command + " --help' says\n";
  });
  try {
    add_commands(program);
    auto const is_named = [&](CLI::App *command) { return command->get_name() == argv[1]; };
    if (argc > 1 && argv[1][0] != '-' && program.get_subcommands(is_named).empty())
      throw InputError(std::string("there is no command '") + argv[1] + "'; see what '" + name +
                       " --help' says");
    program.parse(argc, argv);
    if (std::fflush(stdout) != 0) throw InputError("cannot write the output");
    return 0;
  } catch (const CLI::ParseError &e) {
    return program.exit(e) == 0 ? 0 : 1;    // prints help and version, too
  } catch (const std::exception &) {
    report_exception(name);
  }
  return 1;
}

void report_exception(const std::string &who)
{
  try {
    throw;
  } catch (const std::bad_alloc &) {
    std::fprintf(stderr, "%s: not enough memory\n", who.c_str());
  } catch (const std::exception &e) {
    std::fprintf(stderr, "%s: %s\n", who.c_str(), e.what());
  }
}

CLI::Option *add_checkpoint_options(CLI::App &command, CheckpointOptions &options)
{
  auto *restart = command.add_flag("--restart", options.restart,
                                   "go on from the checkpoint that a run with this input left");
  command
      .add_flag("--force", options.force, "begin anew, and write over what a run before has left")
      ->excludes(restart);
  return restart;
}

void check_checkpoint(const std::string &name, const std::string &result,
                      const CheckpointOptions &options)
{
  std::string const path = name + ".ckpt";
  bool const exists = std::filesystem::exists(path);
  if (exists && !options.restart && !options.force)
    throw InputError(path + " exists: go on from it with --restart, or begin anew with --force");
  if (options.restart && !exists)
    throw InputError(path + " is missing, so there is nothing to go on from");
  if (!exists && !options.force && std::filesystem::exists(result))
    throw InputError(result + " exists, and no checkpoint of this program beside it: rename it, or "
                              "let it be written over with --force");
}

}    // namespace lbs
