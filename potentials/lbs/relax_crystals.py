#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Crystals relaxed by potentials: lattice constants and volumes beside those of experiment.

    relax_crystals.py NAME="STYLE | COEFFS"... [--settings settings.json] [--teacher] [--lmp lmp]

The crystals are those of the set to distill in settings.json, where their lattice constants are
those of experiment. STYLE and COEFFS are the words of pair_style and pair_coeff * *. `--teacher`
adds the first calculator of "teacher" (ASE). Below them stand the energies of "reactions" of the
settings, which count formula units of the last oxide. Needs numpy and ASE.
"""
import argparse
import os
import sys
import tempfile

import numpy as np
from ase import Atoms
from ase.spacegroup import crystal

import label_ase
import lammps_run
import make_frames
import npy_sets

HERE = os.path.dirname(os.path.abspath(__file__))
STEPS = 200         # of a relaxation by a teacher
PRESSURE = 2000.0   # bar; energies that jump at a cutoff leave half of it


def structures(settings):
    """Crystals by their names: one cell each, lower triangular."""
    made = {}
    for c in settings["sets"]["distill"]["crystals"]:
        atoms = crystal([s[0] for s in c["sites"]], [s[1:] for s in c["sites"]],
                        spacegroup=c["space_group"], cellpar=c["cell"])
        cell = make_frames.strained(np.asarray(atoms.cell), 0.0, np.random.default_rng(0))
        made[c["name"]] = Atoms(atoms.get_chemical_symbols(), pbc=True, cell=cell,
                                info={"name": c["name"]},
                                scaled_positions=atoms.get_scaled_positions())
    return made


def by_lammps(atoms, style, coeffs, settings, lmp):
    """Energy (eV) and cell (A, rows are its vectors) of the relaxed crystal."""
    with tempfile.TemporaryDirectory() as folder:
        make_frames.write_data(f"{folder}/data", atoms, settings["elements"])
        log = lammps_run.run("in.crystal", folder, lmp,
                             {"data": "data", "style": style, "coeffs": coeffs})
    found = [line.split()[1:] for line in log.splitlines() if line.startswith("relaxed -")]
    if not found:
        sys.exit(f"in.crystal has no relaxed crystal: {log[-500:]}")
    energy, x, y, z, xy, xz, yz, _, pressure = map(float, found[-1])
    if abs(pressure) > PRESSURE:
        sys.exit(f"{atoms.info['name']}: not at rest, a pressure of {pressure:.0f} bar is left")
    return energy, np.array([[x, 0, 0], [xy, y, 0], [xz, yz, z]])


def by_teacher(atoms, settings):
    """The same by the first calculator of the settings."""
    from ase.optimize import BFGS
    try:
        from ase.filters import FrechetCellFilter
    except ImportError:    # before ASE 3.23
        from ase.constraints import ExpCellFilter as FrechetCellFilter
    atoms = atoms.copy()
    atoms.calc = label_ase.calculator(settings["teacher"][0])
    if not BFGS(FrechetCellFilter(atoms), logfile=None).run(fmax=0.005, steps=STEPS):
        sys.exit(f"{atoms.info['name']}: not at rest after {STEPS} steps")
    return atoms.get_potential_energy(), np.asarray(atoms.cell)


def formula_units(atoms, settings):
    """Number of formula units of each oxide in the crystal, in the order of the settings."""
    count = {e: atoms.get_chemical_symbols().count(e) for e in settings["elements"]}
    return [count[next(iter(o))] / next(iter(o.values())) for o in settings["oxides"].values()]


def lengths(cell):
    return np.linalg.norm(cell, axis=1)


def report(name, relaxed, measured, settings):
    """Lattice constants (A) with their deviations from experiment, and reactions' energies."""
    print(name)
    for key, (energy, cell) in relaxed.items():
        now, then = lengths(cell), lengths(np.asarray(measured[key].cell))
        words = [f"{a:8.3f} ({100 * (a / b - 1):+5.1f} %)" for a, b in zip(now, then)]
        volume = abs(np.linalg.det(cell)) / abs(np.linalg.det(np.asarray(measured[key].cell)))
        print(f"  {key:10s} {'  '.join(words)}  volume {100 * (volume - 1):+5.1f} %  "
              f"{energy / len(measured[key]):9.4f} eV an atom")
    for words, terms in settings.get("reactions", {}).items():
        if set(terms) <= set(relaxed):
            energy = sum(units * relaxed[key][0] / formula_units(measured[key], settings)[-1]
                         for key, units in terms.items())
            print(f"  {words}: {energy:+.3f} eV")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("potentials", nargs="*", metavar='NAME="STYLE | COEFFS"')
    parser.add_argument("--settings", default=f"{HERE}/settings.json")
    parser.add_argument("--teacher", action="store_true")
    parser.add_argument("--lmp", default="lmp")
    options = parser.parse_args()
    settings = npy_sets.read_settings(options.settings)
    measured = structures(settings)
    if options.teacher:
        relaxed = {key: by_teacher(atoms, settings) for key, atoms in measured.items()}
        report(settings["teacher"][0]["name"], relaxed, measured, settings)
    for text in options.potentials:
        name, _, words = text.partition("=")
        style, bar, coeffs = words.partition("|")
        if not bar:
            parser.error(f"{text}: has no | between the words of pair_style and pair_coeff")
        relaxed = {key: by_lammps(atoms, style.strip(), coeffs.strip(), settings, options.lmp)
                   for key, atoms in measured.items()}
        report(name, relaxed, measured, settings)


if __name__ == "__main__":
    main()
