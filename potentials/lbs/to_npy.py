#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Gather single labels (DIR/labels/*.npz) into the sets under data/, beside what is there.

    to_npy.py [--work DIR] [--data data] [--settings settings.json]

May be run at any time, also while labels are being made; says how many frames each set has.
"""
import argparse
import glob
import json
import os

import numpy as np

import npy_sets

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--settings", default=f"{HERE}/settings.json")
    parser.add_argument("--data", default=f"{HERE}/data")
    parser.add_argument("--work", default="work-cp2k")
    options = parser.parse_args()
    elements = json.load(open(options.settings))["elements"]
    systems = {}
    for folder in glob.glob(f"{options.data}/*/*/"):
        systems[os.path.relpath(folder, options.data)] = npy_sets.read_system(folder)
    for file in glob.glob(f"{options.work}/labels/*.npz"):
        if file.endswith(".part.npz"):
            continue
        with np.load(file) as arrays:
            label = {key: arrays[key] for key in arrays.files}
        label["info"] = json.loads(str(label["info"]))
        npy_sets.check_label(label, elements)
        key = f"{label['info']['set']}/{npy_sets.system_name(label)}"
        systems.setdefault(key, {})[label["info"]["name"]] = label
    count = {}
    for key, labels in sorted(systems.items()):
        npy_sets.write_system(f"{options.data}/{key}", [labels[name] for name in sorted(labels)],
                              elements)
        name = key.split("/")[0]
        count[name] = count.get(name, 0) + len(labels)
    print(" ".join(f"{name}: {n} frames" for name, n in count.items()) or "no labels yet")


if __name__ == "__main__":
    main()
