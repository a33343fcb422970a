#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A dump of LAMMPS with all of its columns as extended XYZ, for ASE and what is built on it.

    dump2xyz.py DUMP OUT.xyz

DUMP has id, element, x, y, z (or xu, yu, zu) and any other columns of numbers, such as in.columns
writes; they become arrays of their names: ase.io.read("OUT.xyz").arrays["coordination"].
"""
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "rings"))
import rings2xyz    # noqa: E402


def kind(values):
    """Letter of extended XYZ for a column."""
    return "I" if all(v.lstrip("-").isdigit() for v in values) else "R"


def write(file, step, box, names, rows):
    """One frame."""
    place = {name: k for k, name in enumerate(names)}
    xyz = ["x", "y", "z"] if "x" in place else ["xu", "yu", "zu"]
    if not {"id", "element", *xyz} <= set(place):
        sys.exit("the dump needs the columns id, element and x y z or xu yu zu")
    cell, origin = rings2xyz.lattice(box)
    more = [name for name in names if name not in ("element", "type", *xyz)]
    columns = list(zip(*rows))
    properties = "".join(f":{name}:{kind(columns[place[name]])}:1" for name in more)
    file.write(f"{len(rows)}\nLattice=\"{' '.join(f'{v:.10g}' for v in cell)}\" "
               f"Origin=\"{' '.join(f'{v:.10g}' for v in origin)}\" pbc=\"T T T\" "
               f"Timestep={step} Properties=species:S:1:pos:R:3{properties}\n")
    for row in rows:
        file.write(" ".join(row[place[name]] for name in ["element", *xyz, *more]) + "\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    count = 0
    with rings2xyz.whole(sys.argv[2]) as file:
        for step, box, names, rows in rings2xyz.frames(sys.argv[1]):
            write(file, step, box, names, rows)
            count += 1
        if count == 0:
            sys.exit(f"{sys.argv[1]}: has no frame")
    print(f"{sys.argv[2]}: {count} frames")


if __name__ == "__main__":
    rings2xyz.run(main)
