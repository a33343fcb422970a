#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Structure factors and pair distribution functions of two stored glasses by other programs.

    make_reference.py > reference.json      needs dynasor 2.5, freud-analysis 3.6, ase; seconds

For each frame: "edges" of shells of q (1/A), "partials" A-B of each shell by dynasor, averaged over
all vectors of the reciprocal lattice in it, whose number is in "vectors"; and g(r) A-B by freud in
bins whose edges are "r" (A). dynasor divides by the number of all atoms, and adds A-B to B-A; what
is here is divided by sqrt(N_A N_B) and the mean of both.
"""
import json
import logging
import pathlib
import re
import sys
import tempfile

import freud
import numpy as np
from ase import Atoms
from ase.io import write
from dynasor import Trajectory, compute_static_structure_factors

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "decks"))
from deck import ELEMENTS, frame, read_frame    # noqa: E402

EDGES = [0.9, 1.0, 1.1, 1.25, 2.0, 2.05, 3.95, 4.0]
RADII = np.linspace(1.0, 5.0, 41)
PAIRS = (("B", "O"), ("O", "Si"), ("Li", "O"), ("O", "O"), ("B", "B"), ("Si", "Si"))


def reciprocal_vectors(cell):
    """One of q and -q of all up to the last edge, from a generous box of indices."""
    basis = 2.0 * np.pi * np.linalg.inv(cell).T
    span = range(-25, 26)
    index = np.array([(h, k, l) for h in span for k in span for l in span if (h, k, l) > (0, 0, 0)])
    q = index @ basis
    return q[np.linalg.norm(q, axis=1) < EDGES[-1]]


def structure_factors(atoms, elements):
    """Vectors in each shell and partials by dynasor."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/frame.xyz"
        write(path, [atoms, atoms], format="extxyz")
        where = {e: np.flatnonzero(elements == e).tolist() for e in ELEMENTS}
        trajectory = Trajectory(path, trajectory_format="extxyz", atomic_indices=where,
                                frame_stop=1)
        sample = compute_static_structure_factors(trajectory, reciprocal_vectors(atoms.cell[:]))
    length = np.linalg.norm(sample.q_points, axis=1)
    shell = np.digitize(length, EDGES) - 1
    partials = {}
    for one, other in sample.pairs:
        # Of two kinds, the sum of A-B and B-A.
        values = np.ravel(sample[f"Sq_{one}_{other}"]) * (1.0 if one == other else 0.5)
        scale = len(atoms) / np.sqrt(len(where[one]) * len(where[other]))
        partials["-".join(sorted((one, other)))] = [
            round(float(values[shell == k].mean() * scale), 10) for k in range(len(EDGES) - 1)]
    return [int(np.count_nonzero(shell == k)) for k in range(len(EDGES) - 1)], partials


def pair_functions(cell, positions, elements):
    """g(r) by freud."""
    box = freud.box.Box.from_matrix(cell.T)
    # freud's cells have their middle at the origin.
    wrapped = box.wrap(positions - 0.5 * cell.sum(axis=0))
    found = {}
    for one, other in PAIRS:
        rdf = freud.density.RDF(len(RADII) - 1, RADII[-1], RADII[0])
        same = one == other
        rdf.compute((box, wrapped[elements == one]), None if same else wrapped[elements == other],
                    neighbors={"r_max": RADII[-1], "exclude_ii": same})
        scale = 1.0
        if same:    # freud counts the atom in the middle to the density
            n = np.count_nonzero(elements == one)
            scale = n / (n - 1)
        found[f"{one}-{other}"] = [round(float(v), 6) for v in rdf.rdf * scale]
    return found


def main():
    logging.disable(logging.CRITICAL)
    out = {"made by": f"dynasor and freud-analysis {freud.__version__}", "frames": {}}
    for name in ("glass", "glass_triclinic"):
        cell, types, x, _ = read_frame(frame(name))
        elements = np.array(ELEMENTS)[types - 1]
        vectors, partials = structure_factors(Atoms(elements, x, cell=cell, pbc=True), elements)
        out["frames"][name] = {"edges": EDGES, "vectors": vectors, "partials": partials,
                               "r": RADII.tolist(), "g": pair_functions(cell, x, elements)}
    text = json.dumps(out, indent=1)
    print(re.sub(r"\[[^\[\]]*\]", lambda match: " ".join(match[0].split()), text), flush=True)


if __name__ == "__main__":
    main()
