#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Labels by an ASE calculator (the teacher), with the spread of several, restartable.

    label_ase.py SET... [--work DIR] [--settings settings.json] [--limit N] [--nice 19]
                 [--processes N]

"teacher" in settings.json is a list of calculators, each {"name", "calculator": "module:Class",
"arguments": {...}}. The first one labels; the spread of an atom is the root mean square deviation
of the forces of all of them from their mean (eV/A), and tells where the first one guesses.
Per frame of frames/SET.xyz: DIR/labels/NAME.npz as npy_sets.py describes it, with `spread` (n,)
and `all_forces` (calculators, n, 3). Frames that are there already are passed over; stopping it
loses the frames in work. DIR/pid holds the process group, as for label_cp2k.py. Each of
--processes (1) has calculators of its own, with their threads, and labels its share of the frames.
"""
import argparse
import fcntl
import importlib
import multiprocessing
import os
import sys
import time

import numpy as np

import npy_sets

HERE = os.path.dirname(os.path.abspath(__file__))


def calculator(entry):
    """The ASE calculator of one entry of "teacher"."""
    module, name = entry["calculator"].split(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except ImportError as reason:
        sys.exit(f"{entry['name']} of the settings: {reason}; install the package that has it")
    return found(**entry["arguments"])


def evaluate(atoms, calculators):
    """Energy (eV) and virial (3, 3; eV) of the first, forces of all (k, n, 3) and their spread."""
    forces = []
    for k, model in enumerate(calculators):
        atoms.calc = model
        forces.append(atoms.get_forces())
        if k == 0:
            energy = atoms.get_potential_energy()
            virial = -atoms.get_stress(voigt=False) * atoms.get_volume()
    forces = np.array(forces)
    if not (np.isfinite(energy) and np.isfinite(virial).all() and np.isfinite(forces).all()):
        raise ValueError(f"{atoms.info['name']}: a number is not finite")
    deviation = forces - forces.mean(axis=0)
    return energy, virial, forces, np.sqrt((deviation ** 2).sum(axis=-1).mean(axis=0))


def label(todo, settings, folder):
    """Labels frames one after another, with calculators of this process."""
    calculators = [calculator(entry) for entry in settings["teacher"]] if todo else []
    seconds = []
    for atoms in todo:
        start, info = time.time(), dict(atoms.info)
        energy, virial, forces, spread = evaluate(atoms, calculators)
        atoms.calc, atoms.info = None, info
        npy_sets.write_label(f"{folder}/{info['name']}.npz", atoms, energy, forces[0], virial,
                             spread=spread, all_forces=forces)
        seconds.append(time.time() - start)
        left = len(todo) - len(seconds)
        print(f"{time.strftime('%m-%d %H:%M:%S')} {info['name']} {len(atoms)} atoms, "
              f"largest spread {spread.max():.2f} eV/A; {len(seconds)}/{len(todo)} done, "
              f"{seconds[-1]:.0f} s, {left * np.mean(seconds[-20:]) / 3600:.1f} h left", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--settings", default=f"{HERE}/settings.json")
    parser.add_argument("--frames", default=f"{HERE}/frames")
    parser.add_argument("--work", default="work-teacher")
    parser.add_argument("--limit", type=int, help="stop after so many frames")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--nice", type=int, default=19, help="lower it on a machine of your own")
    options = parser.parse_args()
    if options.processes < 1:
        parser.error("--processes is a number of processes, 1 or more")
    settings = npy_sets.read_settings(options.settings)
    frames = npy_sets.read_frames(f"{options.frames}/{name}.xyz" for name in options.sets)
    os.makedirs(f"{options.work}/labels", exist_ok=True)
    guard = open(f"{options.work}/lock", "w")
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"another job labels in {options.work} already")
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)
    os.nice(options.nice - os.nice(0))
    with open(f"{options.work}/pid", "w") as out:
        out.write(f"{os.getpgrp()}\n")
    folder = f"{options.work}/labels"
    todo = [a for a in frames if not os.path.exists(f"{folder}/{a.info['name']}.npz")]
    todo = todo[:options.limit]
    shares = [todo[k::options.processes] for k in range(options.processes)]
    others = [multiprocessing.Process(target=label, args=(share, settings, folder))
              for share in shares[1:] if share]
    for process in others:
        process.start()
    label(shares[0], settings, folder)
    for process in others:
        process.join()
    if any(process.exitcode for process in others):
        sys.exit("a process has failed, see above; the same command labels what it left")
    os.remove(f"{options.work}/pid")


if __name__ == "__main__":
    main()
