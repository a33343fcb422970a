// SPDX-License-Identifier: GPL-2.0-only
// The program `deepsea`: converts, describes, evaluates and trains models of the Deep Potential.

#include "deepsea_commands.hpp"
#include "program.hpp"

int main(int argc, char **argv)
{
  auto const add_commands = [](CLI::App &program) {
    lbs::deepsea::add_convert(program);
    lbs::deepsea::add_export(program);
    lbs::deepsea::add_info(program);
    lbs::deepsea::add_eval(program);
    lbs::deepsea::add_train(program);
    lbs::deepsea::add_test(program);
  };
  return lbs::run_program("deepsea",
                          "Models for LAMMPS' pair_style deepsea: convert them, look at them, "
                          "run them",
                          add_commands, argc, argv);
}
