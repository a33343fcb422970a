#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The fold of energy and volume against temperature, from what in.transition wrote.

    plot.py [--from 500] [--to 2000] [--picture transition.png] PREFIX

Reads PREFIX.heat and, if it is there, PREFIX.cool. A bent line is fitted to the energy and to the
volume between two temperatures; the vibrations' own part of the energy, 3/2 k T, is taken off
first. Below the fold the heat capacity at no pressure is the slope of the whole energy. The errors
are those of the fit; runs with other seeds, or other glasses, scatter by more. A warning tells if
the melt has expanded so that it is another glass when it is cold again.
"""
import argparse
import os
import pathlib
import sys

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import glass_analysis as ga    # noqa: E402


SWOLLEN = 0.05    # part of the volume by which a glass that was molten may be larger


def cold_volume(path):
    """Mean volume over the coldest tenth of a ramp."""
    temperature, _, volume = ga.columns_in_order(path)
    return volume[temperature <= np.quantile(temperature, 0.1)].mean()


def warn_if_swollen(prefix):
    """Of a run that has come down again: compares the volumes before and after."""
    ways = [f"{prefix}.{part}" for part in ("heat", "cool")]
    if not all(os.path.exists(path) for path in ways) or np.diff(
            [len(ga.columns_in_order(path)[0]) for path in ways]) < 0:
        return
    before, after = map(cold_volume, ways)
    if after > (1.0 + SWOLLEN) * before:
        more = 100.0 * (after / before - 1.0)
        print(f"warning: {prefix}: cold again, the volume is {more:.0f} % above that before; the "
              "melt has expanded for good, and the way down is that of another glass")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prefix")
    parser.add_argument("--from", type=float, default=500.0, dest="low")
    parser.add_argument("--to", type=float, default=2000.0, dest="high")
    parser.add_argument("--picture", default="transition.png")
    options = parser.parse_args()
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), constrained_layout=True)
    for part, color in (("heat", "tab:red"), ("cool", "tab:blue")):
        path = f"{options.prefix}.{part}"
        if part == "cool" and not os.path.exists(path):
            continue
        temperature, energy, volume = ga.columns_in_order(path)
        energy = energy - 1.5 * ga.BOLTZMANN * temperature
        inside = (temperature > options.low) & (temperature < options.high)
        if inside.sum() < 40:
            sys.exit(f"{path} has {inside.sum()} points between {options.low:g} and "
                     f"{options.high:g} K, too few for a fold; let the run go on, or "
                     "run it at a slower rate")
        for axis, values, name in ((axes[0], energy, "energy"), (axes[1], volume, "volume")):
            axis.plot(temperature, values, color=color, lw=0.7, label=part)
            try:
                fold = ga.glass_transition(temperature[inside], values[inside])
            except ValueError as problem:
                print(f"{part:4s} {name}: {problem}")
                continue
            print(f"{part:4s} {name}: {fold.temperature:.0f} +- {fold.error:.0f} K, slopes "
                  f"{fold.below:.3e} below and {fold.above:.3e} above")
            if name == "energy":
                below = inside & (temperature < fold.temperature)
                if below.sum() >= 20:
                    capacity, error = ga.heat_capacity(
                        temperature[below], values[below] + 3.0 * ga.BOLTZMANN * temperature[below])
                    print(f"{part:4s} heat capacity below: {capacity:.2f} +- {error:.2f} k an atom")
            if name == "volume":
                print(f"{part:4s} thermal expansion of the volume below: "
                      f"{fold.below / fold.line(options.low) * 1e6:.0f} 1e-6/K")
            t = np.array([options.low, fold.temperature, options.high])
            axis.plot(t, fold.line(t), color="black", lw=1)
            axis.axvline(fold.temperature, color=color, ls="--", lw=0.8)
    warn_if_swollen(options.prefix)
    axes[0].set(xlabel="T (K)", ylabel="potential energy - 3/2 kT (eV/atom)")
    axes[1].set(xlabel="T (K)", ylabel="volume (A$^3$/atom)")
    axes[0].legend()
    figure.savefig(options.picture, dpi=150)
    print(f"wrote {options.picture}")


if __name__ == "__main__":
    ga.run(main)
