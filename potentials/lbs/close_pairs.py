#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Frames with one pair of atoms closer than molecular dynamics brings them, of every kind of pair.

    close_pairs.py SET --of FRAMES.xyz... [--number 150] [--settings settings.json] [--out frames]

A model that has seen no close pair of two elements may let them fall into each other in a hot melt.
Melts of FRAMES of 1000 K or more are taken in turn, each twice at most, and the kinds of pairs
(Li-Li, Li-B ... Si-Si) in turn as well. The closest pair of that kind is pushed together along its
line, to anything between its distance and 0.55 of the sum of the radii in the settings. Writes
OUT/SET.xyz, always the same.
"""
import argparse
import itertools
import os

import ase.io
import numpy as np

import make_frames
import npy_sets

HERE = os.path.dirname(os.path.abspath(__file__))
HOT = 1000    # K


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set")
    parser.add_argument("--of", nargs="+", required=True, metavar="FRAMES.xyz")
    parser.add_argument("--number", type=int, default=150)
    parser.add_argument("--settings", default=f"{HERE}/settings.json")
    parser.add_argument("--out", default=f"{HERE}/frames")
    options = parser.parse_args()
    settings = npy_sets.read_settings(options.settings)
    melts = [a for a in npy_sets.read_frames(options.of)
             if a.info["T"] >= HOT and a.info["kind"] in ("melt", "explored")]
    kinds = list(itertools.combinations_with_replacement(settings["elements"], 2))
    rng = np.random.default_rng(0)
    rng.shuffle(melts)
    made = []
    for melt in itertools.islice(itertools.cycle(melts), 2 * len(melts)):
        kind = kinds[len(made) % len(kinds)]
        if kind not in make_frames.kinds_of_pairs(melt, settings["elements"]):
            continue
        atoms = melt.copy()
        make_frames.push_together(atoms, kind, settings, (0.55, None), rng)
        atoms.wrap()
        atoms.info = {**melt.info, "name": f"{options.set}{len(made):03d}", "set": options.set,
                      "kind": "close", "start": melt.info["name"], "pair": "-".join(kind),
                      "closest": round(make_frames.closeness(atoms, settings), 3)}
        made.append(atoms)
        if len(made) == options.number:
            break
    if len(made) < options.number:
        raise SystemExit(f"{len(melts)} melts of {HOT} K or more are too few for {options.number} "
                         "frames; give more FRAMES")
    os.makedirs(options.out, exist_ok=True)
    path = f"{options.out}/{options.set}.xyz"
    ase.io.write(path + ".part", made, format="extxyz")
    os.replace(path + ".part", path)
    print(f"{path}: {len(made)} frames, {len(kinds)} kinds of pairs")


if __name__ == "__main__":
    main()
