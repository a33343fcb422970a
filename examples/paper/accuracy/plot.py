#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Errors of energies and forces against labels, by composition, temperature and element.

    plot.py [--constants] [--picture accuracy.png] NAME=PARITY [NAME=PARITY ...]

PARITY is what `deepsea test --parity` or by_lammps.py wrote, NAME what the potential is called. The
frames' compositions and temperatures come from frames.txt beside their labels, or from "frames" of
an HDF5 file (with h5py). Errors of groups have a standard error from the scatter of frames.
--constants takes one constant for each element off the energies first, fitted to all frames of the
file: the zeros of two codes, or of a two-body potential, differ by such constants. The parities
drawn are those of the first file.
"""
import argparse
import json
import pathlib
import re
import sys

import matplotlib
import numpy as np

try:
    import h5py
except ImportError:    # only needed where labels are in such a file
    h5py = None

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import glass_analysis as ga    # noqa: E402

# Mean absolute errors of forces (eV/A) of fresh glasses, S. Urata, arXiv:2209.00316, Fig. 1; of its
# test set: 0.203, energies 0.0049 eV/atom. Two-body potentials of its kind: 0.5 and 0.01.
PAPER = {"LBS-20-60-20": 0.261, "LBS-40-40-20": 0.243, "LBS-10-50-40": 0.218}
HEAD = "model set frame atom element quantity label prediction".split()


class Frame:
    """What a potential says of a labelled frame."""

    def __init__(self, composition, temperature):
        self.composition, self.temperature = composition, temperature
        self.energy = None    # label, prediction (eV/atom)
        self.forces = {}      # by element: label, prediction (eV/A), component by component

    def shares(self, kinds):
        """Share of each element, from the forces, of which each atom has three."""
        counts = np.array([len(self.forces.get(kind, ())) for kind in kinds], float)
        return counts / max(counts.sum(), 1)

    def error(self):
        """Sum of the absolute errors of force components, and their number."""
        rows = np.concatenate(list(self.forces.values()))
        return np.abs(rows[:, 1] - rows[:, 0]).sum(), len(rows)


def words_of(folder):
    """The lines of frames.txt beside a system, or of the text "frames" of a group of an HDF5 file,
    FILE#/GROUP; None where there are none, or nothing that reads HDF5."""
    file, _, group = folder.partition("#/")
    if group:
        if h5py is None or not pathlib.Path(file).exists():
            return None
        with h5py.File(file) as known:
            text = known[group].get("frames")
            return None if text is None else text[()].decode().splitlines()
    path = pathlib.Path(folder) / "frames.txt"
    if not path.exists():
        return None
    with ga.open_text(path) as known:
        return known.read().splitlines()


def origins(folder):
    """What gives composition and temperature (K, or None) of a frame, which counts from 1."""
    name, lines = pathlib.Path(folder).name.partition(".")[0], words_of(folder)

    def origin(frame):
        known = json.loads(lines[frame - 1]) if lines else {}
        return known.get("system", name), known.get("T")
    return origin


def read(path):
    """Frames of a parity file of one model; ValueError with its name if it is none."""
    with ga.open_text(path) as file:
        lines = file.read().splitlines()
    origin_of = {number: origins(folder) for number, folder in re.findall(
        r"^# set (\d+): (.*)$", "\n".join(lines), re.MULTILINE)}
    rows = [line.split() for line in lines if not line.startswith("#")]
    if len(rows) < 2 or rows[0] != HEAD or any(len(row) != len(HEAD) for row in rows):
        raise ValueError(f"{path}: is no whole file of `deepsea test --parity`")
    if {row[0] for row in rows[1:]} != {"1"}:
        raise ValueError(f"{path}: has several models; test them one by one")
    frames = {}
    for _, number, frame, _, element, quantity, *values in rows[1:]:
        key = int(number), int(frame)
        if key not in frames:
            frames[key] = Frame(*origin_of[number](key[1]))
        if quantity == "energy":
            frames[key].energy = [float(v) for v in values]
        elif quantity[0] == "f":
            frames[key].forces.setdefault(element, []).append([float(v) for v in values])
    whole = [f for f in frames.values() if f.energy and f.forces]
    if not whole:
        raise ValueError(f"{path}: no frame has both energy and forces")
    for frame in whole:
        frame.forces = {e: np.array(rows) for e, rows in frame.forces.items()}
    return whole


def constants_of(frames, energy):
    """What one constant for each element, fitted to these energies, gives for each frame, and how
    many constants are independent of each other.
    """
    kinds = sorted({kind for frame in frames for kind in frame.forces})
    shares = np.array([frame.shares(kinds) for frame in frames])
    return (shares @ np.linalg.lstsq(shares, energy, rcond=None)[0],
            np.linalg.matrix_rank(shares))


def take_constants(path, frames):
    """Takes one constant for each element off the predicted energies. As many frames tell nothing
    of the errors as there are independent constants.
    """
    label, prediction = energies(frames)
    shift, rank = constants_of(frames, prediction - label)
    if len(frames) < 2 * rank:
        raise ValueError(f"{path}: {len(frames)} frames are too few to fit {rank} constants")
    for frame, s in zip(frames, shift):
        frame.energy[1] -= s
    return rank


