#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A dump of LAMMPS with all of its columns as extended XYZ, for ASE and what is built on it.

    dump2xyz.py DUMP OUT.xyz

DUMP has id, element, x, y, z (or xu, yu, zu) and any other columns of numbers, such as in.columns
writes; they become arrays of their names: ase.io.read("OUT.xyz").arrays["coordination"].
"""
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "paper"))
import lammps_files    # noqa: E402


def kind(values):
    """Letter of extended XYZ for a column."""
    return "I" if all(v.lstrip("-").isdigit() for v in values) else "R"


def write(file, frame):
    """One frame."""
    place = {name: k for k, name in enumerate(frame.names)}
    xyz = ["x", "y", "z"] if "x" in place else ["xu", "yu", "zu"]
    if not {"id", "element", *xyz} <= set(place):
        sys.exit("the dump needs the columns id, element and x y z or xu yu zu")
    more = [name for name in frame.names if name not in ("element", "type", *xyz)]
    columns = list(zip(*frame.rows))
    properties = "".join(f":{name}:{kind(columns[place[name]])}:1" for name in more)
    file.write(lammps_files.xyz_head(frame, f"species:S:1:pos:R:3{properties}"))
    for row in frame.rows:
        file.write(" ".join(row[place[name]] for name in ["element", *xyz, *more]) + "\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    count = 0
    with lammps_files.whole(sys.argv[2], sys.argv[1]) as file:
        for frame in lammps_files.frames_in_order(sys.argv[1]):
            write(file, frame)
            count += 1
        if count == 0:
            sys.exit(f"{sys.argv[1]}: has no frame yet; let the run go on")
    print(f"{sys.argv[2]}: {count} frames")


if __name__ == "__main__":
    lammps_files.run(main)
