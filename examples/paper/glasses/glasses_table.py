#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The glasses of this folder in one table for the manual, and a picture of it.

    glasses_table.py [--table FILE] [--picture FILE]

Runs are GLASS-POTENTIAL-SEED of ../quench; seeds are averaged. RUN.npt.density is by the potential
that made the glass; a dash stands for one that nobody has let relax.
By default the files are doc/paper_glasses.inc and doc/_static/paper-boron.png.
"""
import argparse
import collections
import importlib.util
import pathlib
import re

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)

HERE = pathlib.Path(__file__).resolve().parent
DOC = HERE.parents[2] / "doc"
SPEC = importlib.util.spec_from_file_location("quench_plot", HERE.parent / "quench" / "plot.py")
quench = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(quench)

# Of ../quench by its first protocol, or by its second ("hold").
POTENTIALS = {"fast": "fast", "fast_hold": "fast, held", "accurate": "accurate", "lbs": "lbs.fmp",
              "deng_du": "Deng-Du/Teter", "shik": "SHIK"}
# Share (%) of three-coordinated boron in three-membered rings: S. Urata, arXiv:2209.00316, Table 2.
PAPER = {"LBS_20_60_20": 15.4, "LBS_40_40_20": 18.6, "LBS_10_50_40": 23.1, "LBS_20_40_40": 24.5,
         "LBS_30_30_40": 19.0, "LBS_40_20_40": 22.2, "LBS_50_10_40": 20.5, "LBS_8_32_60": 5.0,
         "LBS_15_25_60": 6.6, "LBS_10_20_70": 0.0, "LBS_5_35_60": 3.7}
HEAD = ("SiO2-B2O3-Li2O", "potential", "4B % by NMR", "4B %", "5-fold Si", "NBO", "density off %",
        "B-O 3MR", "3B in 3MR %", "in the paper")
WIDTHS = (11, 12, 8, 11, 9, 11, 11, 10, 11, 8)


def runs():
    """Prefixes of the finished runs by glass, in the order of glasses.lmp, and by potential."""
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for path in sorted(HERE.glob("LBS_*.final")):
        glass, potential, _ = path.stem.rsplit("-", 2)
        if glass not in PAPER or potential not in POTENTIALS:
            raise ValueError(f"{path.stem}: glasses_table.py does not know that glass or potential;"
                             " add it to PAPER or POTENTIALS")
        found[glass][potential].append(str(path.with_suffix("")))
    return {glass: found[glass] for glass in quench.melt_quench.glasses() if glass in found}


def values_of(prefixes, density):
    """Mean and error of each quantity of the table."""
    known = [quench.run_of(prefix, density) for prefix in prefixes]
    quantities = {**quench.COORDINATION, **quench.RINGS}
    return {name: quench.ga.with_error(known, quantities[name])
            for name in HEAD[3:-1]}


def text_of(value, error):
    """To a tenth; a dash for what isn't known, and no error of a number of nothing."""
    if np.isnan(value):
        return "--"
    number = f"{round(value, 1) + 0.0:.1f}"    # no -0.0
    if error == 0.0:
        return number
    return f"{number} +- " + (f"{error:.1f}" if error >= 0.05 else "0.05")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", default=DOC / "paper_glasses.inc")
    parser.add_argument("--picture", default=DOC / "_static" / "paper-boron.png")
    options = parser.parse_args()
    rows = [HEAD]
    drawn = collections.defaultdict(list)
    for glass, potentials in runs().items():
        density, nmr = quench.melt_quench.glasses()[glass]
        first = (re.sub("_", "-", glass[4:]), nmr, PAPER[glass])
        for potential in (name for name in POTENTIALS if name in potentials):
            values = values_of(potentials[potential], density)
            cells = {name: text_of(*value) for name, value in values.items()}
            rows.append((first[0], POTENTIALS[potential], first[1],
                         *(cells[name] for name in HEAD[3:-1]), first[2]))
            first = ("", "", "")
            drawn[potential].append((nmr, *values["4B %"], PAPER[glass], *values["3B in 3MR %"]))
    quench.ga.write_table(options.table, WIDTHS, rows)
    figure, axes = plt.subplots(1, 2, figsize=(9, 4), constrained_layout=True)
    for potential in (name for name in POTENTIALS if name in drawn):
        points = np.transpose(drawn[potential])
        for axis, (x, y, error) in zip(axes, (points[:3], points[3:])):
            axis.errorbar(x, y, error, fmt="o", capsize=2, label=POTENTIALS[potential])
        off, rings = points[1] - points[0], points[4] > points[3]
        print(f"{POTENTIALS[potential]}: {len(off)} glasses, mean error of 4B {off.mean():+.1f}",
              f"{(np.abs(off) < 5.0).sum()} within 5 points of NMR",
              f"3B in 3MR above the paper's in {rings.sum()}", sep=", ")
    for axis, end in zip(axes, (65, 40)):
        axis.plot([0, end], [0, end], color="black", lw=0.8)
    axes[0].set(xlabel="4B by NMR (%)", ylabel="4B (%)")
    axes[1].set(xlabel="3B in three-membered rings, the paper's model (%)", ylabel="here (%)")
    axes[0].legend(fontsize=8)
    figure.savefig(options.picture, dpi=120)


if __name__ == "__main__":
    quench.ga.run(main)
