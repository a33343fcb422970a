#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make the models of this folder again: frames from LAMMPS, training by DeePMD-kit, conversion.

    make_models.py frames WORK            in.frames for nine melts; two cores, ten minutes
    make_models.py train WORK SEED        dp train, freeze, convert-backend; one core, ten minutes
    make_models.py convert WORK SEED      WORK/SEED.dp to lbs-small-SEED.pt in this folder
    make_models.py errors WORK            errors of lbs-small-*.pt on the melts that were held out

Needs lmp with the plugin, `deepsea`, and numpy; for `train` also DeePMD-kit 3 with TensorFlow,
which trains networks this small faster than PyTorch does. Its program is `dp` or what --dp names.
SEED is 1, 2 or 3 for the models that stand here.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "paper"))
import lammps_files    # noqa: E402

ELEMENTS = ["Li", "B", "O", "Si"]
BAR = 1.602176634e6    # bar in one eV/A^3
# Name: formula units of SiO2, strain of the edge.
MELTS = {"m1": (12, 1.0), "m2": (12, 1.0), "m3": (12, 1.0), "m4": (12, 0.98), "m5": (12, 1.02),
         "m6": (12, 0.96), "m7": (12, 1.04), "large": (36, 1.0), "test": (12, 1.0)}
HELD_OUT = ("large", "test")
COLD = slice(16, None)    # the frames at 300 K


def run_melt(work, name):
    """in.frames for one melt, and its frames as a DeePMD-kit folder."""
    units, strain = MELTS[name]
    variables = dict(n_Si=units, edge_factor=strain, seed=1 + list(MELTS).index(name), out=name)
    command = ["lmp", "-in", HERE / "in.frames", "-log", f"{name}.log", "-screen", "none"]
    for key, value in variables.items():
        command += ["-var", key, str(value)]
    subprocess.run(command, cwd=work, check=True)
    write_frames(work, name)
    return name


def write_frames(work, name):
    """NAME.dump and NAME.scalar to WORK/data/NAME: type.raw, set.000/*.npy in eV and A. The folder
    is there when it is whole.
    """
    # id, type, x, y, z, fx, fy, fz
    atoms = {frame.step: np.array(frame.rows, float)
             for frame in lammps_files.frames(work / f"{name}.dump")}
    scalars = {int(row[0]): row[1:] for row in np.loadtxt(work / f"{name}.scalar")}
    steps = sorted(set(atoms) & set(scalars))
    folder, part = work / "data" / name, work / "data" / f"{name}.part"
    (part / "set.000").mkdir(parents=True, exist_ok=True)
    rows = np.array([atoms[step] for step in steps])
    scalar = np.array([scalars[step] for step in steps])
    frames = len(steps)
    cell = np.einsum("f,ab->fab", scalar[:, 7], np.eye(3))
    xx, yy, zz, xy, xz, yz = scalar[:, 1:7].T * scalar[:, 7] ** 3 / BAR
    virial = np.array([xx, xy, xz, xy, yy, yz, xz, yz, zz]).T
    np.savetxt(part / "type.raw", rows[0, :, 1] - 1, fmt="%d")
    (part / "type_map.raw").write_text("\n".join(ELEMENTS) + "\n")
    for key, value in (("box", cell.reshape(frames, 9)), ("energy", scalar[:, 0]),
                       ("coord", rows[:, :, 2:5].reshape(frames, -1)),
                       ("force", rows[:, :, 5:8].reshape(frames, -1)), ("virial", virial)):
        np.save(part / "set.000" / f"{key}.npy", value)
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def make_frames(args):
    args.work.mkdir(parents=True, exist_ok=True)
    # The large one first, for it takes longest.
    order = sorted(MELTS, key=lambda name: -MELTS[name][0])
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name in pool.map(lambda melt: run_melt(args.work, melt), order):
            print(name, flush=True)


