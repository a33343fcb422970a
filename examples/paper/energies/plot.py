#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Energies of glasses made in several ways, from what in.energies wrote of each.

    plot.py [--picture energies.png] MADE[@RATE]=PREFIX[,PREFIX...] ...

MADE says how a glass was made (MLP, FMP), RATE how fast it was cooled (K/ps); prefixes behind one
name are seeds, whose scatter gives the errors. Prints for each judge the energies as made and
minimized, relative to the first group minimized by that judge (lower is better), and draws them,
against the rate where all groups have one. Only glasses of one composition can be compared. Lines
of another judge, DFT for instance, may be added to PREFIX.energies by hand.
"""
import argparse
import pathlib
import sys

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import glass_analysis as ga    # noqa: E402

AT_REST = 0.05    # eV/A: a structure is minimized if no force component is larger


def read(prefix):
    """Shares of the elements and {(minimizer, judge): (energy, force, 4B, rings)} of a glass."""
    path = f"{prefix}.energies"
    shares, found = None, {}
    with ga.open_text(path) as file:
        rows = [line.split() for line in file]
    for words in rows:
        if words[:2] == ["#", "atoms"]:
            counts = np.array(words[2:], float)
            shares = counts / counts.sum()
        elif len(words) == 6 and words[0] != "#":
            found[words[0], words[1]] = tuple(map(float, words[2:]))
    if shares is None or not found:
        raise ValueError(f"{path}: is no whole file of in.energies")
    for (by, judge), (_, force, _, _) in found.items():
        if by == judge and force > AT_REST:
            print(f"warning: {path}: forces of up to {force:g} eV/A are left after {by} has "
                  "minimized it")
    return shares, found


def group(word):
    """Name, rate or None, and glasses of an argument."""
    name, prefixes = ga.named_runs(word, "MADE=PREFIX or MADE@RATE=PREFIX")
    made, _, rate = name.partition("@")
    return made, float(rate) if rate else None, [read(prefix) for prefix in prefixes]


def check(groups):
    """All glasses are of one composition, and all judged in the same ways."""
    first, ways = groups[0][2][0]
    for made, _, glasses in groups:
        for shares, found in glasses:
            if np.abs(shares - first).max() > 1e-6:
                raise ValueError(f"{made}: the glasses differ in composition, so that their "
                                 "energies cannot be compared")
            if set(found) != set(ways):
                raise ValueError(f"{made}: the glasses were not judged by the same potentials")


def energies(glasses, by, judge):
    return np.array([found[by, judge][0] for _, found in glasses])


def differences(groups, by, judge):
    """Mean and error in meV an atom of each group, from the first one minimized by the judge."""
    reference = judge if (judge, judge) in groups[0][2][0][1] else by
    zero = energies(groups[0][2], reference, judge).mean()
    return [ga.mean_and_error(1000.0 * (energies(glasses, by, judge) - zero))
            for _, _, glasses in groups]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="+", metavar="MADE[@RATE]=PREFIX,...")
    parser.add_argument("--picture", default="energies.png")
    options = parser.parse_args()
    groups = [group(word) for word in options.groups]
    check(groups)
    ways = list(groups[0][2][0][1])
    judges = list(dict.fromkeys(judge for _, judge in ways))
    names = [made + (f" {rate:g} K/ps" if rate else "") for made, rate, _ in groups]
    rates = [rate for _, rate, _ in groups]
    figure, axes = plt.subplots(1, len(judges), figsize=(4.5 * len(judges), 3.8), squeeze=False,
                                constrained_layout=True)
    for axis, judge in zip(axes[0], judges):
        print(f"judged by {judge} (meV/atom):")
        for by in (by for by, other in ways if other == judge):
            values = differences(groups, by, judge)
            state = "as made" if by == "made" else f"minimized by {pathlib.Path(by).name}"
            for name, (value, error), (_, _, glasses) in zip(names, values, groups):
                boron = 100.0 * np.mean([found[by, judge][2] for _, found in glasses])
                rings = np.mean([found[by, judge][3] for _, found in glasses])
                known = f" +- {error:5.1f}" if np.isfinite(error) else "         "
                print(f"  {state:28s} {name:20s} {value:8.1f}{known}   4B {boron:4.1f} %, "
                      f"{rings:.1f} B-O 3MR")
            mean, error = np.transpose(values)
            error = np.nan_to_num(error)
            if None in rates:
                axis.errorbar(range(len(names)), mean, error, fmt="o", label=state)
                axis.set_xticks(range(len(names)), names, fontsize=8)
                continue
            for made in dict.fromkeys(made for made, _, _ in groups):
                mine = [k for k, g in enumerate(groups) if g[0] == made]
                axis.errorbar([rates[k] for k in mine], mean[mine], error[mine], fmt="o-",
                              label=f"{made}, {state}")
            axis.set(xscale="log", xlabel="cooling rate (K/ps)")
        axis.set(ylabel="energy (meV/atom)", title=f"by {pathlib.Path(judge).name}")
        axis.legend(fontsize=7)
    figure.savefig(options.picture, dpi=150)
    print(f"wrote {options.picture}")


if __name__ == "__main__":
    ga.run(main)
