#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A structure of VASP (POSCAR), CIF, XYZ or whatever ASE reads, as a data file for LAMMPS.

    to_lammps.py STRUCTURE OUT.data [--types Li B O Si] [--repeat 2 2 2] [--frame -1]

Atom types 1, 2, ... are the elements of --types in this order, whichever of them the structure has;
give the same order in pair_coeff and to the computes. The file is of atom_style charge, in metal
units, with masses; its charges are 0: fmp/lbs sets them itself with `charges set`, and deepsea
needs none. Needs ase.
"""
import argparse
import io
import pathlib
import sys

import ase.io
import numpy as np
from ase.data import atomic_masses, atomic_numbers
from ase.neighborlist import neighbor_list

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "paper"))
import lammps_files    # noqa: E402

CLOSEST = 0.6    # A: no two atoms of a real structure are nearer


def load(path, frame):
    """The structure; ValueError with the file and the reason if it is none to run."""
    try:
        atoms = ase.io.read(path, index=frame)
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such file") from None
    except Exception as problem:    # readers of ASE raise whatever they like
        reason = str(problem) or type(problem).__name__
        raise ValueError(f"{path}: ASE cannot read it: {reason}") from None
    if isinstance(atoms, list):
        raise ValueError(f"--frame {frame}: name one frame, such as -1")
    occupancy = atoms.info.get("occupancy", {})
    if any(share < 1.0 for site in occupancy.values() for share in site.values()):
        raise ValueError(f"{path}: sites are occupied in part; choose which atoms are there")
    if abs(atoms.cell.volume) < 1e-6:
        raise ValueError(f"{path}: has no cell; write one into the file (in extended XYZ: "
                         "Lattice=\"...\")")
    return atoms


def check(path, atoms, types):
    """ValueError if an element has no type, a position is no number, or atoms lie upon each other.
    """
    unknown = sorted(set(atoms.get_chemical_symbols()) - set(types))
    if unknown:
        raise ValueError(f"{path}: has {' '.join(unknown)}, which --types {' '.join(types)} lacks")
    if not np.isfinite(atoms.positions).all():
        raise ValueError(f"{path}: a position is no number")
    first, second, distance = neighbor_list("ijd", atoms, CLOSEST)
    if len(distance):
        k = np.argmin(distance)
        raise ValueError(f"{path}: atoms {first[k] + 1} and {second[k] + 1} are {distance[k]:.3f} "
                         "A apart; is an atom there twice?")


def write(path, structure, atoms, types):
    """Data file of atom_style charge with masses, which older versions of ASE do not write."""
    text = io.StringIO()
    ase.io.write(text, atoms, format="lammps-data", specorder=types, atom_style="charge",
                 units="metal")
    before, word, rows = text.getvalue().partition("Atoms")
    masses = "".join(f"{k} {atomic_masses[atomic_numbers[e]]}\n" for k, e in enumerate(types, 1))
    with lammps_files.whole(path, structure) as out:
        out.write(f"{before}Masses\n\n{masses}\n{word}{rows}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("structure")
    parser.add_argument("out")
    parser.add_argument("--types", nargs="+", default=["Li", "B", "O", "Si"])
    parser.add_argument("--repeat", nargs=3, type=int, default=(1, 1, 1))
    parser.add_argument("--frame", default="-1", help="of several; from 0, -1: the last")
    options = parser.parse_args()
    if min(options.repeat) < 1:
        parser.error("--repeat takes numbers from 1 on")
    if len(set(options.types)) < len(options.types):
        parser.error("--types has an element twice")
    if unknown := [e for e in options.types if e not in atomic_numbers]:
        parser.error(f"--types: {' '.join(unknown)}: no symbol of an element")
    atoms = load(options.structure, options.frame)
    atoms.pbc = True
    check(options.structure, atoms, options.types)
    atoms = atoms.repeat(options.repeat)
    atoms.wrap()
    write(options.out, options.structure, atoms, options.types)
    print(f"{options.out}: {atoms.get_chemical_formula()}, {len(atoms)} atoms, types "
          + " ".join(f"{k} {e}" for k, e in enumerate(options.types, 1)))


if __name__ == "__main__":
    lammps_files.run(main)
