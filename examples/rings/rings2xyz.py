#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Atoms with the rings they are in, for OVITO and ASE.

    rings2xyz.py ATOMS RINGS OUT [--elements Li B O Si]

ATOMS is a dump custom with at least id, type, x, y, z (or xu, yu, zu), RINGS the dump local of all
columns of compute ring/stats; frames of one time step belong together. OUT is in extended XYZ, with
these columns for each atom: id, smallest_ring (size in formers, 0 if in none), rings_2, rings_3,
... (numbers of rings of that size), boroxol (in a ring of three B, none four-coordinated).
"""
import argparse
import collections
import contextlib
import itertools
import os
import re
import sys

BOROXOL = 1    # class of a three-membered ring of B without four-coordinated ones


def frames(path):
    """(step, box lines, names of columns, rows) of each frame of a dump; not of a last one that a
    stopped run left cut off.
    """
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        step, box = None, []
        for line in file:
            if line.startswith("ITEM: TIMESTEP"):
                step = int(next(file, 0))
            elif line.startswith("ITEM: NUMBER OF"):
                count = int(next(file, 0))
            elif line.startswith("ITEM: BOX BOUNDS"):
                box = [line, *itertools.islice(file, 3)]
            elif line.startswith("ITEM: ") and re.match(r"ITEM: (ATOMS|ENTRIES|\S+) \S", line):
                names = line.split()[2:]
                rows = [row.split() for row in itertools.islice(file, count)]
                if len(rows) == count and all(len(row) == len(names) for row in rows[-1:]):
                    yield step, box, names, rows


def lattice(box):
    """Cell vectors and origin from the box lines, which bound a tilted cell from outside."""
    rows = [[float(w) for w in line.split()] for line in box[1:]]
    low, high = [r[0] for r in rows], [r[1] for r in rows]
    xy, xz, yz = (r[2] for r in rows) if len(rows[0]) == 3 else (0.0, 0.0, 0.0)
    low[0] -= min(0.0, xy, xz, xy + xz)
    high[0] -= max(0.0, xy, xz, xy + xz)
    low[1] -= min(0.0, yz)
    high[1] -= max(0.0, yz)
    a, b, c = (h - l for h, l in zip(high, low))
    return (a, 0.0, 0.0, xy, b, 0.0, xz, yz, c), low


def rings_of(names, rows):
    """(size, class, members) of each ring; columns are told by the number in brackets."""
    place = {int(m[1]): k for k, m in ((k, re.search(r"\[(\d+)\]$", n)) for k, n in
                                      enumerate(names)) if m}
    if not {1, 2, 5, 8} <= set(place):
        sys.exit("the dump of rings needs all local columns of compute ring/stats")
    out = []
    for row in rows:
        size = int(row[place[1]])
        members = [int(row[place[c]]) for c in range(5, 5 + 2 * size)]
        out.append((size, int(row[place[2]]), members))
    return out


def write(file, step, box, names, rows, rings, elements):
    """One frame of extended XYZ."""
    largest = max([size for size, _, _ in rings], default=3)
    numbers = collections.defaultdict(collections.Counter)
    boroxol = set()
    for size, kind, members in rings:
        for member in members:
            numbers[member][size] += 1
        if kind == BOROXOL:
            boroxol.update(members)
    column = {name: k for k, name in enumerate(names)}
    xyz = next(([column[c] for c in t] for t in (("x", "y", "z"), ("xu", "yu", "zu"))
                if t[0] in column), None)
    if xyz is None or "id" not in column or "type" not in column:
        sys.exit("the dump of atoms needs id, type and x y z or xu yu zu")
    cell, origin = lattice(box)
    sizes = "".join(f":rings_{n}:I:1" for n in range(2, largest + 1))
    file.write(f"{len(rows)}\nLattice=\"{' '.join(f'{v:.10g}' for v in cell)}\" "
               f"Origin=\"{' '.join(f'{v:.10g}' for v in origin)}\" pbc=\"T T T\" "
               f"Timestep={step} Properties=species:S:1:pos:R:3:id:I:1:smallest_ring:I:1{sizes}"
               ":boroxol:I:1\n")
    for row in rows:
        atom = int(row[column["id"]])
        mine = numbers[atom]
        words = [elements[int(row[column["type"]]) - 1], *(row[k] for k in xyz), atom,
                 min(mine, default=0), *(mine[n] for n in range(2, largest + 1)),
                 int(atom in boroxol)]
        file.write(" ".join(map(str, words)) + "\n")


@contextlib.contextmanager
def whole(path):
    """A file to write to, which takes the place of `path` if nothing goes wrong meanwhile."""
    part = f"{path}.part"
    try:
        with open(part, "w", encoding="ascii") as file:
            yield file
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.remove(part)


def run(main):
    """Calls it; a file that cannot be read ends the program with one line."""
    try:
        main()
    except OSError as problem:
        sys.exit(str(problem))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("atoms")
    parser.add_argument("rings")
    parser.add_argument("out")
    parser.add_argument("--elements", nargs="+", default=["Li", "B", "O", "Si"],
                        help="element of each atom type")
    args = parser.parse_args()
    rings = {step: rings_of(names, rows) for step, _, names, rows in frames(args.rings)}
    count = 0
    with whole(args.out) as file:
        for step, box, names, rows in frames(args.atoms):
            if step in rings:
                write(file, step, box, names, rows, rings[step], args.elements)
                count += 1
        if count == 0:
            sys.exit("the two dumps have no time step in common")
    print(f"{args.out}: {count} frames")


if __name__ == "__main__":
    run(main)
