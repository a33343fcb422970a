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

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "paper"))
import glass_analysis as ga    # noqa: E402

BORATE = [f"B-O, {n} four-coordinated" for n in range(4)]
MIXED = [f"mixed, {n} Si" for n in (1, 2, 3)]
TEMPERATURE = "temperature of the thermostat (K)"


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    prefix = sys.argv[1]
    picture = sys.argv[2] if len(sys.argv) == 3 else prefix + ".png"
    rings = ga.read_table(prefix + ".rings").T
    sizes = ga.last_block(prefix + ".sizes")    # size, then the columns of the compute
    memory = ga.read_table(prefix + ".memory").T
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
    ga.run(main)
