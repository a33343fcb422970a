#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Labels by an ASE calculator (the teacher), with the spread of several, restartable.

    label_ase.py SET... [--by teacher] [--work DIR] [--settings settings.json] [--sample N]
                 [--known SET.hdf5...] [--limit N] [--nice 19] [--processes N]

The frames are those of frames/SET.xyz, or of frames/SET.hdf5 (a set of to_hdf5.py, to label it
anew). "teacher" in settings.json is a list of calculators, and so is "reference" (--by reference):
each {"name", "calculator": "module:Class", "arguments": {...}}, and "stress": false where that is
not to be trusted; the labels have no virial then. The first one labels; the spread of an atom is
the root mean square deviation of the forces of all of them from their mean (eV/A), and tells where
the first one guesses. DIR/labels/NAME.npz is as npy_sets.py describes it, with `spread` (n,) and
`all_forces` (calculators, n, 3). What a calculator cannot do, for a cycle that does not converge,
leaves NAME.failed with the reason; the third in a row ends the program. Frames that are there
already, or have failed, are passed over; stopping it loses the frames in work. DIR/pid holds the
process group, as for label_cp2k.py.

--sample takes N of all frames at random, always the same, in random order: wherever it is stopped,
what is there is of all kinds. --known has packed sets of labels by the same calculators, which go
to DIR/labels first, so that another machine goes on. Each of --processes (1) has calculators of its
own, with their threads, and labels its share of the frames.
"""
import argparse
import fcntl
import importlib
import multiprocessing
import os
import random
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


def frames_of(path):
    """Frames of PATH.xyz, or of PATH.hdf5 where only that is there."""
    packed = f"{path}.hdf5"
    if os.path.exists(packed) and not os.path.exists(f"{path}.xyz"):
        return [atoms for atoms, _ in npy_sets.read_packed(packed)]
    return npy_sets.read_frames([f"{path}.xyz"])


def evaluate(atoms, calculators, stress=True):
    """Energy (eV) and virial (3, 3; eV; None without stress) of the first, forces of all (k, n, 3)
    and their spread.
    """
    forces = []
    for k, model in enumerate(calculators):
        atoms.calc = model
        forces.append(atoms.get_forces())
        if k == 0:
            energy = atoms.get_potential_energy()
            virial = -atoms.get_stress(voigt=False) * atoms.get_volume() if stress else None
    forces = np.array(forces)
    if not all(np.isfinite(x).all() for x in (energy, forces, virial) if x is not None):
        raise ValueError(f"{atoms.info['name']}: a number is not finite")
    deviation = forces - forces.mean(axis=0)
    return energy, virial, forces, np.sqrt((deviation ** 2).sum(axis=-1).mean(axis=0))


def label(todo, entries, folder):
    """Labels frames one after another, with calculators of this process."""
    calculators = [calculator(entry) for entry in entries] if todo else []
    seconds, failed = [], 0
    for atoms in todo:
        start, info = time.time(), dict(atoms.info)
        try:
            energy, virial, forces, spread = evaluate(atoms, calculators,
                                                      entries[0].get("stress", True))
        except Exception as reason:    # each calculator has its own kinds
            failed += 1
            if failed == 3:    # no fault of the frames
                raise
            with open(f"{folder}/{info['name']}.failed", "w") as out:
                out.write(f"{type(reason).__name__}: {reason}\n")
            print(f"{info['name']} has failed: {reason}", flush=True)
            continue
        failed = 0
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
    parser.add_argument("--by", default="teacher", help="calculators of the settings")
    parser.add_argument("--sample", type=int, help="so many of all frames, at random")
    parser.add_argument("--known", nargs="+", default=[], metavar="SET.hdf5")
    parser.add_argument("--limit", type=int, help="stop after so many frames")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--nice", type=int, default=19, help="lower it on a machine of your own")
    options = parser.parse_args()
    if options.processes < 1:
        parser.error("--processes is a number of processes, 1 or more")
    settings = npy_sets.read_settings(options.settings)
    if options.by not in settings:
        sys.exit(f"{options.settings}: has no \"{options.by}\", a list of calculators")
    frames = [atoms for name in options.sets for atoms in frames_of(f"{options.frames}/{name}")]
    if options.sample is not None:
        if not 0 < options.sample <= len(frames):
            sys.exit(f"--sample {options.sample}: there are {len(frames)} frames")
        frames = random.Random(1).sample(frames, options.sample)
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
    for atoms, known in (frame for path in options.known for frame in npy_sets.read_packed(path)):
        path = f"{folder}/{atoms.info['name']}.npz"
        if known["energy"] is not None and not os.path.exists(path):
            npy_sets.write_label(path, atoms, **known)
    todo = [a for a in frames if not any(os.path.exists(f"{folder}/{a.info['name']}.{ending}")
                                         for ending in ("npz", "failed"))]
    todo = todo[:options.limit]
    shares = [todo[k::options.processes] for k in range(options.processes)]
    others = [multiprocessing.Process(target=label, args=(share, settings[options.by], folder))
              for share in shares[1:] if share]
    for process in others:
        process.start()
    label(shares[0], settings[options.by], folder)
    for process in others:
        process.join()
    if any(process.exitcode for process in others):
        sys.exit("a process has failed, see above; the same command labels what it left")
    os.remove(f"{options.work}/pid")


if __name__ == "__main__":
    main()
