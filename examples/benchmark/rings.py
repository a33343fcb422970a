#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""compute ring/stats against matscipy; its cost by size, by ranks, in a run; its memory.

    rings.py [--peer PYTHON] [--rounds 3] [--largest 1000000]

Makes a glass of 24 000 atoms if it is missing (ten minutes), checks that both find the same rings
of up to six formers in it, and prints tables in reStructuredText. PYTHON is one that has matscipy
and ase; without it the comparison is left out. Times are medians, per atom and evaluation.
"""
import argparse
import pathlib
import re
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
FRAME = HERE / "rings.data"
GLASS = HERE.parents[1] / "unittest" / "decks" / "data" / "shik_20_60_20.data"    # 299 atoms
# By number of atoms: frame, copies, evaluations.
SYSTEMS = {24004: (FRAME, "1 1 1", 40), 1196: (GLASS, "2 2 1", 400), 10764: (GLASS, "3 3 4", 40),
           102557: (GLASS, "7 7 7", 5), 1009125: (GLASS, "15 15 15", 2)}
MAX = 6

# Everything from positions to counts is timed, with the bonds that our compute uses.
PEER = """
import sys, time
import numpy as np
from ase.io import read
from matscipy.ffi import distances_on_graph, find_sp_rings
from matscipy.neighbours import neighbour_list
atoms = read(sys.argv[1], format="lammps-data", atom_style="charge")
types = atoms.arrays["type"]
begin = time.perf_counter()
i, j, d, r = neighbour_list("ijdD", atoms, 2.15)
former = np.where(types[i] == 3, types[j], types[i])
keep = ((types[i] == 3) != (types[j] == 3)) & (((former == 2) & (d < 1.95)) | (former == 4))
i, j, r = i[keep].astype(np.int32), j[keep].astype(np.int32), np.ascontiguousarray(r[keep])
counts = find_sp_rings(i, j, r, distances_on_graph(i, j), 14)
print("seconds", time.perf_counter() - begin)
for n in range(2, 7):
    print(f"rings of {n}: {int(counts[2 * n]) if 2 * n < len(counts) else 0}")
"""


def lmp(deck, ranks=1, **variables):
    """Output of one run; stops the benchmark if the run fails."""
    command = ["mpirun", "-np", str(ranks)] if ranks > 1 else []
    command += ["lmp", "-in", deck, "-log", "none"]
    for name, value in variables.items():
        command += ["-var", name, *str(value).split("|")]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    return done.stdout


def cost(ranks=1, steps=5, **variables):
    """(microseconds per atom and evaluation, atoms, the run's output) on atoms at rest."""
    text = lmp("in.rings", ranks, steps=steps, table="yes", **variables)
    atoms = int(re.search(r"for \d+ steps with (\d+) atoms", text)[1])
    seconds = float(re.search(r"^Modify +\|(?: +\S+ +\|){2} +(\S+)", text, re.M)[1])
    return seconds * 1e6 / steps / atoms, atoms, text


def rings(text):
    """Numbers of rings of two to six formers in an output."""
    return re.findall(r"^rings of \d: (\d+)", text, re.M)


def versus_matscipy(python, rounds):
    times = {"ours": [], "matscipy": []}
    for _ in range(rounds):
        ours, atoms, text = cost(data=FRAME, steps=20)
        done = subprocess.run([python, "-c", PEER, FRAME], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            sys.exit(done.stderr[-2000:])
        if rings(text) != rings(done.stdout) or sum(map(int, rings(text))) < 1000:
            sys.exit(f"the rings differ: {rings(text)} and {rings(done.stdout)}")
        times["ours"].append(ours)
        times["matscipy"].append(float(re.search(r"seconds (\S+)", done.stdout)[1]) * 1e6 / atoms)
    ratio = statistics.median(b / a for a, b in zip(times["ours"], times["matscipy"]))
    print('.. csv-table::\n   :header: atoms, rings of 2 to 6 formers, "matscipy, us", '
          '"ring/stats, us", ratio\n')
    print(f"   {atoms}, {' + '.join(rings(text))}, {statistics.median(times['matscipy']):.1f}, "
          f"{statistics.median(times['ours']):.2f}, {ratio:.0f}\n", flush=True)


def by_size_and_ranks(rounds, largest):
    """Two ranks against one, and what the machine allows: two runs of one rank at the same time
    disturb each other, too, above all where cores are shared.
    """
    print('.. csv-table::\n   :header: atoms, "1 rank, us", "2 ranks, us", speedup, '
          '"two runs at once"\n')
    for size, (frame, copies, steps) in SYSTEMS.items():
        if size > largest:
            continue
        one, two, gain, limit = [], [], [], []
        for _ in range(rounds):
            one.append(cost(1, steps, data=frame, copies=copies)[0])
            two.append(cost(2, steps, data=frame, copies=copies)[0])
            with ThreadPoolExecutor(2) as pool:
                runs = [pool.submit(cost, 1, steps, data=frame, copies=copies) for _ in range(2)]
            gain.append(one[-1] / two[-1])
            limit.append(2.0 * one[-1] / max(run.result()[0] for run in runs))
        print(f"   {size}, {statistics.median(one):.2f}, {statistics.median(two):.2f}, "
              f"{statistics.median(gain):.2f} ({min(gain):.2f}-{max(gain):.2f}), "
              f"{statistics.median(limit):.2f}", flush=True)
    print()


def in_a_run(rounds):
    """What rings every 100 steps add to a run of fmp/lbs. An evaluation is timed many times, in a
    run with rings every five steps, for the share of one in 100 steps drowns in the noise.
    """
    shares = []
    for _ in range(rounds):
        step, modify = [], []
        for every in (0, 5):
            text = lmp("in.rings", data=FRAME, md="yes", every=every, steps=50)
            step.append(float(re.search(r"Loop time of (\S+)", text)[1]) / 50)
            modify.append(float(re.search(r"^Modify +\|(?: +\S+ +\|){2} +(\S+)", text, re.M)[1]))
        shares.append((modify[1] - modify[0]) / 10 / step[0])
    share = statistics.median(shares)
    print(f"In a run of fmp/lbs one evaluation takes as long as {share:.2f} steps: rings every 100 "
          f"steps make it {share:.1f} % longer.")


def memory():
    """Time and memory by the largest size of rings that is looked for."""
    print(".. csv-table::\n   :header: atoms, max, \"us per atom\", \"memory, kB per atom\"\n")
    for copies, limit in (("2 2 2", 6), ("4 4 4", 6), ("2 2 2", 8), ("2 2 2", 12), ("2 2 2", 16)):
        time, atoms, text = cost(steps=20, data=GLASS, copies=copies, max=limit, again="yes")
        used = [float(x) for x in re.findall(r"^Per MPI rank memory .* = (\S+) ", text, re.M)]
        print(f"   {atoms}, {limit}, {time:.2f}, {(used[0] - used[1]) * 1024.0 / atoms:.2f}",
              flush=True)
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--peer", help="python that has matscipy and ase")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--largest", type=int, default=max(SYSTEMS))
    args = parser.parse_args()
    if not FRAME.exists():
        print(f"making {FRAME.name}", file=sys.stderr)
        lmp("in.frame", units=7060, out=FRAME)
    if args.peer:
        versus_matscipy(args.peer, args.rounds)
    by_size_and_ranks(args.rounds, args.largest)
    in_a_run(args.rounds)
    memory()


if __name__ == "__main__":
    main()
