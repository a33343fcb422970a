#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Errors of labels against the sets of data/: tables by temperature, kind, element and system.

    compare.py SET [--work work-teacher] [--data data]

Force errors are mean absolute errors of components in eV/A beside the rms of the reference; with
the mean spread where the labels have one. Energies (eV/atom) are compared after one constant for
each element, fitted to the set; virials per atom (eV) by components.
"""
import argparse
import os

import numpy as np

import npy_sets

HERE = os.path.dirname(os.path.abspath(__file__))


def load(data, name, work):
    """Pairs (reference, label) of all frames of the set that have a label in `work`."""
    pairs = []
    for folder in npy_sets.systems(f"{data}/{name}"):
        for key, reference in npy_sets.read_system(folder).items():
            file = f"{work}/labels/{key}.npz"
            if os.path.exists(file):
                with np.load(file) as arrays:
                    label = {k: arrays[k] for k in arrays.files}
                if not np.allclose(label["positions"], reference["positions"], atol=1e-6):
                    raise SystemExit(f"{file} is of other positions than the frame {key} in {data}")
                pairs.append((reference, label))
    return pairs


def row(name, pairs, element=None):
    """One line of a force table; of one element only where it is given."""
    errors, reference, spread = [], [], []
    for a, b in pairs:
        mine = a["symbols"] == element if element else np.ones(len(a["symbols"]), bool)
        errors.append((b["forces"] - a["forces"])[mine].ravel())
        reference.append(a["forces"][mine].ravel())
        if "spread" in b:
            spread.append(b["spread"][mine])
    e, r = np.concatenate(errors), np.concatenate(reference)
    slope = (e + r) @ r / (r @ r)
    s = f"{np.concatenate(spread).mean():8.3f}" if spread else "       -"
    print(f"{name:16s} {len(pairs):6d} {np.abs(e).mean():8.3f} {np.sqrt((e ** 2).mean()):8.3f} "
          f"{np.sqrt((r ** 2).mean()):8.2f} {slope:8.3f} {s}")


def energies(pairs, elements):
    """Mean absolute error of the energy per atom after one constant for each element."""
    counts = np.array([[(a["symbols"] == e).sum() for e in elements] for a, _ in pairs])
    n = counts.sum(axis=1)
    d = np.array([b["energy"] - a["energy"] for a, b in pairs]) / n
    return npy_sets.error_after_constants(counts / n[:, None], d)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set")
    parser.add_argument("--data", default=f"{HERE}/data")
    parser.add_argument("--work", default="work-teacher")
    options = parser.parse_args()
    pairs = load(options.data, options.set, options.work)
    if not pairs:
        raise SystemExit(f"no frame of {options.set} has a label in {options.work}")
    elements = sorted({e for a, _ in pairs for e in a["symbols"]})
    print("force            frames      MAE      rms  ref.rms    slope   spread")
    row("all", pairs)
    for key in ("T", "kind", "system", "potential"):
        known = [p for p in pairs if key in p[0]["info"]]    # explored frames have no potential
        for value in sorted({a["info"][key] for a, _ in known}):
            row(f"{value} K" if key == "T" else value,
                [p for p in known if p[0]["info"][key] == value])
    for e in elements:
        row(e, [p for p in pairs if e in p[0]["symbols"]], e)
    known = [pair for pair in pairs if pair[0]["energy"] is not None]
    if known:
        try:
            error = energies(known, elements)
            print(f"energy: MAE {error:.4f} eV/atom after one constant an element "
                  f"({len(elements)} constants, {len(known)} frames)")
        except ValueError as reason:
            print(f"energy: {reason}")
    w = [(b["virial"] - a["virial"]) / len(a["symbols"]) for a, b in pairs
         if a["virial"] is not None and "virial" in b]
    if w:
        print(f"virial: MAE {np.abs(w).mean():.4f} eV/atom by components")


if __name__ == "__main__":
    main()
