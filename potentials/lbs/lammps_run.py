# SPDX-License-Identifier: GPL-2.0-only
"""Runs of LAMMPS with a deck of this folder, and of the program deepsea."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def run(deck, folder, lmp, variables, threads=None):
    """Run `deck` in `folder` with the command `lmp`; the text of its log.

    variables: those of the command line, by name; threads: of OpenMP, None: as the environment has
    it. Ends the program with LAMMPS' last words if LAMMPS fails.
    """
    command = lmp.split() + ["-in", f"{HERE}/{deck}", "-log", "log", "-screen", "none"]
    for key, value in variables.items():
        command += ["-var", key, str(value)]
    more = {} if threads is None else {"OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True,
                          env={**os.environ, **more})
    log = ""
    if os.path.exists(f"{folder}/log"):
        with open(f"{folder}/log", errors="replace") as file:
            log = file.read()
    if done.returncode != 0:
        sys.exit(f"LAMMPS failed in {deck}: {log[-500:]}{done.stdout[-500:]}{done.stderr}")
    return log


def deepsea(*words):
    """What a command of deepsea prints as JSON; ends the program with its message if it fails."""
    done = subprocess.run(["deepsea", *words, "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr.strip())
    return json.loads(done.stdout)
