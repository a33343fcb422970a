#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Rings of glasses made in several ways, from what in.rings wrote of each.

    plot.py [--picture rings.png] MADE=PREFIX[,PREFIX] ...

MADE says how a glass was made (MLP, FMP), or which one it is; prefixes behind one name are seeds.
Prints three-membered rings (3MR) by class and the share of three-coordinated B (3B) in them, then
rings by size, all for a hundred formers, and draws them. Errors are those of counting: what so many
rings would scatter by if they were independent; seeds have that of their mean.
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

CLASSES = ("boroxol", "one 4B", "two 4B", "three 4B", "one Si", "two Si", "three Si")


def read(prefix):
    """Of a glass: its number of formers, (sizes, 3) rows of size, rings and rings of B and O alone,
    numbers of 3MR of the seven classes, share of 3B in them, and number of 3B."""
    sizes = ga.read_table(f"{prefix}.sizes")
    classes = ga.read_table(f"{prefix}.classes")
    if sizes.shape[1] != 3 or classes.shape != (1, 10):
        raise ValueError(f"{prefix}: its .sizes or .classes are none of in.rings")
    formers, *numbers = classes[0]
    return formers, sizes, np.array(numbers[:7]), numbers[7], numbers[8]


def group(word):
    """Name and glasses of MADE=PREFIX,..."""
    made, prefixes = ga.named_runs(word, "MADE=PREFIX")
    return made, [read(prefix) for prefix in prefixes]


def per_hundred(glasses, count):
    """Mean and error of a number of rings for a hundred formers; `count` finds it in a glass."""
    return ga.with_error(glasses, lambda glass: tuple(
        100.0 / glass[0] * value for value in ga.number_of(count(glass))))


def by_size(glasses, column):
    """The same for each size: arrays of means and errors."""
    rows = range(len(glasses[0][1]))
    return np.transpose([per_hundred(glasses, lambda glass, k=k: glass[1][k, column])
                         for k in rows])


def text(values):
    return " ".join(f"{mean:5.1f} +- {error:4.1f}" for mean, error in values)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="+", metavar="MADE=PREFIX,...")
    parser.add_argument("--picture", default="rings.png")
    options = parser.parse_args()
    groups = [group(word) for word in options.groups]
    size = groups[0][1][0][1][:, 0]
    for made, glasses in groups:
        if any(not np.array_equal(glass[1][:, 0], size) for glass in glasses):
            raise ValueError(f"{made}: the rings of another max than that of {groups[0][0]}")

    print("three-membered rings for a hundred formers")
    print(f"{'':16s} " + " ".join(f"{name:>13s}" for name in (*CLASSES, "3B in 3MR %")))
    figure, axes = plt.subplots(1, 3, figsize=(13, 3.8), constrained_layout=True)
    below = np.zeros(len(groups))
    of_classes = []
    for made, glasses in groups:
        values = [per_hundred(glasses, lambda glass, k=k: glass[2][k]) for k in range(7)]
        of_classes.append([mean for mean, _ in values])
        share = ga.with_error(glasses, lambda glass: ga.share_of(*glass[3:]))
        print(f"{made:16s} {text([*values, share])}")
    for name, numbers in zip(CLASSES, np.transpose(of_classes)):
        axes[2].bar(range(len(groups)), numbers, bottom=below, label=name)
        below += numbers
    axes[2].set_xticks(range(len(groups)), [made for made, _ in groups], rotation=20, fontsize=8)
    axes[2].set(ylabel="3MR for a hundred formers", ylim=(0, 1.05 * max(below.max(), 1.0)))
    axes[2].legend(fontsize=7)

    print("rings for a hundred formers by size")
    for axis, column, network in ((axes[0], 1, "all"), (axes[1], 2, "B-O")):
        print(f"{network:16s} " + " ".join(f"{n:13.0f}" for n in size))
        for made, glasses in groups:
            mean, error = by_size(glasses, column)
            print(f"{made:16s} {text(zip(mean, error))}")
            axis.errorbar(size, mean, error, lw=1, marker=".", capsize=2, label=made)
        axis.set(xlabel="size (formers)", ylim=(0, None),
                 ylabel="rings for a hundred formers" + (", B-O" if column == 2 else ""))
        axis.legend(fontsize=8)
    figure.savefig(options.picture, dpi=110)
    print(f"wrote {options.picture}")


if __name__ == "__main__":
    ga.run(main)