def energies(frames):
    """Labels and predictions."""
    return np.transpose([frame.energy for frame in frames])


def force_error(frames):
    """Mean absolute error of force components over all frames, and its standard error."""
    sums, counts = np.transpose([frame.error() for frame in frames])
    return sums.sum() / counts.sum(), ga.mean_and_error(sums / counts)[1]


def with_error(value, error):
    return f"{value:8.3f} +- {error:5.3f}" if np.isfinite(error) else f"{value:8.3f}         "


def table(name, frames, key):
    """Prints errors of groups; frames whose key is None count nowhere."""
    groups = {}
    for frame in frames:
        groups.setdefault(key(frame), []).append(frame)
    groups.pop(None, None)
    if groups:
        print(f"{name:14s} frames   force MAE (eV/A)   rms force   energy MAE (eV/atom)")
    for group in sorted(groups):
        mine = groups[group]
        label, prediction = energies(mine)
        off, error = ga.mean_and_error(np.abs(prediction - label))
        rms = np.sqrt(np.mean(np.concatenate([rows[:, 0] for f in mine
                                              for rows in f.forces.values()]) ** 2))
        paper = f"   paper {PAPER[group]:.3f} eV/A" if group in PAPER else ""
        print(f"{group!s:14s} {len(mine):6d}  {with_error(*force_error(mine))}   {rms:9.3f}   "
              f"{with_error(off, error)}{paper}")
    return groups


def report(name, path, frames, constants):
    """Prints all tables of a potential; returns its frames by composition."""
    print(f"== {name}: {path}")
    if constants:
        print(f"{take_constants(path, frames)} constants taken off the energies")
    label, prediction = energies(frames)
    off = prediction - label
    print(f"energies lie {off.mean():+.4f} eV/atom off, spread {off.std():.4f}")
    table("all", frames, lambda frame: "")
    compositions = table("composition", frames, lambda frame: frame.composition)
    if not table("T (K)", frames, lambda frame: frame.temperature):
        print("temperatures: not known, there is no frames.txt beside the labels")
    print("element        atoms    force MAE (eV/A)   rms force")
    for kind in sorted({kind for frame in frames for kind in frame.forces}):
        rows = [frame.forces[kind] for frame in frames if kind in frame.forces]
        error = ga.mean_and_error([np.abs(r[:, 1] - r[:, 0]).mean() for r in rows])[1]
        rows = np.concatenate(rows)
        print(f"{kind:14s} {len(rows) // 3:6d}  "
              f"{with_error(np.abs(rows[:, 1] - rows[:, 0]).mean(), error)}   "
              f"{np.sqrt(np.mean(rows[:, 0] ** 2)):9.3f}")
    return compositions


def draw(potentials, picture):
    """Parities of the first potential, and errors of all by composition."""
    figure, axes = plt.subplots(1, 3, figsize=(13, 4), constrained_layout=True)
    first = next(iter(potentials))
    everything = [frame for frames in potentials[first].values() for frame in frames]
    # Energies of compositions lie far apart; what one constant an element explains is taken off.
    zero, at = constants_of(everything, energies(everything)[0])[0], 0
    for composition, frames in potentials[first].items():
        axes[0].plot(*(energies(frames) - zero[at:at + len(frames)]), ".", label=composition)
        at += len(frames)
    for kind in sorted({kind for frame in everything for kind in frame.forces}):
        rows = np.concatenate([f.forces[kind] for f in everything if kind in f.forces])
        axes[1].plot(*rows.T, ".", ms=2, label=kind)
    for axis, unit in ((axes[0], "energy less composition's (eV/atom)"), (axes[1], "force (eV/A)")):
        ends = axis.get_xlim()
        axis.plot(ends, ends, color="black", lw=0.7)
        axis.set(xlabel=f"label: {unit}", ylabel=first)
        axis.legend(fontsize=7)
    names = sorted({c for groups in potentials.values() for c in groups})
    for k, (potential, groups) in enumerate(potentials.items()):
        places = [i for i, n in enumerate(names) if n in groups]
        values, errors = np.transpose([force_error(groups[names[i]]) for i in places])
        axes[2].errorbar(values, np.array(places) + 0.15 * k, xerr=np.nan_to_num(errors), fmt="o",
                         label=potential)
    paper = [(PAPER[n], i) for i, n in enumerate(names) if n in PAPER]
    if paper:
        axes[2].plot(*np.transpose(paper), "k|", ms=14, label="paper's MLP")
    axes[2].set(xlabel="force MAE (eV/A)", xlim=(0, None))
    axes[2].set_yticks(range(len(names)), names, fontsize=8)
    axes[2].legend(fontsize=8)
    figure.savefig(picture, dpi=150)
    print(f"wrote {picture}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", metavar="NAME=PARITY")
    parser.add_argument("--constants", action="store_true")
    parser.add_argument("--picture", default="accuracy.png")
    options = parser.parse_args()
    potentials = {}
    for word in options.files:
        name, _, path = word.partition("=")
        if not path:
            raise ValueError(f"{word}: is not of the form NAME=PARITY")
        potentials[name] = report(name, path, read(path), options.constants)
    draw(potentials, options.picture)


if __name__ == "__main__":
    ga.run(main)
