#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Rings of the test frames by matscipy (primitive) and sovapy (Guttman, King).

    make_reference.py > reference.json      needs matscipy 1.3, sovapy 0.8, ase; two minutes

Counts are by size in formers. matscipy finds rings of the graph of atoms, so that in a small cell
ways around the cell count as shortcuts: all frames here are several rings wide, or have their
counts up to the size in LIMIT only. sovapy does not look whether a ring closes; what does not is
left out here. Both get the bonds from us: B-O up to 1.95 A, Si-O up to 2.15 A. In the frames of
DIRECT all bonds are those between two formers, up to the lengths given there, and the programs get
the formers alone; in a glass these are far longer than real bonds, so that its formers make a
network of their own. The frames of BOTH have bonds of both kinds, and matscipy sees one more atom
in the middle of each direct bond; sovapy finds no end there in 6 GB of memory.

The last entry, known_wrong, is a list of cases where these programs are wrong: what they say beside
what is right, which is their own answer for a cell that is wide enough, or plain to see.
"""
import collections
import contextlib
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
from ase import Atoms
from ase.io import read
from matscipy.ffi import distances_on_graph, find_sp_rings
from matscipy.neighbours import neighbour_list
from sovapy.computation.rings import (enumerate_guttman_ring, enumerate_king_ring,
                                      enumerate_primitive_ring)

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parents[1] / "decks" / "data"
sys.path.insert(0, str(DATA.parent))
from crystals import CRYSTALS, O, diamond, replicate    # noqa: E402

CUTOFF = {2: 1.95, 4: 2.15}
MAX = 8
MATSCIPY = {"cristobalite": (3, 3, 3), "quartz": (6, 6, 5), "b2o3": (6, 6, 3),
            "disilicate": (5, 2, 6), "boroxol": (1, 1, 1), "shik_20_60_20": (2, 2, 2),
            "shik_30_30_40": (2, 2, 2), "glass": (2, 2, 2), "glass_triclinic": (2, 2, 2),
            "shik_20_60_20 big": (4, 4, 4), "shik_20_60_20 one": (1, 1, 1),
            "shik_30_30_40 one": (1, 1, 1), "glass one": (1, 1, 1),
            "glass_triclinic one": (1, 1, 1), "shik_20_60_20 large": (2, 2, 2)}
# Where it is not MAX; one cell can be too narrow for matscipy's rings of eight formers.
LIMIT = {"shik_20_60_20 one": 7, "glass_triclinic one": 7, "shik_20_60_20 large": 16}
DIRECT = {"diamond": ((4, 4, 4), {"Si Si": 2.6}),
          "shik_30_30_40 direct": ((2, 2, 2), {"B B": 2.9, "B Si": 3.1, "Si Si": 3.4}),
          "shik_20_60_20 direct": ((2, 2, 2), {"B B": 2.9, "B Si": 3.1, "Si Si": 3.4})}
BOTH = {f"{name} both": ((2, 2, 2), {"B B": 2.75, "B Si": 2.95, "Si Si": 3.2})
        for name in ("shik_30_30_40", "shik_20_60_20")}
ELEMENT = {2: "B", 4: "Si"}
SOVAPY = ("cristobalite", "quartz", "b2o3", "disilicate", "boroxol", "shik_20_60_20",
          "shik_30_30_40", "glass", "glass_triclinic", "shik_20_60_20 large")
# Cells that are too narrow for matscipy: a way around them is a shortcut.
NARROW = (("shik_20_60_20", (1, 1, 1)), ("glass_triclinic", (1, 1, 1)), ("quartz", (2, 2, 2)),
          ("quartz", (1, 1, 1)))
OVERFLOW = 46341    # its square is above the largest int


def structure(name, copies):
    """(cell, types, positions) of a frame."""
    base = name.split()[0]
    if base in CRYSTALS or base == "diamond":
        crystal = diamond() if base == "diamond" else CRYSTALS[base]()
    else:
        atoms = read(DATA / f"{base}.data", format="lammps-data", atom_style="charge")
        crystal = np.array(atoms.cell), atoms.arrays["type"], atoms.positions
    return replicate(crystal, copies)


def formers_of(types):
    """Indices of the formers."""
    return np.flatnonzero(np.isin(types, list(CUTOFF))).tolist()


def bonds(cell, types, x):
    """(i, j, vector, cell shift) of every bond, in both directions."""
    atoms = Atoms(positions=x, cell=cell, pbc=True)
    i, j, vec, shift = neighbour_list("ijDS", atoms, max(CUTOFF.values()))
    former = np.where(types[i] == O, types[j], types[i])
    reach = np.vectorize(lambda t: CUTOFF.get(t, 0.0))(former)
    keep = ((types[i] == O) != (types[j] == O)) & (np.linalg.norm(vec, axis=1) < reach)
    return (np.ascontiguousarray(a[keep]) for a in (i, j, vec, shift))


def direct_bonds(cell, types, x, lengths):
    """The same of the bonds between formers, which are numbered without the other atoms."""
    formers = np.isin(types, list(ELEMENT))
    names = np.array([ELEMENT[t] for t in types[formers]])
    atoms = Atoms(positions=x[formers], cell=cell, pbc=True)
    i, j, vec, shift = neighbour_list("ijDS", atoms, max(lengths.values()))
    reach = np.array([lengths[" ".join(sorted(pair))] for pair in zip(names[i], names[j])])
    keep = np.linalg.norm(vec, axis=1) < reach
    return (np.ascontiguousarray(a[keep]) for a in (i, j, vec, shift))


def both_bonds(cell, types, x, lengths):
    """The bonds through oxygen, and those of atoms in the middle of direct bonds, which are
    numbered behind the others.
    """
    i, j, vec, shift = direct_bonds(cell, types, x, lengths)
    i, j = (np.flatnonzero(np.isin(types, list(ELEMENT)))[k] for k in (i, j))
    assert (i != j).all(), "a former is bonded to an image of its own"
    i, j, vec, shift = (a[i < j] for a in (i, j, vec, shift))
    middle, half, none = len(types) + np.arange(len(i)), vec / 2, np.zeros_like(shift)
    halves = ((i, middle, half, none), (middle, i, -half, none), (middle, j, half, shift),
              (j, middle, -half, -shift))
    parts = [np.concatenate(a) for a in zip(bonds(cell, types, x), *halves)]
    order = np.argsort(parts[0], kind="stable")
    return (np.ascontiguousarray(a[order]) for a in parts)


def by_matscipy(i, j, vec, unit=2, limit=MAX):
    """Primitive rings by size in formers, up to `limit`; `unit` atoms for each."""
    i, j = i.astype(np.int32), j.astype(np.int32)
    longest = unit * limit
    counts = find_sp_rings(i, j, vec, distances_on_graph(i, j), longest + 2)
    return {n // unit: int(c) for n, c in enumerate(counts) if c and n <= longest}


def by_sovapy(search, start, atoms, i, j, shift, unit=2, limit=MAX):
    """Rings that close, by size in formers, up to `limit`; `unit` atoms for each. The number of
    those that do not close, of any size.
    """
    edges = [(int(a), int(b)) for a, b in zip(i, j) if a < b]
    assert len(edges) == len(set(edges)) == len(i) // 2, "an atom is bonded to two images of one"
    step = {(a, b): s for a, b, s in zip(i.tolist(), j.tolist(), shift)}
    with open(os.devnull, "w", encoding="ascii") as null, contextlib.redirect_stderr(null):
        rings = search(start, atoms, np.array(edges))
    counts, open_rings = collections.Counter(), 0
    for ring in rings:
        ring = [int(a) for a in ring]
        closed = not sum(step[a, b] for a, b in zip(ring, ring[1:] + ring[:1])).any()
        open_rings += not closed
        if closed and len(ring) <= unit * limit:
            counts[len(ring) // unit] += 1
    return dict(sorted(counts.items())), open_rings


def all_by_sovapy(formers, i, j, shift, unit=2, limit=MAX):
    """Counts of Guttman and King rings, and what does not close; King's begin at formers."""
    everyone = list(range(int(i.max()) + 1))
    out = {}
    for key, search, start in (("guttman", enumerate_guttman_ring, everyone),
                               ("king", lambda *a: enumerate_king_ring(*a, False), formers)):
        out[key], out[f"{key} not closed"] = by_sovapy(search, start, everyone, i, j, shift, unit,
                                                       limit)
    return out


