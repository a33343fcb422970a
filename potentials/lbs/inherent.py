#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Do models know what energy a boron with four oxygens has? Minimized structures of small melts,
with more and with fewer of them, and differences of energies between labels and models.

    inherent.py make MODEL.pt JUDGE.pt [--out frames]       writes frames/inherent.xyz
    inherent.py compare MODEL.pt... [--data data/inherent]  after label_cp2k.py and to_npy.py

Small cells are molten and kept at "T" by MODEL, and structures "between" ps apart are minimized by
JUDGE at the density of the glass (settings.json, "inherent"). Those with least and with most of 4B
are labelled first. `compare` fits, for each system, a constant and a term for each boron with four
oxygens to the differences of energies, and then one term for all systems: twenty structures of 42
atoms, whose energies are off by 5 meV an atom, give it to 0.05 eV. Any set of frames will do that
has several of a system with different numbers, so those that a teacher labelled, too.
"""
import argparse
import collections
import os
import sys
import tempfile

import ase
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


def slope(numbers, differences):
    """Least squares of one term for each of a number, and a constant for each system: the term, its
    error, and the scatter.

    numbers, differences: lists with an array for each system. One variance of all of them: a system
    of four structures that fit by chance does not count for more than the others.
    """
    number, difference = (np.concatenate([rows - np.mean(rows) for rows in several])
                          for several in (numbers, differences))    # the constants are gone
    term = number @ difference / (number @ number)
    rest = difference - term * number
    variance = rest @ rest / (len(number) - len(numbers) - 1)
    return term, np.sqrt(variance / (number @ number)), np.sqrt(variance)


def systems_to_compare(data):
    """Name, structures, labels of their energies, and numbers of boron with four oxygens, of each
    system with such labels that has at least four structures with different numbers. Prints the
    names of the others."""
    systems, found, few = collections.defaultdict(list), [], []
    for atoms, label in npy_sets.read_set(data):
        if label["energy"] is not None:
            name = atoms.info["system"], atoms.get_chemical_formula()
            systems[name].append((atoms, label["energy"]))
    for (system, _), frames in sorted(systems.items()):
        structures, energy = [atoms for atoms, _ in frames], np.array([e for _, e in frames])
        number = np.array([round(atoms.symbols.count("B") * make_frames.four_coordinated(atoms))
                           for atoms in structures])
        if len(set(number)) > 1 and len(structures) > 3:
            found.append((system, structures, energy, number))
        else:
            few.append(system)
    if few:
        print("left out, with fewer than four structures or one number of 4B:", *few)
    return found


def energies_of(model, structures):
    """What a model says, eV; one call of the program, which takes seconds to open a model."""
    with tempfile.TemporaryDirectory() as folder:
        ase.io.write(f"{folder}/all.xyz", structures, format="extxyz")
        said = lammps_run.deepsea("eval", model, f"{folder}/all.xyz")
    return np.array([frame["energy"] for frame in said["frames"]])


def compare(_, options):
    systems = systems_to_compare(options.data)
    if not systems:
        sys.exit(f"{options.data} has no system with four structures of different numbers of 4B; "
                 "label_cp2k.py or label_ase.py, and to_npy.py, make them")
    print(f"{'':36s} structures  4B  model - label (eV) a 4B   scatter (meV/atom)")
    for model in options.models:
        name = f"{os.path.basename(model):20.20s}"
        said = energies_of(model, [atoms for system in systems for atoms in system[1]])
        ends = np.cumsum([len(system[1]) for system in systems])[:-1]
        differences = [mine - energy for (_, _, energy, _), mine
                       in zip(systems, np.split(said, ends))]
        for (system, structures, _, number), difference in zip(systems, differences):
            term, error, scatter = slope([number], [difference])
            print(f"{name} {system:15s} {len(number):10d} {number.min():2d}-{number.max()} "
                  f"{term:9.3f} +- {error:.3f}{1e3 * scatter / len(structures[0]):22.1f}")
        term, error, _ = slope([number for _, _, _, number in systems], differences)
        print(f"{name} {'all':31s} {term:9.3f} +- {error:.3f}")


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
