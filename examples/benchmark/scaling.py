#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A model of the time of a step of deepsea/kk on many GPUs, and its halo checked on ranks here.

    scaling.py [--model MODEL --frame FRAME]

Prints the tables of doc/scaling.rst in reStructuredText: the model from 1 to 1000 GPUs, and with
MODEL and FRAME (a data file of in.frame) what 1, 2 and 4 ranks exchange, counted, beside
what the model says. Times of the model are counted operations and assumed latencies, nothing
measured.
"""
import argparse
import math
import os
import pathlib
import re
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
DENSITY = 0.096        # atoms/A^3, LBS-40-20-40 at 2.34 g/cm3
SKIN = 1.0             # A
REACH = 6.0 + SKIN     # A, from where images are needed
WORD = 24              # bytes of a position or a force
ATOM = 0.112           # us an atom and step on an H200, double: counted, see doc/performance.rst
FIXED = 195.0          # us a step: launches of the style and of LAMMPS
SWAP = 15.0            # us a message between GPUs: two launches, a wait, the network
NETWORK = 50.0e3       # bytes/us of a GPU to others, one port of 400 Gb/s
COUNTS = (1, 8, 64, 256, 1000)


def halo(sides, ranks, reach=REACH, density=DENSITY):
    """(images around a cell of `sides` in A, those of them that come from other ranks).

    LAMMPS fills the halo side by side: the second side also has what came by the first.
    """
    total = sent = 0.0
    grown = list(sides)
    for d in range(3):
        others = [grown[k] for k in range(3) if k != d]
        slab = density * 2.0 * reach * others[0] * others[1]
        total += slab
        sent += slab if ranks[d] > 1 else 0.0
        grown[d] += 2.0 * reach
    return total, sent


def grid(count):
    """The number of GPUs along each side that makes cells most compact."""
    best = None
    for x in range(1, count + 1):
        for y in range(x, count // x + 1):
            if count % (x * y) == 0 and count // (x * y) >= y:
                best = min(best or (count, ()), (count // (x * y) - x, (x, y, count // (x * y))))
    return best[1]


def step(atoms, count):
    """(atoms, images from others, kB, us of atoms, us of messages, us) of a GPU."""
    edge = (atoms / DENSITY) ** (1.0 / 3.0)
    ranks = grid(count)
    _, sent = halo([edge / n for n in ranks], ranks)
    size = 2.0 * WORD * sent    # positions there, forces back
    swaps = 4 * sum(n > 1 for n in ranks)
    own = atoms / count
    messages = SWAP * swaps + size / NETWORK
    return own, sent, size / 1000.0, ATOM * own, messages, ATOM * own + FIXED + messages


def table(title, sizes):
    print(f".. csv-table:: {title}\n   :header: GPUs, atoms a GPU, images from others, kB a step, "
          "\"us: atoms\", \"us: messages\", steps/s, efficiency\n")
    alone = step(sizes[0], 1)[5] / sizes[0]    # us an atom
    for count, atoms in zip(COUNTS, sizes):
        own, sent, size, work, messages, total = step(atoms, count)
        efficiency = alone * atoms / count / total
        print(f"   {count}, {own:.0f}, {sent:.0f}, {size:.0f}, {work:.0f}, {messages:.0f}, "
              f"{1.0e6 / total:.3g}, {efficiency:.0%}")
    print()


def end_of_scaling():
    """Atoms a GPU at which half of the time goes into what does not shrink."""
    low, high = 1.0, 1.0e8
    while high / low > 1.001:
        middle = (low * high) ** 0.5
        _, _, _, work, _, total = step(middle * 512, 512)
        low, high = (low, middle) if work > 0.5 * total else (middle, high)
    return low


# ---- counted ------------------------------------------------------------------------------------

def run(model, frame, ranks, steps, library, env):
    """Output of LAMMPS and (messages, bytes) of all ranks."""
    with tempfile.NamedTemporaryFile() as counted:
        env = dict(env, MPI_BYTES=counted.name)
        command = ["mpirun", "-np", str(ranks), "-x", f"LD_PRELOAD={library}", "-x", "MPI_BYTES",
                   "lmp", "-in", str(HERE / "in.deepsea"), "-log", "none", "-var", "style",
                   f"deepsea {model}", "-var", "data", str(frame), "-var", "steps", str(steps)]
        said = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
        lines = pathlib.Path(counted.name).read_text().splitlines()
        rows = [list(map(int, line.split())) for line in lines]
    return said, [sum(column) for column in zip(*rows)]


def check(model, frame):
    """Steps 2 to 8, between which no list is made."""
    print(".. csv-table:: Counted, all ranks together, beside the model\n   :header: ranks, "
          "images, model, \"kB a step by MPI\", model, messages a step\n")
    text = frame.read_text()
    edge = []
    for axis in "xyz":
        low, high = map(float, re.search(rf"(\S+) (\S+) {axis}lo", text).groups())
        edge.append(high - low)
    density = int(re.search(r"(\d+) atoms", text)[1]) / math.prod(edge)
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder) / "mpi_bytes.so"
        subprocess.run(["mpicc", "-shared", "-fPIC", "-O2", str(HERE / "mpi_bytes.c"), "-o",
                        str(library)], check=True)
        for ranks in (1, 2, 4):
            said, few = run(model, frame, ranks, 2, library, os.environ)
            _, many = run(model, frame, ranks, 8, library, os.environ)
            messages, size = ((b - a) / 6.0 for a, b in zip(few, many))
            images = float(re.search(r"Nghost: +(\S+) ave", said)[1]) * ranks
            layout = list(map(int, re.search(r"(\d+) by (\d+) by (\d+) MPI", said).groups()))
            reach = float(re.search(r"cutoff (\S+) A", said)[1]) + SKIN
            total, sent = halo([e / n for e, n in zip(edge, layout)], layout, reach, density)
            print(f"   {ranks}, {images:.0f}, {ranks * total:.0f}, {size / 1000.0:.1f}, "
                  f"{ranks * sent * 2.0 * WORD / 1000.0:.1f}, {messages:.0f}", flush=True)
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--model", type=pathlib.Path)
    parser.add_argument("--frame", type=pathlib.Path)
    args = parser.parse_args()
    table("Ten million atoms", [1.0e7] * len(COUNTS))
    table("A million atoms on each GPU", [1.0e6 * count for count in COUNTS])
    print(f"Half of a step's time is for atoms at {end_of_scaling():.0f} atoms a GPU.\n")
    if args.model and args.frame:
        check(args.model.resolve(), args.frame.resolve())


if __name__ == "__main__":
    main()
