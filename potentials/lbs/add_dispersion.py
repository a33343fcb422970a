#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Add dispersion to labels that lack it: sets of to_hdf5.py with the energies, forces and virials
of an ASE calculator on top.

    add_dispersion.py SET.hdf5... --out DIR [--settings settings.json] [--processes N]

The calculator is "dispersion" of the settings, as those of "teacher" are given. Frames without an
energy or a virial stay without it; weights and temperatures stay as they are. Writes DIR/SET.hdf5,
with a checksum of the set and the calculator as "made_with"; what is there already is not made
again, and refused if it is of others. Needs h5py and the calculator's package.
"""
import argparse
import concurrent.futures
import json
import os
import shutil
import sys

import h5py
import numpy as np

import label_ase
import npy_sets
import provenance

HERE = os.path.dirname(os.path.abspath(__file__))


def add(group, calculator):
    """Adds what the calculator says of each frame to the arrays of a system; gives the largest
    force (eV/A) that it added."""
    added = {"energy": [], "force": [], "virial": []}
    for atoms, _ in npy_sets.packed_frames(group):
        energy, virial, forces, _ = label_ase.evaluate(atoms, [calculator])
        added["energy"].append(energy)
        added["force"].append(forces[0].ravel())
        added["virial"].append(virial.ravel())
    for key, rows in added.items():
        name = f"set.000/{key}.npy"
        if name in group:
            group[name][...] += np.array(rows)
    return max(np.abs(rows).max() for rows in added["force"])


def made_with(path, settings):
    """What a set with dispersion is made with, as text."""
    return json.dumps({"set": provenance.checksum(path),
                       "dispersion": provenance.calculator(settings["dispersion"])}, sort_keys=True)


def demand_same(target, words):
    """Ends the program if the file, which is there already, was made with something else."""
    with h5py.File(target) as file:
        kept = file.attrs.get("made_with")
    if kept is None:
        print(f"{target}: does not say what it was made with; taken as it is", file=sys.stderr)
    elif kept != words:
        sys.exit(f"{target}: was made with another set or calculator; remove it to make it again")


def convert(path, out, settings):
    """Writes OUT/SET.hdf5 in one go: a reader sees the whole file or none."""
    calculator = label_ase.calculator(settings["dispersion"])
    target = f"{out}/{os.path.basename(path)}"
    part = target + ".part"
    shutil.copyfile(path, part)
    with h5py.File(part, "r+") as file:
        systems = sorted(file)
        most = max(add(file[system], calculator) for system in systems)
        file.attrs["made_with"] = made_with(path, settings)
        frames = sum(len(file[f"{system}/set.000/coord.npy"]) for system in systems)
    os.replace(part, target)
    print(f"{target}: {frames} frames, forces of up to {most:.3f} eV/A added", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+", metavar="SET.hdf5")
    parser.add_argument("--out", required=True)
    parser.add_argument("--settings", default=f"{HERE}/settings.json")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    if options.processes < 1:
        parser.error("--processes is a number of processes, 1 or more")
    settings = npy_sets.read_settings(options.settings)
    if "dispersion" not in settings:
        sys.exit(f"{options.settings}: has no \"dispersion\", a calculator as those of \"teacher\"")
    label_ase.calculator(settings["dispersion"])    # a package that is missing is told at once
    os.makedirs(options.out, exist_ok=True)
    todo, targets = [], set()
    for path in options.sets:
        target = f"{options.out}/{os.path.basename(path)}"
        if target in targets:
            sys.exit(f"{path}: another set has its name; give them another --out each")
        targets.add(target)
        npy_sets.demand_packed(path)
        if os.path.exists(target) and os.path.samefile(path, target):
            sys.exit(f"--out {options.out}: has {path} itself; name another folder")
        if os.path.exists(target):
            demand_same(target, made_with(path, settings))
            print(f"{target} is there; remove it to make it again")
        else:
            todo.append(path)
    with concurrent.futures.ProcessPoolExecutor(options.processes) as pool:
        # What fails is told here.
        list(pool.map(convert, todo, [options.out] * len(todo), [settings] * len(todo)))


if __name__ == "__main__":
    main()
