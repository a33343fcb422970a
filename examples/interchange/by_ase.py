#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A potential of this package as a calculator of ASE (LAMMPSlib): a crystal relaxed with its cell.

    by_ase.py STRUCTURE [MODEL.pt]

STRUCTURE is what ASE reads, Li2O.cif for instance. Without a model of pair_style deepsea the
calculator is the Deng-Du/Teter potential. Needs ase and LAMMPS' Python module.
"""
import os
import sys

import ase.io
from ase.calculators.lammpslib import LAMMPSlib
from ase.optimize import BFGS

try:
    from ase.filters import FrechetCellFilter as CellFilter
except ImportError:    # before ASE 3.23
    from ase.constraints import ExpCellFilter as CellFilter

TYPES = {"Li": 1, "B": 2, "O": 3, "Si": 4}
HEADER = ["units metal", "atom_style charge", "atom_modify map array sort 0 0"]
TWO_BODY = ["pair_style fmp/lbs 8.0 coul dsf 0.25 8.0",
            "pair_coeff * * deng-du-teter.fmp Li B O Si charges set", "pair_modify shift yes"]


def calculator(model=None):
    """Calculator for structures of Li, B, O and Si; keep_alive: one LAMMPS for all steps."""
    commands = TWO_BODY if model is None else [f"pair_style deepsea {model}",
                                               "pair_coeff * * Li B O Si"]
    return LAMMPSlib(lmpcmds=commands, atom_types=TYPES, lammps_header=HEADER, keep_alive=True)


def main():
    atoms = ase.io.read(sys.argv[1])
    atoms.calc = calculator(*sys.argv[2:])
    before = atoms.get_potential_energy() / len(atoms)
    BFGS(CellFilter(atoms), logfile=None).run(fmax=0.01, steps=200)
    print(f"{atoms.get_chemical_formula()}: {before:.4f} eV/atom as read, "
          f"{atoms.get_potential_energy() / len(atoms):.4f} relaxed; cell "
          + " ".join(f"{v:.4f}" for v in atoms.cell.cellpar()))


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    if not os.path.isfile(sys.argv[1]):
        sys.exit(f"{sys.argv[1]}: there is no such file")
    main()
