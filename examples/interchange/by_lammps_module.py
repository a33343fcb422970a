#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Energies and forces from Python by LAMMPS' own module, with any style of this package.

    by_lammps_module.py GLASS.data [MODEL.pt]

Minimizes the energy of a glass by a few steps down the forces, as an example of a loop in Python.
Without a model of pair_style deepsea it takes the Deng-Du/Teter potential. The module `lammps` has
to be that of the LAMMPS which the plugin was compiled for: PYTHONPATH=SOURCE/python.
"""
import os
import sys

import numpy as np
from lammps import lammps

TWO_BODY = ("pair_style fmp/lbs 8.0 coul dsf 0.25 8.0",
            "pair_coeff * * deng-du-teter.fmp Li B O Si charges set", "pair_modify shift yes")


def start(data, model=None):
    """LAMMPS with a glass and a potential; build/env.sh told it where the plugin is."""
    program = lammps(cmdargs=["-screen", "none", "-log", "none"])
    potential = TWO_BODY if model is None else (f"pair_style deepsea {model}",
                                                "pair_coeff * * Li B O Si")
    program.commands_list(["units metal", "atom_style charge", "atom_modify map array",
                           f"read_data {data}", *potential, "run 0 post no"])
    return program


def main():
    program = start(*sys.argv[1:])
    x = np.array(program.gather_atoms("x", 1, 3)).reshape(-1, 3)
    best, step = np.inf, 0.002    # A for an eV/A
    for k in range(30):
        program.scatter_atoms("x", 1, 3, np.ctypeslib.as_ctypes(x.ravel()))
        program.command("run 0 post no")
        energy = program.get_thermo("pe")
        forces = np.array(program.gather_atoms("f", 1, 3)).reshape(-1, 3)
        if k % 10 == 0:
            print(f"step {k:2d}: {energy:.4f} eV, largest force {np.abs(forces).max():.3f} eV/A")
        step = step * 1.1 if energy < best else step * 0.5
        best = energy
        x += step * forces
    print(f"end:     {energy:.4f} eV, largest force {np.abs(forces).max():.3f} eV/A")
    program.close()


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    if not os.path.isfile(sys.argv[1]):
        sys.exit(f"{sys.argv[1]}: there is no such file")
    main()
