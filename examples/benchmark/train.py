#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""`deepsea train` against DeePMD-kit's trainers: same model, data, batches and cores, in turn.

    train.py --deepmd VENV --work FOLDER [--rounds 3] [--cores 2] [--trainers pt deepsea]

VENV is a Python environment with deepmd-kit[torch] and TensorFlow; FOLDER keeps the frames (102
atoms, made at the first call with lmp, a few minutes) and what the runs leave. The model is that of
deepmd_model.py: embedding 25-50-100, 16 axis neurons, fitting 240-240-240, rc 6 A, one frame a
batch, loss on energy, force and virial. Each program reads the same input.json. Prints tables in
reStructuredText: milliseconds a step after the first ones, ratios round by round, the gain from
more cores, and the most memory that a process took.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys

import deepmd_model

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "deepsea-first-run"))
import make_models    # noqa: E402

MELTS = ("m1", "m4", "m5")
# Steps between two lines of progress, of which the first is not counted; four lines in all.
STEPS = {"pt": 15, "tf": 30, "deepsea": 200}
TRAINERS = {"pt": "DeePMD-kit, PyTorch", "tf": "DeePMD-kit, TensorFlow", "deepsea": "deepsea train"}


def frames(work):
    """The training frames, made where they are missing."""
    for melt in MELTS:
        if not (work / "data" / melt / "set.000").exists():
            make_models.run_melt(work, melt)
    return [str(work / "data" / melt) for melt in MELTS]


def settings(systems, precision, trainer):
    steps = 4 * STEPS[trainer]
    made = deepmd_model.training(steps, systems)
    for part in ("descriptor", "fitting_net"):
        made["model"][part]["precision"] = precision
    made["training"].update(disp_freq=STEPS[trainer], save_freq=steps)
    return made


def run(args, trainer, precision, cores):
    """Seconds a step, and the peak of memory in MB."""
    folder = args.work / f"{trainer}-{precision}"
    folder.mkdir(exist_ok=True)
    (folder / "input.json").write_text(
        json.dumps(settings(frames(args.work), precision, trainer), indent=1))
    words = {"deepsea": ["deepsea", "train", "input.json", "--force", "--threads", str(cores)]}
    env = dict(os.environ, OMP_NUM_THREADS=str(cores), TF_CPP_MIN_LOG_LEVEL="2",
               DP_INTRA_OP_PARALLELISM_THREADS=str(cores), DP_INTER_OP_PARALLELISM_THREADS="1")
    command = words.get(trainer, [str(args.deepmd / "bin" / "dp"), f"--{trainer}", "train",
                                  "input.json"])
    log = folder / "log"
    with open(log, "w", encoding="utf-8") as out:
        child = subprocess.Popen(command, cwd=folder, env=env, stdout=out, stderr=out)
        _, status, usage = os.wait4(child.pid, 0)
    text = log.read_text()
    if status != 0:
        sys.exit(f"{' '.join(command)}\n{text[-3000:]}")
    if trainer == "deepsea":
        times = [float(ms) / 1000 for ms in re.findall(r", ([\d.]+) ms/step", text)]
    else:
        walls = re.findall(r"total wall time = ([\d.]+) s", text)
        times = [float(wall) / STEPS[trainer] for wall in walls]
    return statistics.median(times[1:]), usage.ru_maxrss / 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--deepmd", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--trainers", nargs="+", default=list(TRAINERS), choices=list(TRAINERS),
                        help="deepsea has to be one of them")
    args = parser.parse_args()
    args.deepmd, args.work = args.deepmd.resolve(), args.work.resolve()
    args.work.mkdir(parents=True, exist_ok=True)
    print(".. csv-table::\n   :header: precision, trainer, ms a step, \"times deepsea\", MB\n")
    for precision in ("float64", "float32"):
        rounds = []
        for _ in range(args.rounds):
            rounds.append({trainer: run(args, trainer, precision, args.cores)
                           for trainer in args.trainers})
        for trainer in args.trainers:
            name = TRAINERS[trainer]
            time, memory = (statistics.median(one[trainer][k] for one in rounds) for k in (0, 1))
            ratio = statistics.median(one[trainer][0] / one["deepsea"][0] for one in rounds)
            print(f"   {precision}, \"{name}\", {1000 * time:.1f}, {ratio:.1f}, {memory:.0f}",
                  flush=True)
        gain = statistics.median(run(args, "deepsea", precision, 1)[0] /
                                 run(args, "deepsea", precision, args.cores)[0]
                                 for _ in range(args.rounds))
        print(f"\n   {precision}: {args.cores} threads against one {gain:.2f}\n", flush=True)


if __name__ == "__main__":
    main()
