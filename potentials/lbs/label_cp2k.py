#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""CP2K labels of the frames in frames/SET.xyz: one queue over the sets, restartable.

    label_cp2k.py [--work DIR] [--workers 2] [--ranks 1] [--limit N] [--nice 19] [--list]

The queue takes the sets in turn, as "queue" in settings.json says (2 of validation, 1 of tune),
and passes over frames that are labelled in data/, labelled in DIR/labels, or marked failed there.
Frames may be added to the files while it runs. Per frame: DIR/labels/NAME.npz (energy eV, forces
eV/A, virial eV, and the frame itself) or NAME.failed with the reason. The ways of the SCF cycle
that the settings list are tried in turn; the last input and output of each frame stay in DIR/runs.
It runs at nice 19; stopping it loses the frames in work and no other. A cp2k that is killed stops
it, too, once the frames in work are done: that is no fault of the frame. So does any error of this
program.
DIR/pid holds the process group: kill -STOP -PID pauses all of it, kill -CONT -PID goes on.
"""
import argparse
import fcntl
import gzip
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import ase.io
import numpy as np

import cp2k
import npy_sets

HERE = os.path.dirname(os.path.abspath(__file__))
KILLS = (signal.SIGHUP, signal.SIGINT, signal.SIGKILL, signal.SIGTERM)


class Killed(Exception):
    """Somebody, or a system without memory, has ended cp2k."""


def queue(settings, frames_folder):
    """All frames that exist now, in the order of labelling."""
    sets = {name: [] for name in settings["queue"]}
    for name in sets:
        path = f"{frames_folder}/{name}.xyz"
        if os.path.exists(path):
            sets[name] = ase.io.read(path, ":", format="extxyz")
    order = []
    while any(sets.values()):
        for name, turns in settings["queue"].items():
            order += sets[name][:turns]
            del sets[name][:turns]
    return order


class Job:
    """The state that the workers share: what is in work, and how long frames took."""

    def __init__(self, options, settings):
        self.options, self.settings = options, settings
        self.lock = threading.Lock()
        self.busy, self.seconds, self.taken = set(), [], 0
        self.stopped = None    # why no more frames are taken

    def done(self):
        """Names of the frames that need no more work."""
        return npy_sets.labelled_names(f"{self.options.data}/*") \
            | npy_sets.settled_names(f"{self.options.work}/labels")

    def next(self):
        """A frame nobody is at, or None."""
        with self.lock:
            if self.stopped or self.options.limit is not None and self.taken >= self.options.limit:
                return None
            done = self.done()
            for atoms in queue(self.settings, self.options.frames):
                name = atoms.info["name"]
                if name not in done and name not in self.busy:
                    self.busy.add(name)
                    self.taken += 1
                    return atoms
            return None

    def report(self, name, seconds, words):
        """One line of progress."""
        with self.lock:
            self.busy.discard(name)
            self.seconds.append(seconds)
            all_names = {a.info["name"] for a in queue(self.settings, self.options.frames)}
            done = len(all_names & self.done())
            mean = np.mean(self.seconds[-20:])
            left = (len(all_names) - done) * mean / self.options.workers / 3600
            print(f"{time.strftime('%m-%d %H:%M:%S')} {name} {words}; {done}/{len(all_names)} "
                  f"done, {seconds:.0f} s (mean {mean:.0f}), {left:.1f} h left", flush=True)


def run_cp2k(atoms, folder, settings, scf, ranks):
    """Run one single point in `folder` (emptied first); the text of its output. Raises Killed."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(f"{folder}/sp.inp", "w") as out:
        out.write(cp2k.write_input(atoms.get_chemical_symbols(), atoms.positions,
                                   np.asarray(atoms.cell), settings["cp2k"], scf))
    command = ["cp2k.popt", "-i", "sp.inp"]
    if ranks > 1:
        command = ["mpirun", "--mca", "mpi_yield_when_idle", "1", "-np", str(ranks)] + command
    environment = dict(os.environ, OMP_NUM_THREADS="1", OMPI_ALLOW_RUN_AS_ROOT="1",
                       OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    with open(f"{folder}/sp.out", "w") as out:
        status = subprocess.run(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT,
                                env=environment).returncode
    for kill in KILLS:
        if status in (-kill, 128 + kill):    # the second is what mpirun says
            raise Killed(f"cp2k was ended by {kill.name} in {folder}; is memory short? The same "
                         "command goes on")
    with open(f"{folder}/sp.out") as file:
        text = file.read()
    with gzip.open(f"{folder}/sp.out.gz", "wt") as out:
        out.write(text)
    os.remove(f"{folder}/sp.out")
    return text


def label(atoms, options, settings):
    """Label one frame; the words for the line of progress."""
    name = atoms.info["name"]
    target = f"{options.work}/labels/{name}"
    reasons = []
    for scf in settings["cp2k"]["scf"]:
        text = run_cp2k(atoms, f"{options.work}/runs/{name}", settings, scf, options.ranks)
        try:
            energy, forces, stress = cp2k.read_output(text, atoms.get_chemical_symbols())
            virial = cp2k.virial(stress, atoms.get_volume())
            npy_sets.check_label(dict(
                symbols=atoms.get_chemical_symbols(), positions=atoms.positions,
                cell=np.asarray(atoms.cell), energy=energy, forces=forces, virial=virial,
                info=atoms.info), settings["elements"])
            break
        except (cp2k.Unusable, ValueError) as reason:
            reasons.append(f"{scf}: {reason}")
    else:
        with open(target + ".part", "w") as out:
            out.write("\n".join(reasons) + "\n")
        os.replace(target + ".part", target + ".failed")
        return "FAILED, " + ", ".join(reasons)
    npy_sets.write_label(target + ".npz", atoms, energy, forces, virial)
    return f"{len(atoms)} atoms, {scf}, {cp2k.scf_steps(text)} SCF steps, " \
        f"force rms {np.sqrt((forces ** 2).mean()):.2f} eV/A"


def work(job):
    """Label frames until there is none left; wait for more while another worker is at one. What
    goes wrong stops the job: nobody would see a thread end by itself.
    """
    name = "the queue"
    try:
        while True:
            atoms = job.next()
            if atoms is None:
                if job.stopped or not job.busy:
                    return
                time.sleep(30)
                continue
            name, start = atoms.info["name"], time.time()
            words = label(atoms, job.options, job.settings)
            job.report(name, time.time() - start, words)
    except Killed as reason:
        job.stopped = job.stopped or str(reason)
    except Exception as reason:    # whatever it is
        job.stopped = job.stopped or f"{name}: {type(reason).__name__}: {reason}; the same " \
            "command goes on once this is mended"
    finally:
        job.busy.discard(name)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--settings", default=f"{HERE}/settings.json")
    parser.add_argument("--frames", default=f"{HERE}/frames")
    parser.add_argument("--data", default=f"{HERE}/data")
    parser.add_argument("--work", default="work-cp2k")
    parser.add_argument("--workers", type=int, default=2, help="frames labelled at a time")
    parser.add_argument("--ranks", type=int, default=1, help="MPI ranks for each")
    parser.add_argument("--limit", type=int, help="stop after so many frames")
    parser.add_argument("--nice", type=int, default=19, help="lower it on a machine of your own")
    parser.add_argument("--list", action="store_true", help="only say what is done and what is not")
    options = parser.parse_args()
    settings = npy_sets.read_settings(options.settings)
    os.makedirs(f"{options.work}/labels", exist_ok=True)
    job = Job(options, settings)
    if options.list:
        done = job.done()
        for atoms in queue(settings, options.frames):
            name = atoms.info["name"]
            failed = os.path.exists(f"{options.work}/labels/{name}.failed")
            print(name, "failed" if failed else "done" if name in done else "to do")
        return
    missing = set(settings["elements"]) - set(cp2k.VALENCE)
    if missing:
        sys.exit(f"{options.settings}: cp2k.py has no pseudopotential of "
                 f"{' '.join(sorted(missing))}; add it to VALENCE there")
    npy_sets.demand_unique_names(queue(settings, options.frames))
    guard = open(f"{options.work}/lock", "w")
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"another job labels in {options.work} already")
    if shutil.which("cp2k.popt") is None:
        sys.exit("cp2k.popt is not on the path: apt-get install cp2k")
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)
    os.nice(options.nice - os.nice(0))
    with open(f"{options.work}/pid", "w") as out:
        out.write(f"{os.getpgrp()}\n")
    workers = [threading.Thread(target=work, args=(job,), daemon=True)
               for _ in range(options.workers)]
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    except KeyboardInterrupt:
        job.stopped = "stopped; the same command goes on"
        signal.signal(signal.SIGTERM, signal.SIG_IGN)    # for all of the group but this process
        os.killpg(0, signal.SIGTERM)
    os.remove(f"{options.work}/pid")
    if job.stopped:
        sys.exit(job.stopped)


if __name__ == "__main__":
    main()
