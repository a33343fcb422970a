#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Frames from molecular dynamics with a committee of models, picked where the models disagree.

    explore.py ROUND MODEL MODEL... --start FRAMES.xyz... [--settings settings.json] [--out frames]
               [--lmp lmp]

A round of active learning: train a committee (several seeds), explore, label what this picks, train
again with it. Writes frames/ROUND.xyz (a name such as r1), beside what is there already; a stop
loses the run in work. ROUND.json has what each run gave, ROUND.setup.json what the round was begun
with: other models, frames or settings are refused, but for the number of runs. "explore" in
settings.json has that, their length (ps), the temperatures that they go round with, and the window
of the largest deviation of a force (eV/A): below it a frame has nothing to teach, above it, it may
be no glass any more. At most "per_run" of the frames of a run are taken, "apart" ps from each
other, those with the largest deviations first, and none with a pair closer than "closest" of its
radii. Each run starts from a frame of --start, in turn. "rounds" in it has what is different in a
round of that name.
"""
import argparse
import json
import os
import sys
import tempfile

import numpy as np

import lammps_run
import npy_sets
import provenance

try:
    import ase.io
    import make_frames
except ImportError:    # picked() does without
    ase = None

HERE = os.path.dirname(os.path.abspath(__file__))


def dynamics(start, models, temperature, seed, settings, lmp):
    """Frames of a run, their times (ps) and largest deviations of a force (eV/A)."""
    explore = settings["explore"]
    with tempfile.TemporaryDirectory() as folder:
        atoms = start.copy()
        make_frames.write_data(f"{folder}/data", atoms, settings["elements"], style="atomic")
        words = {"data": "data", "models": " ".join(map(os.path.abspath, models)),
                 "T": temperature, "seed": seed, "ps": explore["ps"]}
        lammps_run.run("in.explore", folder, lmp, words)
        rows = np.loadtxt(f"{folder}/deviation.out", ndmin=2)
        frames = ase.io.read(f"{folder}/frames.dump", ":", format="lammps-dump-text",
                             specorder=settings["elements"])
    count = min(len(frames), len(rows))
    return frames[:count], 0.001 * rows[:count, 0], rows[:count, 4]


def plan_of(name, settings):
    """What "explore" in the settings has for the round of that name."""
    plan = dict(settings["explore"])
    own = plan.pop("rounds", {}).get(name, {})
    return {**plan, **own}


def picked(times, deviations, explore):
    """Indices of the frames to take."""
    low, high = explore["deviation"]
    chosen = []
    for k in np.argsort(-deviations):
        apart = all(abs(times[k] - times[other]) >= explore["apart"] for other in chosen)
        if low <= deviations[k] <= high and apart:
            chosen.append(int(k))
        if len(chosen) == explore["per_run"]:
            break
    return sorted(chosen)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("round")
    parser.add_argument("models", nargs="+")
    parser.add_argument("--start", nargs="+", required=True)
    parser.add_argument("--settings", default=f"{HERE}/settings.json")
    parser.add_argument("--out", default=f"{HERE}/frames")
    parser.add_argument("--lmp", default="lmp")
    options = parser.parse_args()
    if len(options.models) < 2:
        parser.error("a committee has two models or more")
    if ase is None:
        parser.error("ASE is missing")
    settings = npy_sets.read_settings(options.settings)
    explore = settings["explore"] = plan_of(options.round, settings)
    starts = npy_sets.read_frames(options.start)
    os.makedirs(options.out, exist_ok=True)
    path, state = f"{options.out}/{options.round}.xyz", f"{options.out}/{options.round}.json"
    made = ase.io.read(path, ":", format="extxyz") if os.path.exists(path) else []
    done = npy_sets.read_settings(state) if os.path.exists(state) else []
    provenance.keep(f"{options.out}/{options.round}.setup.json", {
        "models": [provenance.checksum(model) for model in options.models],
        "start": [provenance.checksum(file) for file in options.start],
        "explore": {key: value for key, value in explore.items() if key != "runs"},
        "elements": settings["elements"], "radii": settings["radii"]}, bool(done))
    count = sum(run["picked"] for run in done)
    if len(made) < count:
        sys.exit(f"{path}: has {len(made)} frames, {state} tells of {count}; remove both to begin "
                 "this round again")
    del made[count:]    # of a run that a stop kept out of ROUND.json
    rng = np.random.default_rng(list(options.round.encode()))
    order = rng.permutation(len(starts))
    for run in range(len(done), explore["runs"]):
        start = starts[order[run % len(starts)]]
        temperature = explore["temperatures"][run % len(explore["temperatures"])]
        frames, times, deviations = dynamics(start, options.models, temperature, run + 1, settings,
                                             options.lmp)
        chosen = picked(times, deviations, explore)
        chosen = [k for k in chosen
                  if make_frames.closeness(frames[k], settings) >= explore["closest"]]
        for k in chosen:
            atoms = make_frames.sorted_by_element(frames[k], settings["elements"])
            atoms.info = {"name": f"{options.round}-{len(made):04d}", "set": options.round,
                          "kind": "explored", "T": temperature, "system": start.info["system"],
                          "start": start.info["name"], "deviation": round(float(deviations[k]), 3)}
            made.append(atoms)
        # What this run had: its end (ps), median and largest deviation.
        done.append({"start": start.info["name"], "T": temperature, "end": float(times[-1]),
                     "median": float(np.median(deviations)), "largest": float(deviations.max()),
                     "picked": len(chosen)})
        for file, write in ((path, lambda name: ase.io.write(name, made, format="extxyz")),
                            (state, lambda name: json.dump(done, open(name, "w"), indent=1))):
            if file == path and not made:
                continue
            write(file + ".part")
            os.replace(file + ".part", file)
        print(f"run {run + 1} of {explore['runs']}: {done[-1]}, {len(made)} frames", flush=True)


if __name__ == "__main__":
    main()
