#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draw a run of in.first-run: temperature, total energy, deviation of the models.

    plot.py [PREFIX [PICTURE]]    reads PREFIX.history and PREFIX.deviation, writes PREFIX.png

The first 5 ps are taken to have a thermostat, as by default.
"""
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)
import numpy as np    # noqa: E402

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "paper"))
import glass_analysis as ga    # noqa: E402

ATOMS = 300
EQUILIBRATED = 5.0    # ps, as in the deck


def main():
    if len(sys.argv) > 3:
        sys.exit(__doc__)
    prefix = sys.argv[1] if len(sys.argv) > 1 else "first-run"
    picture = sys.argv[2] if len(sys.argv) > 2 else prefix + ".png"
    step, time, temperature, energy, _ = ga.read_table(prefix + ".history").T
    deviation = ga.read_table(prefix + ".deviation")
    dt = time[-1] / step[-1]

    free = time > EQUILIBRATED
    if free.sum() < 3:
        raise ValueError(f"{prefix}.history has {free.sum()} rows behind {EQUILIBRATED:g} ps, "
                         "where the thermostat ends; let the run go on, without -var equilibrate")
    slope, _ = np.polyfit(time[free], energy[free] / ATOMS, 1)
    off = 1.0e6 * (energy[free] - energy[free].mean()) / ATOMS
    print(f"drift of the total energy {slope:.2e} eV/atom/ps, fluctuation {off.std():.2f} ueV/atom")

    fig, axes = plt.subplots(1, 3, figsize=(13, 3.8), constrained_layout=True)
    axes[0].plot(time, temperature, color="tab:red", lw=1)
    axes[0].axvline(EQUILIBRATED, color="black", ls=":", lw=1)
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
