#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draw the rings of one quench: 3MR, boron in 3MR, sizes, ring memory.

    plot.py PREFIX [PICTURE]      reads PREFIX.rings, .sizes and .memory, writes PREFIX.png
"""
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)
import numpy as np    # noqa: E402

BORATE = [f"B-O, {n} four-coordinated" for n in range(4)]
MIXED = [f"mixed, {n} Si" for n in (1, 2, 3)]
TEMPERATURE = "temperature of the thermostat (K)"


def last_block(path):
    """Rows of the last block of fix ave/time mode vector: size, then the columns of the compute."""
    lines = [line.split() for line in path.read_text().splitlines() if not line.startswith("#")]
    starts = [i for i, words in enumerate(lines) if len(words) == 2]
    if not starts:
        sys.exit(f"{path}: no block; did the run end?")
    rows = int(lines[starts[-1]][1])
    return np.array(lines[starts[-1] + 1:starts[-1] + 1 + rows], dtype=float)


def table(path):
    """Columns of a file of fix ave/time."""
    data = np.loadtxt(path, ndmin=2)
    if len(data) < 2:
        sys.exit(f"{path}: less than two lines; did the run end?")
    return data.T


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    prefix = sys.argv[1]
    picture = sys.argv[2] if len(sys.argv) == 3 else prefix + ".png"
    rings = table(pathlib.Path(prefix + ".rings"))
    sizes = last_block(pathlib.Path(prefix + ".sizes"))
    memory = table(pathlib.Path(prefix + ".memory"))
    temperature = rings[1]

    fig, axes = plt.subplots(2, 2, figsize=(10, 7), constrained_layout=True)
    for k, name in enumerate(BORATE + MIXED):
        axes[0, 0].plot(temperature, rings[2 + k], lw=1, label=name,
                        ls="-" if k < len(BORATE) else "--")
    axes[0, 0].set(xlabel=TEMPERATURE, ylabel="three-membered rings")
    axes[0, 0].legend(frameon=False, fontsize=7)
    axes[0, 1].plot(temperature, 100 * rings[9], lw=1)
    axes[0, 1].set(xlabel=TEMPERATURE, ylabel="3B in 3MR (% of 3B)", ylim=(0, None))
    width = 0.2
    for k, name in enumerate(("rings per former", "P_N", "P_min", "P_max")):
        axes[1, 0].bar(sizes[:, 0] + (k - 1.5) * width, sizes[:, 2 + k], width, label=name)
    axes[1, 0].set(xlabel="size (formers)", ylabel="glass at the end", xlim=(1.4, None))
    axes[1, 0].legend(frameon=False, fontsize=8)
    for k, name in enumerate(("all", "3MR", "4MR", "5MR", "6MR", "B-O 3MR")):
        axes[1, 1].plot(memory[1], 100 * memory[2 + k], lw=1 if k else 2, label=name)
    axes[1, 1].set(xlabel=TEMPERATURE, ylabel="rings of the glass already there (%)",
                   ylim=(0, 105))
    axes[1, 1].legend(frameon=False, fontsize=8)
    fig.suptitle(pathlib.Path(prefix).name.replace("_", "-"))
    fig.savefig(picture, dpi=110)
    print(picture)


if __name__ == "__main__":
    main()
