#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draw the file that `deepsea test --parity FILE` writes: predictions over labels.

    parity.py FILE [PICTURE]      one picture of energy, force and virial; FILE.png by default
"""
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)
import numpy as np    # noqa: E402

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "paper"))
import glass_analysis as ga    # noqa: E402

KINDS = (("energy", "energy (eV/atom)"), ("f", "force (eV/A)"), ("v", "virial (eV/atom)"))


def read(path):
    """Columns by their names, without the lines of comment."""
    with ga.open_text(path) as file:
        rows = [line.split() for line in file if not line.startswith("#")]
    if len(rows) < 2 or not {"label", "prediction", "quantity"} <= set(rows[0]):
        raise ValueError(f"{path}: is no file of `deepsea test --parity`")
    return {name: np.array(column) for name, column in zip(rows[0], zip(*rows[1:]))}


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    columns = read(sys.argv[1])
    label, prediction = (columns[name].astype(float) for name in ("label", "prediction"))
    quantity = columns["quantity"]
    fig, axes = plt.subplots(1, 3, figsize=(13, 4), constrained_layout=True)
    for ax, (begin, title) in zip(axes, KINDS):
        ours = np.char.startswith(quantity, begin)
        if not ours.any():
            ax.set_title(f"{title}: no labels")
            continue
        # Forces by element; the rest by model.
        key = columns["element" if begin == "f" else "model"]
        for name in np.unique(key[ours]):
            of = ours & (key == name)
            rmse = np.sqrt(np.mean((label[of] - prediction[of]) ** 2))
            text = name if begin == "f" else f"model {name}"
            ax.plot(label[of], prediction[of], ".", ms=3, label=f"{text}: RMSE {rmse:.3g}")
        ends = [label[ours].min(), label[ours].max()]
        ax.plot(ends, ends, "k-", lw=0.8)
        ax.set(xlabel=f"label: {title}", ylabel="prediction")
        ax.legend(frameon=False, fontsize="small")
    picture = sys.argv[2] if len(sys.argv) > 2 else sys.argv[1] + ".png"
    fig.savefig(picture, dpi=110)
    print(picture)


if __name__ == "__main__":
    ga.run(main)
