# SPDX-License-Identifier: GPL-2.0-only
"""Makes the benchmark's model with DeePMD-kit; run by deepsea.py with that program's Python.

    python deepmd_model.py FOLDER FRAME
    python deepmd_model.py FOLDER FRAME --steps 5000 --systems DATA...

Embedding 25-50-100, 16 axis neurons, fitting 240-240-240, rc 6.0 A, nets by both types. By default
it is barely trained, on noise around FRAME (a LAMMPS data file), which is enough for its size and
statistics. DATA are folders of training frames, such as make_models.py in ../deepsea-first-run
makes; nets that have learnt from them are less smooth. Leaves model.dp and compressed.pb in FOLDER.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

import numpy as np

ELEMENTS = ["Li", "B", "O", "Si"]
FRAMES = 8
NOISE = 0.05    # A


def read_data(path):
    """Edge of the cubic cell, types from 0, positions of a data file of atom_style charge."""
    text = pathlib.Path(path).read_text()
    low, high = map(float, re.search(r"(\S+) (\S+) xlo", text).groups())
    atoms = re.split(r"\nAtoms[^\n]*\n+", text)[1].split("\nVelocities")[0]
    rows = np.array([line.split()[:6] for line in atoms.split("\n") if line.strip()], dtype=float)
    rows = rows[rows[:, 0].argsort()]
    return high - low, rows[:, 1].astype(int) - 1, rows[:, 3:6] - low


def write_training_set(folder, frame):
    edge, types, positions = read_data(frame)
    random = np.random.default_rng(7)
    (folder / "set.000").mkdir(parents=True, exist_ok=True)
    np.savetxt(folder / "type.raw", types, fmt="%d")
    (folder / "type_map.raw").write_text("\n".join(ELEMENTS))
    moved = positions.ravel() + random.normal(0, NOISE, (FRAMES, positions.size))
    arrays = {"coord": moved, "box": np.tile((np.eye(3) * edge).ravel(), (FRAMES, 1)),
              "energy": random.normal(-7.0 * len(types), 1.0, FRAMES),
              "force": random.normal(0, 1, moved.shape)}
    for name, array in arrays.items():
        np.save(folder / "set.000" / name, array)


def training(steps, systems):
    return {
        "model": {
            "type_map": ELEMENTS,
            "descriptor": {"type": "se_e2_a", "sel": [46, 40, 90, 30], "rcut": 6.0,
                           "rcut_smth": 5.8, "neuron": [25, 50, 100], "axis_neuron": 16,
                           "type_one_side": False, "seed": 1},
            "fitting_net": {"neuron": [240, 240, 240], "resnet_dt": True, "seed": 1}},
        "learning_rate": {"type": "exp", "start_lr": 1e-3, "stop_lr": 1e-6,
                          "decay_steps": max(1, steps // 100)},
        "loss": {"type": "ener", "start_pref_e": 0.02, "limit_pref_e": 1, "start_pref_f": 1000,
                 "limit_pref_f": 10, "start_pref_v": 0.01, "limit_pref_v": 0.5},
        "training": {"training_data": {"systems": systems, "batch_size": 1}, "numb_steps": steps,
                     "disp_freq": max(1, steps // 100), "save_freq": steps, "seed": 1}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("frame")
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--systems", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    folder = args.folder
    folder.mkdir(parents=True, exist_ok=True)
    systems = [str(system.resolve()) for system in args.systems or []]
    if not systems:
        write_training_set(folder / "set", args.frame)
        systems = ["set"]
    (folder / "input.json").write_text(json.dumps(training(args.steps, systems), indent=1))
    dp = str(pathlib.Path(sys.executable).parent / "dp")
    for words in (["train", "input.json"], ["freeze", "-o", "model.pb"],
                  ["convert-backend", "model.pb", "model.dp"],
                  ["compress", "-i", "model.pb", "-o", "compressed.pb"]):
        with open(folder / f"{words[-1]}.log", "w", encoding="utf-8") as log:
            subprocess.run([dp, "--tf", *words], cwd=folder, stdout=log, stderr=log, check=True)


if __name__ == "__main__":
    main()