def settings(work, seed, steps):
    """What `dp train` reads; everything that shapes the model stands here."""
    systems = [str(work / "data" / name) for name in MELTS if name not in HELD_OUT]
    return {
        "model": {
            "type_map": ELEMENTS,
            # sel has to be large enough, see `dp neighbor-stat`.
            "descriptor": {"type": "se_e2_a", "rcut": 5.0, "rcut_smth": 3.5,
                           "sel": [26, 16, 40, 16], "neuron": [6, 12, 24], "axis_neuron": 4,
                           "type_one_side": True, "resnet_dt": False, "seed": seed,
                           "precision": "float64"},
            "fitting_net": {"neuron": [20, 20, 20], "resnet_dt": True, "seed": 10 * seed,
                            "precision": "float64"}},
        "learning_rate": {"type": "exp", "start_lr": 4.0e-3, "stop_lr": 1.0e-5,
                          "decay_steps": max(1, steps // 100)},
        "loss": {"type": "ener", "start_pref_e": 0.02, "limit_pref_e": 1.0, "start_pref_f": 1000,
                 "limit_pref_f": 10, "start_pref_v": 0.01, "limit_pref_v": 0.5},
        "training": {"training_data": {"systems": systems, "batch_size": 1},
                     "numb_steps": steps, "disp_freq": 500, "save_freq": steps,
                     "seed": 100 * seed}}


def train(args):
    one_core = dict(os.environ, OMP_NUM_THREADS="1", DP_INTRA_OP_PARALLELISM_THREADS="1",
                    DP_INTER_OP_PARALLELISM_THREADS="1")
    # Each in a folder of its own, for the names of checkpoints are the same.
    folder = args.work / f"train{args.seed}"
    folder.mkdir(exist_ok=True)
    (folder / "input.json").write_text(json.dumps(settings(args.work, args.seed, args.steps),
                                                  indent=1))
    for words in (["--tf", "train", "input.json"], ["--tf", "freeze", "-o", "model.pb"],
                  ["convert-backend", "model.pb", f"../{args.seed}.dp"]):
        subprocess.run([args.dp, *words], cwd=folder, env=one_core, check=True)


def convert(args):
    target = HERE / f"lbs-small-{args.seed}.pt"
    subprocess.run([args.deepsea, "convert", args.work / f"{args.seed}.dp", target], check=True)


def off(frames, folder, name, file):
    """Numbers of `deepsea eval` minus those of the training data, frame by frame."""
    known = np.load(folder / "set.000" / f"{file}.npy").reshape(len(frames), -1)
    return np.array([np.ravel(frame[name]) for frame in frames]) - known


def rms(values):
    return np.sqrt(np.mean(values ** 2))


def errors(args):
    """Root mean square errors on the melts held out: all frames, and forces of those at 300 K."""
    print("model            melt   E, meV/atom   F, eV/A   F at 300 K   W, meV/atom")
    for model in sorted(HERE.glob("lbs-small-*.pt")):
        for melt in HELD_OUT:
            folder = args.work / "data" / melt
            told = subprocess.run([args.deepsea, "eval", "--json", model, folder], check=True,
                                  capture_output=True, text=True)
            frames = json.loads(told.stdout)["frames"]
            atoms = len(frames[0]["elements"])
            energy, force, virial = (off(frames, folder, *names) for names in (
                ("energy", "energy"), ("forces", "force"), ("virial", "virial")))
            print(f"{model.name}  {melt:5} {1000 * rms(energy) / atoms:12.2f} {rms(force):9.3f} "
                  f"{rms(force[COLD]):12.3f} {1000 * rms(virial) / atoms:13.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    actions = {"frames": make_frames, "train": train, "convert": convert, "errors": errors}
    parser.add_argument("action", choices=actions)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--dp", default="dp")
    parser.add_argument("--deepsea", default="deepsea")
    args = parser.parse_args()
    args.work = args.work.resolve()
    actions[args.action](args)


if __name__ == "__main__":
    main()
