#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Three-membered B-O rings while a glass cools: how many, since when, births and deaths.

    plot.py [--picture memory.png] RUN [RUN ...]

Reads RUN.list, the rings every 10 K down to 300 K by ../quench/in.quench, and, if it is there,
RUN.memory by in.memory. Several runs are seeds of one glass: means with the error of their scatter.
A ring is the same as long as it has the same atoms. A birth is a ring that was not there 10 K
before, a death one that was and is not any more.
"""
import argparse
import collections
import pathlib
import sys

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import glass_analysis as ga    # noqa: E402

END = ga.QUENCH_END
BORATE = (1, 2, 3, 4)    # classes of compute ring/stats without silicon
SHARE = 2                # column of RUN.memory: share of those rings of the cold glass


def borate_rings(frame):
    """Members of the three-membered B-O rings of a frame of RUN.list, each with its number."""
    value = {name.split("[")[-1].rstrip("]"): column for name, column in frame.columns.items()}
    if "10" not in value:
        raise ValueError("the list of rings has no members; it needs all local columns")
    chosen = np.flatnonzero((value["1"] == 3) & np.isin(value["2"], BORATE))
    members = np.array([value[str(k)] for k in range(5, 11)], int).T
    return collections.Counter(tuple(sorted(members[k])) for k in chosen)


class Run:
    """Rings of one quench from the highest temperature to 300 K."""

    def __init__(self, name):
        ga.quench_has_ended(name)
        rings = [borate_rings(frame) for frame in ga.frames_in_order(f"{name}.list")]
        if len(rings) < 3:
            raise ValueError(f"{name}.list has {len(rings)} frames; let the run go on")
        self.temperature = ga.quench_temperatures(len(rings))
        self.number = np.array([sum(r.values()) for r in rings])
        self.born = np.array([0] + [sum((b - a).values()) for a, b in zip(rings, rings[1:])])
        self.died = np.array([0] + [sum((a - b).values()) for a, b in zip(rings, rings[1:])])
        self.share = None
        if pathlib.Path(f"{name}.memory").exists():
            self.share = ga.columns_in_order(f"{name}.memory")[SHARE]
            if len(self.share) != len(rings):
                raise ValueError(f"{name}.memory has {len(self.share)} rows for {len(rings)} "
                                 "frames; run in.memory again")


def since(temperature, share, part):
    """The temperature below which at least this part of the rings was there for good."""
    below = np.flatnonzero(share < part)
    return temperature[below[-1] + 1] if len(below) else temperature[0]


def curves(runs, name):
    """Mean over the runs and its error, which is 0 for one run."""
    rows = [ga.mean_and_error(values) for values in np.transpose([getattr(r, name) for r in runs])]
    mean, error = np.transpose(rows)
    return mean, np.nan_to_num(error)


def text(values, form=".0f"):
    """A mean with its error if there are several values."""
    mean, error = ga.mean_and_error(values)
    return f"{mean:{form}}" + (f" +- {error:{form}}" if len(values) > 1 else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", metavar="RUN")
    parser.add_argument("--picture", default="memory.png")
    options = parser.parse_args()
    runs = [Run(name) for name in options.runs]
    if len({len(r.number) for r in runs}) > 1:
        raise ValueError("the runs do not begin at one temperature: "
                         + ", ".join(f"{r.temperature[0]:.0f} K" for r in runs))
    temperature = runs[0].temperature
    print(f"three-membered B-O rings: {text([r.number[0] for r in runs], '.1f')} at "
          f"{temperature[0]:.0f} K, {text([r.number[-1] for r in runs], '.1f')} at {END:.0f} K")
    for name, values in (("births", [r.born.sum() for r in runs]),
                         ("deaths", [r.died.sum() for r in runs])):
        print(f"{name} on the way: {text(values, '.1f')}")
    kept = [r for r in runs if r.share is not None and r.number[-1] > 0]
    for part in (0.5, 0.8) if kept else ():
        print(f"{100 * part:.0f} % of the rings at {END:.0f} K are there below "
              f"{text([since(temperature, r.share, part) for r in kept])} K")
    if not kept:
        print(f"since when the rings at {END:.0f} K are there: "
              + ("run in.memory" if any(r.number[-1] for r in runs) else "there are none"))

    figure, axes = plt.subplots(1, 3, figsize=(12, 3.6), constrained_layout=True)
    mean, error = curves(runs, "number")
    axes[0].plot(temperature, mean, lw=1)
    axes[0].fill_between(temperature, mean - error, mean + error, alpha=0.3, lw=0)
    axes[0].set(xlabel="T (K)", ylabel="three-membered B-O rings", ylim=(0, None))
    if kept:
        mean, error = curves(kept, "share")
        axes[1].plot(temperature, 100 * mean, lw=1)
        axes[1].fill_between(temperature, 100 * (mean - error), 100 * (mean + error), alpha=0.3,
                             lw=0)
    axes[1].set(xlabel="T (K)", ylabel=f"of the rings at {END:.0f} K already there (%)",
                ylim=(0, 105))
    wide = np.arange(END, temperature[0] + 50.0, 100.0)    # K: births every 10 K are few
    for name, sign in (("born", 1), ("died", -1)):
        every = [np.histogram(r.temperature, wide, weights=getattr(r, name))[0] for r in runs]
        axes[2].bar(wide[:-1] + 50.0, sign * np.mean(every, axis=0), 90.0, label=name)
    axes[2].axhline(0, color="black", lw=0.7)
    axes[2].set(xlabel="T (K)", ylabel="rings every 100 K")
    axes[2].legend(fontsize=8)
    figure.savefig(options.picture, dpi=150)
    print(f"wrote {options.picture}")


if __name__ == "__main__":
    ga.run(main)
