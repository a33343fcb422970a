// SPDX-License-Identifier: GPL-2.0-only
// The program `deepsea`: converts, describes and evaluates models of the Deep Potential.

#include "deepsea_commands.hpp"

#include "support/input_error.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <new>

int main(int argc, char **argv)
{
  CLI::App program("Models for LAMMPS' pair_style deepsea: convert them, look at them, run them");
  program.name("deepsea");
  program.set_version_flag("--version", "deepsea " LBS_PACKAGE_VERSION);
  program.require_subcommand(1);
  program.failure_message([](const CLI::App *, const CLI::Error &error) {
    return std::string("deepsea: ") + error.what() + "; see 'deepsea --help'\n";
  });
  try {
    lbs::deepsea::add_convert(program);
    lbs::deepsea::add_export(program);
    lbs::deepsea::add_info(program);
    lbs::deepsea::add_eval(program);
    lbs::deepsea::add_train(program);
    lbs::deepsea::add_test(program);
    program.parse(argc, argv);
    if (std::fflush(stdout) != 0) throw lbs::InputError("cannot write the output");
    return 0;
  } catch (const CLI::ParseError &e) {
    return program.exit(e) == 0 ? 0 : 1;    // prints help and version, too
  } catch (const std::bad_alloc &) {
    std::fprintf(stderr, "deepsea: not enough memory\n");
  } catch (const std::exception &e) {
    std::fprintf(stderr, "deepsea: %s\n", e.what());
  }
  return 1;
}
