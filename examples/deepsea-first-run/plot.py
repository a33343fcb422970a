#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draw a run of in.first-run: temperature, total energy, deviation of the models."""
import argparse
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)
import numpy as np    # noqa: E402

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "paper"))
import glass_analysis as ga    # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prefix", nargs="?", default="first-run",
                        help="of PREFIX.history and PREFIX.deviation")
    parser.add_argument("picture", nargs="?", help="file to write, PREFIX.png if not given")
    parser.add_argument("--equilibrate", type=float, default=5.0, metavar="PS",
                        help="time with a thermostat, as the deck was told (default 5)")
    options = parser.parse_args()
    prefix = options.prefix
    picture = options.picture or prefix + ".png"
    step, time, temperature, energy, _ = ga.read_table(prefix + ".history").T
    deviation = ga.read_table(prefix + ".deviation")
    dt = time[-1] / step[-1]

    free = time > options.equilibrate
    if free.sum() < 3:
        raise ValueError(f"{prefix}.history has {free.sum()} rows behind the "
                         f"{options.equilibrate:g} ps with a thermostat; say --equilibrate if the "
                         "deck was told another time, or let it run for longer")
    slope, _ = np.polyfit(time[free], energy[free], 1)
    off = 1.0e6 * (energy[free] - energy[free].mean())
    print(f"drift of the total energy {slope:.2e} eV/atom/ps, fluctuation {off.std():.2f} ueV/atom")

    fig, axes = plt.subplots(1, 3, figsize=(13, 3.8), constrained_layout=True)
    axes[0].plot(time, temperature, color="tab:red", lw=1)
    axes[0].axvline(options.equilibrate, color="black", ls=":", lw=1)
    axes[0].set(xlabel="time (ps)", ylabel="temperature (K)", ylim=(0, None))
    axes[1].plot(time[free], off, color="tab:blue", lw=1, label=f"drift {slope:.1e} eV/atom/ps")
    axes[1].set(xlabel="time without thermostat (ps)", ylabel=r"total energy ($\mu$eV/atom)")
    axes[1].legend(frameon=False)
    # Columns 4 and 6: largest and mean deviation of a force.
    axes[2].plot(dt * deviation[:, 0], deviation[:, 4], color="tab:orange", lw=0.6,
                 label="largest of an atom")
    axes[2].plot(dt * deviation[:, 0], deviation[:, 6], color="black", lw=0.8, label="mean")
    axes[2].set(xlabel="time (ps)", ylabel="deviation of forces (eV/Angstrom)", ylim=(0, None))
    axes[2].legend(frameon=False)
    fig.savefig(picture, dpi=110)
    print(picture)


if __name__ == "__main__":
    ga.run(main)
