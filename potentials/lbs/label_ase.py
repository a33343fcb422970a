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
leaves NAME.failed with the reason; the third in a row ends the program, and these three are tried
again. Frames that are there already, or have failed, are passed over; stopping it loses the frames
in work. DIR/setup.json has the calculators, with checksums of the files that their arguments name:
other ones are refused, and "by" in the info of a label tells them apart. DIR/pid holds the process
group, as for label_cp2k.py.

--sample takes N of all frames, those that are labelled first and the others in an order by a hash
of their names, so that it does not matter which sets stand where, and N are the first of any more:
wherever it is stopped, what is there is of all kinds. --known has packed sets of labels by the same
calculators, which go to DIR/labels first, so that another machine goes on. Each of --processes (1)
has calculators of its own, with their threads, and labels its share of the frames.
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
import provenance

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


def take_known(paths, folder, by):
    """Labels of packed sets that `folder` lacks; ends the program if one says it is of others."""
    for path in paths:
        for atoms, known in npy_sets.read_packed(path):
            name, maker = atoms.info["name"], atoms.info.get("by", by)
            if maker != by:
                sys.exit(f"{path}: {name} was labelled by {maker}, not by {by}; leave it out of "
                         "--known")
            target = f"{folder}/{name}.npz"
            if known["energy"] is not None and not os.path.exists(target):
                npy_sets.write_label(target, atoms, **known)


def sample(frames, number, folder):
    """The first `number` of the frames: those labelled in `folder`, then by a hash of the name."""
    def rank(atoms):
        name = atoms.info["name"]
        return not os.path.exists(f"{folder}/{name}.npz"), provenance.digest(name)
    return sorted(frames, key=rank)[:number]


def label(todo, entries, folder, by):
    """Labels frames one after another, with calculators of this process; `by` is their word."""
    calculators = [calculator(entry) for entry in entries] if todo else []
    seconds, failed = [], []    # failed: in a row
    for atoms in todo:
        start, info = time.time(), {**atoms.info, "by": by}
        try:
            energy, virial, forces, spread = evaluate(atoms, calculators,
                                                      entries[0].get("stress", True))
        except Exception as reason:    # each calculator has its own kinds
            failed.append(f"{folder}/{info['name']}.failed")
            if len(failed) == 3:    # no fault of the frames
                for file in failed[:2]:
                    os.remove(file)
                raise
            with open(failed[-1], "w") as out:
                out.write(f"{type(reason).__name__}: {reason}\n")
            print(f"{info['name']} has failed: {reason}", flush=True)
            continue
        failed = []
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
    parser.add_argument("--sample", type=int, help="so many of all frames, of all kinds")
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
    entries = settings[options.by]
    frames = [atoms for name in options.sets for atoms in frames_of(f"{options.frames}/{name}")]
    npy_sets.demand_unique_names(frames)
    if options.sample is not None and not 0 < options.sample <= len(frames):
        sys.exit(f"--sample {options.sample}: there are {len(frames)} frames")
    os.makedirs(f"{options.work}/labels", exist_ok=True)
    guard = open(f"{options.work}/lock", "w")
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"another job labels in {options.work} already")
    folder = f"{options.work}/labels"
    done = npy_sets.settled_names(folder)
    setup = [provenance.calculator(entry) for entry in entries]
    provenance.keep(f"{options.work}/setup.json", {"calculators": setup}, bool(done))
    by = f"{entries[0]['name']} {provenance.digest(setup)[:12]}"
    take_known(options.known, folder, by)
    if options.sample is not None:
        frames = sample(frames, options.sample, folder)
    done = npy_sets.settled_names(folder)
    todo = [atoms for atoms in frames if atoms.info["name"] not in done][:options.limit]
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)
    os.nice(options.nice - os.nice(0))
    with open(f"{options.work}/pid", "w") as out:
        out.write(f"{os.getpgrp()}\n")
    shares = [todo[k::options.processes] for k in range(options.processes)]
    others = [multiprocessing.Process(target=label, args=(share, entries, folder, by))
              for share in shares[1:] if share]
    for process in others:
        process.start()
    label(shares[0], entries, folder, by)
    for process in others:
        process.join()
    if any(process.exitcode for process in others):
        sys.exit("a process has failed, see above; the same command labels what it left")
    os.remove(f"{options.work}/pid")


if __name__ == "__main__":
    main()
