#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Boron coordination, rings and density of glasses remade by in.quench, beside experiment.

    plot.py [--picture quench.png] GLASS=PREFIX[,PREFIX...] ...

GLASS is a name of ../../melt-quench/glasses.lmp, PREFIX what in.quench wrote; prefixes behind one
name are seeds, whose scatter gives the error. That of a single run, whose glass is frozen, is the
one of counting: what so many atoms or rings would scatter by if they were independent. Seeds that
happen to agree have no smaller one than that of counting them all. Prints a
table of 4B, 5-fold Si, non-bridging O and how far the density without pressure is off (of runs that
have PREFIX.npt.density, by in.density), and one of three-membered rings (3MR): boroxol (three 3B),
all of B and O, those with Si, and the share of 3B in a 3MR. Draws 4B beside NMR and rings while
cooling.
"""
import argparse
import collections
import os
import pathlib
import re
import sys

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent), str(HERE.parents[1] / "melt-quench")]
import glass_analysis as ga    # noqa: E402
import table as melt_quench    # noqa: E402

# The columns of in.quench behind the step.
COLUMNS = ("T", "4B", "3B", "4B number", "5-fold Si", "NBO", "ring 1", "ring 2", "ring 3", "ring 4",
           "ring 5", "ring 6", "ring 7", "3B in rings")


def columns(path):
    """Columns by name."""
    found = ga.columns_in_order(path)
    if len(found) != len(COLUMNS):
        raise ValueError(f"{path} has {1 + len(found)} columns where in.quench writes "
                         f"{1 + len(COLUMNS)}; make it anew with this in.quench")
    return dict(zip(COLUMNS, found))


def run_of(prefix, density):
    """What is known of a run at 300 K: columns, and the density over that of experiment."""
    ga.quench_has_ended(prefix)
    run = columns(f"{prefix}.final")
    if os.path.exists(f"{prefix}.npt.density"):
        run["density"] = ga.columns_in_order(f"{prefix}.npt.density")[1] / density
    return run


def excess_density(run):
    """Percentage by which the density is above that of experiment; nothing if it isn't known."""
    if "density" not in run:
        return np.nan, np.nan
    mean, error = ga.block_average(run["density"])
    return 100.0 * (mean - 1.0), 100.0 * error


def rings(run, first, last):
    """Number of three-membered rings in each row, of some classes of compute ring/stats."""
    return sum(run[f"ring {k}"] for k in range(first, last + 1))


def borate_rings(run):
    """Number of three-membered rings without silicon in each row."""
    return rings(run, 1, 4)


# Value and error of one run, from its columns.
COORDINATION = {
    "4B %": lambda c: ga.share_of(c["4B"], c["3B"] + c["4B number"]),
    "5-fold Si": lambda c: ga.number_of(c["5-fold Si"]),
    "NBO": lambda c: ga.number_of(c["NBO"]),
    "density off %": excess_density}
RINGS = {
    "boroxol": lambda c: ga.number_of(rings(c, 1, 1)),
    "B-O 3MR": lambda c: ga.number_of(borate_rings(c)),
    "3MR with Si": lambda c: ga.number_of(rings(c, 5, 7)),
    "3B in 3MR %": lambda c: ga.share_of(c["3B in rings"], c["3B"])}


def row(values):
    """Columns of a table, of values and errors; a dash for what isn't known."""
    return " ".join(f"{'-':>15s}" if np.isnan(mean) else f"{mean:7.1f} +- {error:4.1f}"
                    for mean, error in values)


def check_composition(glass, prefix):
    """Raises ValueError if a run's atoms are those of another glass, by the rule of in.quench."""
    with ga.open_text(f"{prefix}.data") as file:
        atoms = re.search(r"^Atoms.*\n\n((?:.+\n)+)", file.read(), re.M)
    if not atoms:
        raise ValueError(f"{prefix}.data: is no data file of LAMMPS")
    count = collections.Counter(row.split()[1] for row in atoms[1].splitlines())
    boron, oxygen, silicon = (count[t] for t in "234")
    formulas = oxygen - silicon - boron
    silica, borate = (int(percent) / 100.0 for percent in glass.split("_")[1:3])
    off = abs(silicon - silica * formulas) + abs(boron / 2 - borate * formulas)
    if not off <= 1 + formulas / 100:
        raise ValueError(f"{prefix}.data: {boron} B, {oxygen} O and {silicon} Si are no {glass}; "
                         "name the glass that it is")


def glass_and_runs(word, experiment):
    """The glass, one of `experiment`, and the prefixes of its runs in GLASS=PREFIX,... that have
    ended and are of that glass."""
    glass, _, names = word.partition("=")
    if glass not in experiment:
        raise ValueError(f"{glass} is no glass of melt-quench/glasses.lmp: {' '.join(experiment)}")
    if not names:
        raise ValueError(f"{word}: is not of the form GLASS=PREFIX")
    prefixes = ga.different(names.split(","))
    for prefix in prefixes:
        ga.quench_has_ended(prefix)
        check_composition(glass, prefix)
    return glass, prefixes


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", metavar="GLASS=PREFIX,...")
    parser.add_argument("--picture", default="quench.png")
    options = parser.parse_args()
    experiment = melt_quench.glasses()
    print(f"{'glass':14s} {'NMR':>6s} " + " ".join(f"{name:>15s}" for name in COORDINATION))
    table, of_rings = [], [f"{'glass':14s} " + " ".join(f"{name:>15s}" for name in RINGS)]
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), constrained_layout=True)
    for word in options.runs:
        glass, prefixes = glass_and_runs(word, experiment)
        density, fourfold = experiment[glass]
        runs = [run_of(prefix, density) for prefix in prefixes]
        values = [ga.with_error(runs, quantity) for quantity in COORDINATION.values()]
        table.append((fourfold, *values[0]))
        print(f"{glass:14s} {fourfold:6.1f} {row(values)}")
        of_rings.append(f"{glass:14s} "
                        + row(ga.with_error(runs, quantity) for quantity in RINGS.values()))
        history = columns(f"{prefixes[0]}.history")
        # The temperature of the thermostat, for that of the atoms fluctuates.
        kelvin = ga.quench_temperatures(len(history["T"]))
        axes[1].plot(kelvin, borate_rings(history), lw=1, label=glass)
    print("\n".join(of_rings))
    x, y, error = np.transpose(table)
    axes[0].errorbar(x, y, error, fmt="o")
    axes[0].plot([0, 70], [0, 70], color="black", lw=0.8)
    axes[0].set(xlabel="4B by NMR (%)", ylabel="4B (%)")
    axes[1].set(xlabel="T (K)", ylabel="three-membered B-O rings")
    axes[1].legend(fontsize=8)
    figure.savefig(options.picture, dpi=150)
    print(f"mean difference from NMR {np.mean(y - x):+.1f}, largest {np.abs(y - x).max():.1f}")
    print(f"wrote {options.picture}")


if __name__ == "__main__":
    ga.run(main)