def hexagon_among(atoms):
    """Bonds of six formers and six oxygens behind other atoms that have none."""
    angle = np.arange(12) * np.pi / 6
    x = np.array([np.cos(angle), np.sin(angle), 0 * angle]).T
    one = np.arange(12)
    i, j = np.concatenate([one, one]), np.concatenate([np.roll(one, -1), np.roll(one, 1)])
    order = np.argsort(i, kind="stable")
    i, j = i[order], j[order]
    return i + atoms - 12, j + atoms - 12, x[j] - x[i]


def known_wrong(wide):
    """Cases where the programs are wrong; `wide` has what they say of cells that are not narrow."""
    def right(name, copies, definition):
        share = np.prod(copies) / np.prod(wide[name]["replicas"])
        return {n: round(c * share) for n, c in wide[name][definition].items()}

    rows = []
    for name, copies in NARROW:
        i, j, vec, _ = bonds(*structure(name, copies))
        rows.append({"program": "matscipy", "frame": name, "replicas": copies,
                     "definition": "primitive", "theirs": by_matscipy(i, j, vec),
                     "right": right(name, copies, "primitive")})
    name, copies = NARROW[0]
    cell, types, x = structure(name, copies)
    i, j, vec, shift = bonds(cell, types, x)
    answer = all_by_sovapy(formers_of(types), i, j, shift)
    for definition in ("guttman", "king"):
        rows.append({"program": "sovapy", "frame": name, "replicas": copies,
                     "definition": definition, "theirs": answer[definition],
                     "theirs not closed": answer[f"{definition} not closed"],
                     "right": right(name, copies, definition)})
    # three formers with direct bonds
    triangle = np.array([0, 0, 1, 1, 2, 2]), np.array([1, 2, 0, 2, 0, 1])
    theirs, _ = by_sovapy(lambda *a: enumerate_primitive_ring(*a, 2 * MAX), range(3), range(3),
                          *triangle, np.zeros((6, 3), dtype=int), unit=1)
    rows.append({"program": "sovapy", "frame": "triangle", "replicas": (1, 1, 1),
                 "definition": "primitive", "homopolar": "homopolar Si Si 2.6", "theirs": theirs,
                 "right": {3: 1}})
    # matscipy ends the process
    assert by_matscipy(*hexagon_among(1000)) == {6: 1}
    done = subprocess.run([sys.executable, __file__, str(OVERFLOW)], check=False)
    rows.append({"program": "matscipy", "frame": "hexagon", "replicas": (1, 1, 1),
                 "definition": "primitive", "atoms": OVERFLOW,
                 "theirs": {"exit status": done.returncode}, "right": {6: 1}})
    for row in rows:
        assert row["theirs"] != row["right"], row
    return rows


