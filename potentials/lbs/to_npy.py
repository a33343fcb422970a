#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Gather single labels (DIR/labels/*.npz) into the sets under data/, beside what is there.

    to_npy.py [--work DIR] [--data data] [--settings settings.json] [--trust SPREAD] [--sets SET...]

May be run at any time, also while labels are being made; says how many frames each set has. What
is no label of a glass is told and left out.

--trust is for labels of a teacher, which have the spread of several calculators: forces of atoms
with a spread above it (eV/A), and above 0.15 of the force, get the weight 0 in atom_pref.npy, the
others 1, or less where the force is above 10 eV/A, so that its relative error counts. A frame with
a weight below 0.25 (a doubtful atom, or a force above 20 eV/A) goes into a system of its own,
SYSTEM.doubtful, without energy and virial; it is left out if more than a quarter of its atoms are
doubtful. What data/ has of these sets is not kept then: all of it is in DIR.
"""
import argparse
import glob
import json
import os
import shutil
import sys

import numpy as np

import npy_sets

HERE = os.path.dirname(os.path.abspath(__file__))
MOST_DOUBTFUL = 0.25    # of the atoms of a frame
RELATIVE = 0.15         # spread of a large force that is no reason to doubt, of the force
LARGE = 10.0            # eV/A; of larger forces the relative error counts
LEAST_WEIGHT = 0.25     # of an atom's force: below it, the energy of the frame doesn't count


def trusted(label, spread):
    """The label with weights of its atoms, without what a doubtful atom spoils; None if too many
    are."""
    if "spread" not in label:
        raise ValueError(f"{label['info']['name']}: has no spread; gather it without --trust")
    force = np.linalg.norm(label["forces"], axis=1)
    weights = (label["spread"] <= np.maximum(spread, RELATIVE * force)).astype(float)
    doubtful = 1.0 - weights.mean()
    weights *= np.minimum(1.0, LARGE / np.maximum(force, LARGE)) ** 2
    if doubtful > MOST_DOUBTFUL:
        return None
    if (weights < LEAST_WEIGHT).any():    # the energy is of all atoms, those in doubt as well
        label = {**label, "energy": None, "virial": None}
    return {**label, "weights": weights}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--settings", default=f"{HERE}/settings.json")
    parser.add_argument("--data", default=f"{HERE}/data")
    parser.add_argument("--work", default="work-cp2k")
    parser.add_argument("--trust", type=float, help="largest spread of a label that counts, eV/A")
    parser.add_argument("--sets", nargs="+", help="only these")
    options = parser.parse_args()
    elements = npy_sets.read_settings(options.settings)["elements"]
    systems, sets, new, left_out, refused = {}, set(), set(), 0, 0
    for folder in npy_sets.systems(f"{options.data}/*") if options.trust is None else []:
        systems[os.path.relpath(folder, options.data)] = npy_sets.read_system(folder)
    for file in glob.glob(f"{options.work}/labels/*.npz"):
        if file.endswith(".part.npz"):
            continue
        with np.load(file) as arrays:
            label = {"virial": None, **{key: arrays[key] for key in arrays.files}}
        label["info"] = json.loads(str(label["info"]))
        if options.sets and label["info"]["set"] not in options.sets:
            continue
        sets.add(label["info"]["set"])
        key = f"{label['info']['set']}/{npy_sets.system_name(label)}"
        try:
            npy_sets.check_label(label, elements)
            if options.trust is not None:
                label = trusted(label, options.trust)
        except ValueError as reason:
            print(f"{file}: {reason}", file=sys.stderr)
            refused += 1
            continue
        if label is None:
            left_out += 1
            continue
        if options.trust is not None and label["energy"] is None:
            key += ".doubtful"
        systems.setdefault(key, {})[label["info"]["name"]] = label
        new.add(key)
    for name in sets if options.trust is not None else ():
        for folder in npy_sets.systems(f"{options.data}/{name}"):
            if os.path.relpath(folder, options.data) not in systems:
                shutil.rmtree(folder)
    count = {}
    for key, labels in sorted(systems.items()):
        if key in new:    # the others stay as they are
            try:
                npy_sets.write_system(f"{options.data}/{key}",
                                      [labels[name] for name in sorted(labels)], elements)
            except ValueError as reason:
                print(reason, file=sys.stderr)
                refused += 1
                continue
        name = key.split("/")[0]
        count[name] = count.get(name, 0) + len(labels)
    print(" ".join(f"{name}: {n} frames" for name, n in count.items()) or "no labels yet")
    if left_out:
        print(f"{left_out} frames left out, as too many atoms have a spread above {options.trust}")
    if refused:
        sys.exit(f"{refused} labels or systems are refused, see above; remove what is wrong")


if __name__ == "__main__":
    main()
