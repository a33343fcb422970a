# SPDX-License-Identifier: GPL-2.0-only
"""Decks of deepsea with the models and the glass of the example deepsea-first-run."""
import numpy as np

from deck import ELEMENTS, ROOT, dump, thermo

FOLDER = ROOT / "examples" / "deepsea-first-run"
SMALL = [FOLDER / f"lbs-small-{k}.pt" for k in (1, 2, 3)]
ONE = f"pair_style deepsea {SMALL[0]}"
TWO = f"{ONE} {SMALL[1]}"
COEFF = f"pair_coeff * * {' '.join(ELEMENTS)}\n"
GLASS = f"units metal\natom_style atomic\nread_data {FOLDER}/glass.data\n"
MOVE = "velocity all create 300.0 4711 loop geom\nfix nve all nve\ntimestep 0.0005\n"
FORCES = "id type fx fy fz"
# Numbers that fix pair and compute pair have of the deviation; printed as c_d[1] and c_most.
DEVIATION = ("compute d all pair deepsea\nfix devi all pair 1 deepsea deviation 1\n"
             "compute most all reduce max f_devi\nthermo 1\n" + thermo("step pe c_d[*] c_most"))


def energy(after="", run="run 0\n"):
    """Lines that print energy and pressure, dump forces, and run."""
    return after + thermo("step atoms pe press") + dump(FORCES) + run


def forces(result):
    """Rows of the last dump."""
    atoms = result.atoms()
    return np.transpose([atoms[k] for k in ("fx", "fy", "fz")])


def rows(result, file="model_devi.out"):
    """Rows of a file of deviations."""
    return np.loadtxt(result.folder / file, ndmin=2)