def main():
    out = {}
    for name in MATSCIPY:
        cell, types, x = structure(name, MATSCIPY[name])
        i, j, vec, shift = bonds(cell, types, x)
        limit = LIMIT.get(name, MAX)
        row = out[name] = {"replicas": MATSCIPY[name], "atoms": len(types),
                           "primitive": by_matscipy(i, j, vec, limit=limit)}
        if name in LIMIT:
            row["limit"] = limit
        if name in SOVAPY:
            row.update(all_by_sovapy(formers_of(types), i, j, shift, limit=limit))
        print(name, row, file=sys.stderr, flush=True)
    for name, (copies, lengths) in (DIRECT | BOTH).items():
        cell, types, x = structure(name, copies)
        unit = 1 if name in DIRECT else 2
        i, j, vec, shift = (direct_bonds if name in DIRECT else both_bonds)(cell, types, x, lengths)
        row = out[name] = {
            "replicas": copies, "atoms": len(types), "primitive": by_matscipy(i, j, vec, unit),
            "homopolar": " ".join(f"homopolar {pair} {cut}" for pair, cut in lengths.items())}
        if name in DIRECT:
            row["cutoffs"] = "cutoff B O 0.1 cutoff Si O 0.1"
            row.update(all_by_sovapy(list(range(int(i.max()) + 1)), i, j, shift, unit))
        print(name, row, file=sys.stderr, flush=True)
    out["known_wrong"] = known_wrong(out)
    json.dump(out, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    if len(sys.argv) == 2:
        print(by_matscipy(*hexagon_among(int(sys.argv[1]))), file=sys.stderr)
    else:
        main()
