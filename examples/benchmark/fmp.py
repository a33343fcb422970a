#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""pair_style fmp/lbs against buck/coul/long of the same LAMMPS, on one frame, in one run.

    fmp.py [--rounds 5] [--steps 100] [--ranks 1 2]

Makes the frame if it is missing (two minutes), checks that both styles give the same energy,
pressure and trajectory, then runs them in turn and prints a table in reStructuredText: medians of
LAMMPS' own times per atom and step, and the median of the ratios round by round.
"""
import argparse
import pathlib
import re
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# Relative, of pair energy, total energy and pressure, which is a difference of large terms: five
# digits of our printed A go into the deck of the other style.
AGREEMENT = (1.0e-6, 1.0e-6, 1.0e-4)


def lmp(ranks, deck, **variables):
    """Output of one run; stops the benchmark if the run fails."""
    command = ["mpirun", "-np", str(ranks)] if ranks > 1 else []
    command += ["lmp", "-in", deck, "-log", "none"]
    for name, value in variables.items():
        command += ["-var", name, str(value)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    return done.stdout


def measure(output):
    """(thermo of the last step, atoms, seconds in Pair, seconds of the loop) of one run."""
    loop = re.search(r"Loop time of (\S+) on .* for (\d+) steps with (\d+) atoms", output)
    pair = re.search(r"^Pair +\| +\S+ +\| +(\S+)", output, re.M)
    rows = re.findall(r"^ +\d+ +\S+ +(\S+) +\S+ +(\S+) +(\S+) *$", output, re.M)
    scale = 1.0e6 / int(loop[2]) / int(loop[3])
    thermo = [float(x) for x in rows[-1]]
    return thermo, int(loop[3]), float(pair[1]) * scale, float(loop[1]) * scale


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--ranks", type=int, nargs="+", default=[1, 2])
    args = parser.parse_args()
    if not (HERE / "frame.data").exists():
        print("making frame.data", file=sys.stderr)
        lmp(1, "in.frame")

    print(".. csv-table::\n   :header: ranks, atoms, \"buck/coul/long, pair\", \"fmp/lbs, pair\","
          " ratio, \"buck/coul/long, step\", \"fmp/lbs, step\", ratio\n")
    for ranks in args.ranks:
        times = {"ours": [], "lammps": []}
        atoms = 0
        for _ in range(args.rounds):
            state = {}
            for style, collected in times.items():
                state[style], atoms, pair, loop = measure(
                    lmp(ranks, "in.fmp", style=style, steps=args.steps))
                collected.append((pair, loop))
            for a, b, most in zip(state["ours"], state["lammps"], AGREEMENT):
                if not abs(a - b) <= most * abs(b):
                    sys.exit(f"the two styles disagree: {state}")
        cells = []
        for k in (0, 1):
            theirs = statistics.median(t[k] for t in times["lammps"])
            ours = statistics.median(t[k] for t in times["ours"])
            ratio = statistics.median(b[k] / a[k] for a, b in zip(times["ours"], times["lammps"]))
            cells += [f"{theirs:.2f}", f"{ours:.2f}", f"{ratio:.2f}"]
        print(f"   {ranks}, {atoms}, {', '.join(cells)}", flush=True)
    print("\nTimes in microseconds per atom and step; a ratio above one: fmp/lbs is faster.")


if __name__ == "__main__":
    main()
