#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draw one melt-quench: temperature, four-coordinated boron, pair distribution functions.

    plot.py PREFIX [PICTURE]      reads PREFIX.history, .gr and .result, writes PREFIX.png
"""
import pathlib
import re
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "paper"))
import glass_analysis as ga    # noqa: E402

PAIRS = ("B-O", "Si-O", "O-O", "Li-O")    # order of compute rdf in in.melt-quench


def read_result(path):
    """(glass, potential, 4B in % here, 4B in % by NMR) from the line that ends a run."""
    with ga.open_text(path) as file:
        found = re.match(r"(LBS_\S+) (\S+): 4B = (\S+) %, NMR (\S+) %", file.read())
    if found is None:
        raise ValueError(f"{path}: not the result line of in.melt-quench")
    return found.groups()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    prefix = sys.argv[1]
    picture = sys.argv[2] if len(sys.argv) == 3 else prefix + ".png"
    glass, potential, mean, nmr = read_result(prefix + ".result")
    # step, time, T, energy, pressure, fraction of 4B, ...
    history = ga.read_table(prefix + ".history")
    time, temperature, n4 = history[:, 1], history[:, 2], 100 * history[:, 5]
    block = ga.last_block(prefix + ".gr")
    r, g = block[:, 1], block[:, 2::2]

    fig, axes = plt.subplots(1, 3, figsize=(13, 3.8), constrained_layout=True)
    axes[0].plot(time, temperature, color="tab:red", lw=1)
    axes[0].set(xlabel="time (ps)", ylabel="temperature (K)", ylim=(0, None))
    axes[1].plot(time, n4, color="tab:blue", lw=1, label=f"simulation, {mean} % at the end")
    axes[1].axhline(float(nmr), color="black", ls="--", lw=1, label=f"NMR {nmr} %")
    axes[1].set(xlabel="time (ps)", ylabel="four-coordinated boron (% of B)", ylim=(0, 100))
    axes[1].legend(frameon=False)
    for k, pair in enumerate(PAIRS):
        axes[2].plot(r, g[:, k], lw=1.2, label=pair)
    axes[2].set(xlabel="distance (Angstrom)", ylabel="g(r) at the end", xlim=(1, 8), ylim=(0, 12))
    axes[2].legend(frameon=False)
    fig.suptitle(f"{glass.replace('_', '-')}, {potential}")
    fig.savefig(picture, dpi=110)
    print(picture)


if __name__ == "__main__":
    ga.run(main)
