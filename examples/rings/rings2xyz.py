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
import pathlib
import re
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "paper"))
import lammps_files    # noqa: E402

BOROXOL = 1    # class of a three-membered ring of B without four-coordinated ones


def rings_of(frame):
    """(size, class, members) of each ring; columns are told by the number in brackets."""
    place = {int(m[1]): k for k, m in ((k, re.search(r"\[(\d+)\]$", n)) for k, n in
                                      enumerate(frame.names)) if m}
    if not {1, 2, 5, 8} <= set(place):
        sys.exit("the dump of rings needs all local columns of compute ring/stats")
    out = []
    for row in frame.rows:
        size = int(row[place[1]])
        members = [int(row[place[c]]) for c in range(5, 5 + 2 * size)]
        out.append((size, int(row[place[2]]), members))
    return out


def write(file, frame, rings, elements):
    """One frame of extended XYZ."""
    largest = max([size for size, _, _ in rings], default=3)
    numbers = collections.defaultdict(collections.Counter)
    boroxol = set()
    for size, kind, members in rings:
        for member in members:
            numbers[member][size] += 1
        if kind == BOROXOL:
            boroxol.update(members)
    column = {name: k for k, name in enumerate(frame.names)}
    xyz = next(([column[c] for c in t] for t in (("x", "y", "z"), ("xu", "yu", "zu"))
                if t[0] in column), None)
    if xyz is None or "id" not in column or "type" not in column:
        sys.exit("the dump of atoms needs id, type and x y z or xu yu zu")
    types = max((int(row[column["type"]]) for row in frame.rows), default=0)
    if types > len(elements):
        sys.exit(f"--elements has {len(elements)} elements for {types} atom types")
    sizes = "".join(f":rings_{n}:I:1" for n in range(2, largest + 1))
    file.write(lammps_files.xyz_head(
        frame, f"species:S:1:pos:R:3:id:I:1:smallest_ring:I:1{sizes}:boroxol:I:1"))
    for row in frame.rows:
        atom = int(row[column["id"]])
        mine = numbers[atom]
        words = [elements[int(row[column["type"]]) - 1], *(row[k] for k in xyz), atom,
                 min(mine, default=0), *(mine[n] for n in range(2, largest + 1)),
                 int(atom in boroxol)]
        file.write(" ".join(map(str, words)) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("atoms")
    parser.add_argument("rings")
    parser.add_argument("out")
    parser.add_argument("--elements", nargs="+", default=["Li", "B", "O", "Si"],
                        help="element of each atom type")
    args = parser.parse_args()
    rings = {frame.step: rings_of(frame) for frame in lammps_files.frames(args.rings)}
    count = 0
    with lammps_files.whole(args.out, args.atoms, args.rings) as file:
        for frame in lammps_files.frames_in_order(args.atoms):
            if frame.step in rings:
                write(file, frame, rings[frame.step], args.elements)
                count += 1
        if count == 0:
            sys.exit("the two dumps have no time step in common")
    print(f"{args.out}: {count} frames")


if __name__ == "__main__":
    lammps_files.run(main)
