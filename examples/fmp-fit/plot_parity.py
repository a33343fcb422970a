#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draw what a fit gives against its labels: energy, force, stress.

    plot_parity.py [PREFIX [PICTURE]]    reads PREFIX-parity.txt, writes PREFIX-parity.png
"""
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)
import numpy as np    # noqa: E402

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "paper"))
import glass_analysis as ga    # noqa: E402

UNITS = {"energy": "eV/atom", "force": "eV/A", "stress": "GPa"}


def read(path):
    """(set, label, potential) of each row by kind; energies within their composition."""
    rows = {kind: [] for kind in UNITS}
    with ga.open_text(path) as file:
        for line in file:
            if not line.startswith("#"):
                kind, number, _, _, label, potential, offset = line.split()
                rows[kind].append((int(number), float(label) - float(offset),
                                   float(potential) - float(offset)))
    return {kind: np.array(values) for kind, values in rows.items() if values}


def main():
    if len(sys.argv) > 3:
        sys.exit(__doc__)
    prefix = sys.argv[1] if len(sys.argv) > 1 else "fit"
    picture = sys.argv[2] if len(sys.argv) > 2 else f"{prefix}-parity.png"
    kinds = read(f"{prefix}-parity.txt")
    if not kinds:
        sys.exit(f"{prefix}-parity.txt has no rows; did the fit end?")
    figure, axes = plt.subplots(1, len(kinds), figsize=(4.2 * len(kinds), 4.0), squeeze=False)
    for axis, (kind, rows) in zip(axes[0], kinds.items()):
        number, label, potential = rows.T
        for one in np.unique(number):
            of_set = number == one
            axis.plot(label[of_set], potential[of_set], ".", markersize=3, label=f"set {one:.0f}")
        ends = [rows[:, 1:].min(), rows[:, 1:].max()]
        axis.plot(ends, ends, "k-", linewidth=0.7)
        axis.set_xlabel(f"{kind}, label ({UNITS[kind]})")
        axis.set_ylabel(f"{kind}, potential ({UNITS[kind]})")
        error = np.sqrt(np.mean((label - potential) ** 2))
        axis.set_title(f"rms {error:.3g} {UNITS[kind]}")
    axes[0][0].legend(frameon=False)
    figure.tight_layout()
    figure.savefig(picture, dpi=150)


if __name__ == "__main__":
    ga.run(main)
