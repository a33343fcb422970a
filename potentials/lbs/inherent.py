#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Do models know what energy a boron with four oxygens has? Minimized structures of small melts,
with more and with fewer of them, and differences of energies between labels and models.

    inherent.py make MODEL.pt JUDGE.pt [--out frames]       writes frames/inherent.xyz
    inherent.py compare MODEL.pt... [--data data/inherent]  after label_cp2k.py and to_npy.py

Small cells are molten and kept at "T" by MODEL, and structures "between" ps apart are minimized by
JUDGE at the density of the glass (settings.json, "inherent"). Those with least and with most of 4B
are labelled first. `compare` fits, for each composition, a constant and a term for each boron with
four oxygens to the differences of energies: twenty structures of 42 atoms, whose energies are off
by 5 meV an atom, give it to 0.05 eV.
"""
import argparse
import glob
import os
import sys
import tempfile

import ase.io
import numpy as np

import lammps_run
import make_frames
import npy_sets

HERE = os.path.dirname(os.path.abspath(__file__))


def structures(glass, number, models, settings, lmp):
    """The minimized structures of one melt, the ones with least and with most of 4B first."""
    plan, elements = settings["inherent"], settings["elements"]
    atoms = make_frames.elements_of(settings, glass["validation"])
    cell = np.eye(3) * make_frames.cubic_edge(atoms, glass["density"])
    start = make_frames.random_atoms(atoms, cell, 0, np.random.default_rng(plan["seed"] + number))
    words = dict(data="data", model=models[0], judge=models[1], seed=plan["seed"] + number,
                 **{key: plan[key] for key in ("T", "melt", "settle", "frames", "between")},
                 **settings["potentials"][plan["potential"]])
    with tempfile.TemporaryDirectory() as folder:
        make_frames.write_data(f"{folder}/data", start, elements)
        lammps_run.run("in.inherent", folder, lmp, words)
        made = [ase.io.read(f"{folder}/inherent.{k + 1}", format="lammps-dump-text",
                            specorder=elements) for k in range(plan["frames"])]
    for k, found in enumerate(made):
        made[k] = make_frames.sorted_by_element(found, elements)
        made[k].info = dict(name=f"i{number}{k:02d}", set="inherent", kind="inherent", T=0,
                            system=glass["name"], seed=words["seed"], potential="model",
                            four_coordinated=round(make_frames.four_coordinated(found), 3))
    order = sorted(made, key=lambda found: found.info["four_coordinated"])
    ends = [found for pair in zip(order, order[::-1]) for found in pair]
    return ends[:len(order)]


def make(settings, options):
    named = {glass["name"]: glass for glass in settings["compositions"]}
    models = [os.path.abspath(model) for model in options.models]
    if len(models) != 2:
        sys.exit("give two models: one that moves atoms, and one that minimizes")
    melts = [structures(named[name], number, models, settings, options.lmp)
             for number, name in enumerate(settings["inherent"]["glasses"])]
    frames = [frame for turn in zip(*melts) for frame in turn]
    os.makedirs(options.out, exist_ok=True)
    ase.io.write(f"{options.out}/inherent.xyz", frames, format="extxyz")
    for name in named:
        found = [frame.info["four_coordinated"] for frame in frames
                 if frame.info["system"] == name]
        if found:
            print(f"{name}: {len(found)} structures, {100 * min(found):.0f} to "
                  f"{100 * max(found):.0f} % of 4B")


def slope(number, difference):
    """Least squares of a constant and a term for each of `number`: the term and its error."""
    matrix = np.stack([np.ones(len(number)), number], axis=1)
    found = np.linalg.lstsq(matrix, difference, rcond=None)[0]
    rest = difference - matrix @ found
    variance = rest @ rest / (len(number) - 2)
    return found[1], np.sqrt(variance * np.linalg.inv(matrix.T @ matrix)[1, 1]), np.sqrt(variance)


def compare(settings, options):
    folders = sorted(glob.glob(f"{options.data}/*/"))
    if not folders:
        sys.exit(f"{options.data} holds no system; label_cp2k.py and to_npy.py make them")
    print(f"{'':36s} structures  4B  model - label (eV) a 4B   scatter (meV/atom)")
    for model in options.models:
        for folder in folders:
            labels = list(npy_sets.read_system(folder).values())
            said = lammps_run.deepsea("eval", model, folder)
            energy = np.array([frame["energy"] for frame in said["frames"]])
            boron = (labels[0]["symbols"] == "B").sum()
            number = np.array([round(boron * label["info"]["four_coordinated"])
                               for label in labels])
            if len(set(number)) < 2 or len(labels) < 4:
                sys.exit(f"{folder} has too few structures of different numbers of 4B")
            term, error, scatter = slope(number, energy - [label["energy"] for label in labels])
            print(f"{os.path.basename(model):20.20s} {labels[0]['info']['system']:15s} "
                  f"{len(labels):10d} {number.min():2d}-{number.max()} {term:9.3f} +- {error:.3f}"
                  f"{1e3 * scatter / len(labels[0]['symbols']):22.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=("make", "compare"))
    parser.add_argument("models", nargs="+", metavar="MODEL.pt")
    parser.add_argument("--settings", default=f"{HERE}/settings.json")
    parser.add_argument("--data", default=f"{HERE}/data/inherent")
    parser.add_argument("--out", default=f"{HERE}/frames")
    parser.add_argument("--lmp", default="lmp")
    options = parser.parse_args()
    settings = npy_sets.read_settings(options.settings)
    {"make": make, "compare": compare}[options.action](settings, options)


if __name__ == "__main__":
    main()
