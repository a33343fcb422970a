// SPDX-License-Identifier: GPL-2.0-only
// The program `fmp`: makes potentials for LAMMPS' pair_style fmp/lbs.

#include "fmp_commands.hpp"
#include "program.hpp"

int main(int argc, char **argv)
{
  return lbs::run_program("fmp", "Potential files for LAMMPS' pair_style fmp/lbs",
                          lbs::fmp::add_fit, argc, argv);
}
