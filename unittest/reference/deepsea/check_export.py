#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Let DeePMD-kit load and run what `deepsea export` writes, and compare.

usage: check_export.py [--models FILE...] [--frames SYSTEM] [--store]

Needs deepmd-kit 3 and its `dp` beside this Python, and the program `deepsea` on the path.
Each model (deepsea .pt; by default every .dp here, converted first) is exported, and then
  - converted back: the digest must be the same;
  - loaded by DeePMD-kit's NumPy back end (.dp): energies and atomic energies;
  - made a .pth and a .pb by `dp convert-backend` and run by PyTorch and TensorFlow: energies,
    forces, virials, atomic energies.
Numbers must agree with `deepsea eval --table off`: to 1e-9 of the largest of each kind in double,
to 1e-5 in single precision, and to 1e-5 by TensorFlow where a cutoff is no float32 number: the
operators of that back end take cutoffs in single precision. Where `deepsea export` notes that no
.pb should be made of a model, that back end's difference is shown, but not judged.
Frames are those of frames.json, or those of a system in DeePMD-kit's
format whose type_map holds the elements of the model.
--store writes export/two_types.dp, what is exported of two_types.dp, and export/two_types.json,
PyTorch's numbers for it, for the tests that run without DeePMD-kit.
"""
import argparse
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

for key in ("OMP_NUM_THREADS", "DP_INTRA_OP_PARALLELISM_THREADS",
            "DP_INTER_OP_PARALLELISM_THREADS"):
    os.environ.setdefault(key, "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from deepmd.dpmodel.utils.serialization import load_dp_model
from deepmd.infer import DeepPot

from make_reference import neighbor_counts

HERE = os.path.dirname(os.path.abspath(__file__))
# What DeePMD-kit's TensorFlow back end does not have.
NOT_IN_TENSORFLOW = ("env_protection", "softplus' is not", "silu' is not")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout


def digest(output):
    return output.strip().split()[-1]


def frames_of(args, elements):
    """Frames whose elements are all known: positions, cell or None, elements, name."""
    if args.frames:
        names = open(f"{args.frames}/type_map.raw").read().split()
        types = [names[int(t)] for t in open(f"{args.frames}/type.raw").read().split()]
        for folder in sorted(glob.glob(f"{args.frames}/set.*")):
            x = np.load(f"{folder}/coord.npy")
            for k, (place, cell) in enumerate(zip(x, np.load(f"{folder}/box.npy"))):
                yield place.reshape(-1, 3), cell.reshape(3, 3), types, f"{folder} {k}"
        return
    with open(f"{HERE}/frames.json") as file:
        for name, frame in json.load(file).items():
            if set(frame["elements"]) <= set(elements):
                cell = frame["cell"]
                yield (np.array(frame["positions"]), None if cell is None else np.array(cell),
                       frame["elements"], name)


def most_neighbors(frame, elements, rcut):
    frame = dict(positions=frame[0], cell=frame[1], elements=frame[2])
    return neighbor_counts({"frame": frame}, elements, rcut)


def write_xyz(path, frames):
    with open(path, "w") as file:
        for x, cell, elements, _ in frames:
            vectors = "" if cell is None else " ".join(map(repr, cell.ravel().tolist()))
            lattice = f'Lattice="{vectors}" ' if vectors else ""
            file.write(f"{len(x)}\n{lattice}Properties=species:S:1:pos:R:3\n")
            for name, place in zip(elements, x.tolist()):
                file.write(f"{name} {' '.join(map(repr, place))}\n")


def by_deepmd(path, frames, elements, forces=True):
    """Energies, virials, forces, atomic energies of all frames, as `deepsea eval --json` has it."""
    potential = DeepPot(path)
    results = []
    for x, cell, names, _ in frames:
        types = [elements.index(name) for name in names]
        box = None if cell is None else cell.reshape(1, 9)
        if forces:
            e, f, v, ae, _ = potential.eval(x.reshape(1, -1), box, types, atomic=True)
            results.append(dict(energy=float(e[0, 0]), forces=f[0].tolist(),
                                virial=v[0].ravel().tolist(), atomic_energies=ae[0, :, 0].tolist()))
        else:
            ae = potential.deep_eval.eval(x.reshape(1, -1), box, types, atomic=True)["energy"]
            results.append(dict(energy=float(ae.sum()), atomic_energies=ae.ravel().tolist()))
    return results


def difference(mine, theirs):
    """Largest difference, relative to the largest number of its kind."""
    worst = 0.0
    for key in theirs[0]:
        ours = np.concatenate([np.ravel(m[key]) for m in mine])
        other = np.concatenate([np.ravel(t[key]) for t in theirs])
        scale = abs(ours).max()
        assert scale > 1e-3, (key, "is zero")
        worst = max(worst, abs(ours - other).max() / scale)
    return worst


def check(model, args, folder):
    name = os.path.splitext(os.path.basename(model))[0]
    path = f"{folder}/{name}.pt"
    if model.endswith(".dp"):
        before = digest(run("deepsea", "convert", model, path))
    else:
        path = model
        before = run("deepsea", "info", model).split("sha256")[1].split()[0]
    dp = f"{folder}/{name}.dp"
    notes = run("deepsea", "export", path, dp)
    after = digest(run("deepsea", "convert", dp, f"{folder}/{name}-again.pt"))
    assert after == before, (name, "another digest after export and convert")

    tree = load_dp_model(dp)["model"]
    elements, single = tree["type_map"], tree["descriptor"]["precision"] == "float32"
    # DeePMD-kit leaves out neighbors beyond `sel`.
    cut = tree["descriptor"]
    frames = [f for f in frames_of(args, elements)
              if (most_neighbors(f, elements, cut["rcut"]) <= cut["sel"]).all()]
    assert frames, (name, "no frame with so few neighbors")
    write_xyz(f"{folder}/frames.xyz", frames)
    mine = json.loads(run("deepsea", "eval", path, f"{folder}/frames.xyz", "--table", "off",
                          "--json"))["frames"]
    cutoffs = [cut["rcut"], cut["rcut_smth"]]
    coarse = (np.array(cutoffs, np.float32) != cutoffs).any()
    numbers = None
    for backend, ending in (("NumPy", ".dp"), ("PyTorch", ".pth"), ("TensorFlow", ".pb")):
        out = f"{folder}/{name}{ending}"
        try:
            if ending != ".dp":
                run(f"{os.path.dirname(sys.executable)}/dp", "convert-backend", dp, out)
            theirs = by_deepmd(out, frames, elements, forces=ending != ".dp")
        except (RuntimeError, ValueError, NotImplementedError) as reason:
            if ending == ".pb" and any(word in str(reason) for word in NOT_IN_TENSORFLOW):
                print(f"{name:18} {backend:11} not run: {reason}")
                continue
            raise
        if ending == ".pth":
            numbers = {frame[-1]: result for frame, result in zip(frames, theirs)}
        worst = difference(mine, theirs)
        why = ("single precision" if single else
               "cutoffs in single precision" if coarse and ending == ".pb" else "")
        print(f"{name:18} {backend:11} {len(frames)} frames, largest difference {worst:.1e} {why}")
        if ending == ".pb" and "make no .pb" in notes:
            print(f"{name:18} {backend:11} not judged")
            continue
        bound = 1e-5 if why else 1e-9
        assert worst <= bound, (name, backend, worst)
    return dp, elements, numbers


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", nargs="+", metavar="FILE")
    parser.add_argument("--frames", metavar="SYSTEM")
    parser.add_argument("--store", action="store_true")
    args = parser.parse_args()
    models = args.models
    if args.store:
        models = [f"{HERE}/two_types.dp"]
    elif not models:
        refused = ("model_exclusions", "silut_one")
        models = [p for p in sorted(glob.glob(f"{HERE}/*.dp"))
                  if "refuse_" not in p and os.path.basename(p)[:-3] not in refused]
    for model in models:
        with tempfile.TemporaryDirectory() as folder:
            dp, elements, numbers = check(model, args, folder)
            if args.store:
                import deepmd
                os.makedirs(f"{HERE}/export", exist_ok=True)
                shutil.copy(dp, f"{HERE}/export/two_types.dp")
                with open(f"{HERE}/export/two_types.json", "w") as file:
                    json.dump(dict(program=f"deepmd-kit {deepmd.__version__}", type_map=elements,
                                   frames=numbers), file)
                    file.write("\n")


if __name__ == "__main__":
    main()
