#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Makes the frames in data/ that the deck tests read.  usage: make_frames.py [OUTDIR]

The glasses start as atoms scattered at random, which are then pushed apart and drawn together by
Born-Mayer walls and screened charges until boron and silicon sit among oxygens. A last random
shift leaves large forces on every atom. Only the stored files matter to the tests; the script
says where they come from. Charges are those of the Deng-Du/Teter potential.
"""
import pathlib
import sys

import numpy as np

ELEMENTS = ("Li", "B", "O", "Si")
MASS = {"Li": 6.941, "B": 10.811, "O": 15.999, "Si": 28.0855}
CHARGE = {"Li": 0.6, "B": 1.8, "O": -1.2, "Si": 2.4}
AVOGADRO = 0.602214076    # g/mol and g/cm3 to cubic Angstrom

# Born-Mayer walls by pair of types, eV and A; every other pair is kept apart by charges alone.
WALLS = {("O", "O"): (2029.2, 0.3436), ("O", "Si"): (13702.9, 0.1938),
         ("B", "O"): (13000.0, 0.1713), ("Li", "O"): (41051.9, 0.1512)}

RELAX_STEPS = 400
MAX_MOVE = 0.08      # A a step
LAST_SHIFT = 0.04    # A, standard deviation


def cell_of(counts, density, tilt=(0.0, 0.0, 0.0)):
    """Cell vectors as rows for a cube of the right volume, sheared by (xy, xz, yz) edges."""
    mass = sum(MASS[e] * n for e, n in counts.items())
    edge = (mass / (AVOGADRO * density)) ** (1.0 / 3.0)
    xy, xz, yz = (t * edge for t in tilt)
    return np.array([[edge, 0.0, 0.0], [xy, edge, 0.0], [xz, yz, edge]])


def forces(frac, types, cell, cut):
    """Forces of walls and screened charges, with the nearest image of each pair."""
    gap = frac[:, None] - frac[None]
    vec = (gap - np.round(gap)) @ cell
    r = np.sqrt((vec ** 2).sum(-1)) + 1e9 * np.eye(len(frac))
    q = np.array([CHARGE[e] for e in ELEMENTS])[types]
    slope = 14.4 * np.outer(q, q) * np.exp(-r / 3.0) * (1.0 / r + 1.0 / 3.0) / r
    for (a, b), (height, rho) in WALLS.items():
        one = types == ELEMENTS.index(a)
        two = types == ELEMENTS.index(b)
        mask = np.outer(one, two) | np.outer(two, one)
        slope += mask * height / rho * np.exp(-r / rho)
    slope[r > cut] = 0.0
    return (slope[..., None] * vec / r[..., None]).sum(1)


def glass(counts, density, seed, tilt=(0.0, 0.0, 0.0)):
    """Types and positions of a glass-like frame, and its cell."""
    rng = np.random.default_rng(seed)
    cell = cell_of(counts, density, tilt)
    types = np.repeat(np.arange(4), [counts[e] for e in ELEMENTS])
    rng.shuffle(types)
    frac = rng.random((len(types), 3))
    inverse = np.linalg.inv(cell)
    cut = 0.45 * cell[0, 0]
    for step in range(RELAX_STEPS):
        move = forces(frac, types, cell, cut)
        limit = MAX_MOVE * (1.0 - step / RELAX_STEPS)
        length = np.linalg.norm(move, axis=1, keepdims=True) + 1e-12
        frac += move / length * np.minimum(limit, 0.02 * length) @ inverse
    frac += rng.normal(0.0, LAST_SHIFT, frac.shape) @ inverse
    return types, (frac % 1.0) @ cell, cell


def antifluorite(edge):
    """Unit cell of Li2O: oxygen on a face-centered lattice, lithium in every tetrahedron."""
    corners = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]) / 2.0
    tetrahedra = np.array([[x, y, z] for x in (1, 3) for y in (1, 3) for z in (1, 3)]) / 4.0
    frac = np.vstack([corners, tetrahedra])
    types = np.array([2] * 4 + [0] * 8)
    return types, frac * edge, edge * np.eye(3)


def write(path, title, types, positions, cell):
    """LAMMPS data file of atom_style charge with four types, in the order of ELEMENTS."""
    lines = [title, "", f"{len(types)} atoms", "4 atom types", ""]
    lines += [f"0 {cell[k, k]:.6f} {name}lo {name}hi" for k, name in enumerate("xyz")]
    tilt = (cell[1, 0], cell[2, 0], cell[2, 1])
    if any(tilt):
        lines.append("{:.6f} {:.6f} {:.6f} xy xz yz".format(*tilt))
    lines += ["", "Masses", ""]
    lines += [f"{k} {MASS[e]} # {e}" for k, e in enumerate(ELEMENTS, 1)]
    lines += ["", "Atoms # charge", ""]
    for k, (t, x) in enumerate(zip(types, positions), 1):
        lines.append(f"{k} {t + 1} {CHARGE[ELEMENTS[t]]} {x[0]:.5f} {x[1]:.5f} {x[2]:.5f}")
    path.write_text("\n".join(lines) + "\n")


def main():
    out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "data")
    out.mkdir(parents=True, exist_ok=True)
    # LBS-40-20-40 in whole formula units, as in examples/melt-quench
    big = {"Li": 70, "B": 36, "O": 159, "Si": 35}
    small = {"Li": 4, "B": 2, "O": 9, "Si": 2}
    write(out / "glass.data", "LBS-40-20-40, 300 atoms, 2.34 g/cm3", *glass(big, 2.34, 11))
    write(out / "glass_triclinic.data", "LBS-40-20-40, 300 atoms, 2.34 g/cm3, sheared cell",
          *glass(big, 2.34, 12, (0.25, -0.2, 0.15)))
    write(out / "tiny.data", "LBS-40-20-40, 17 atoms, 2.34 g/cm3", *glass(small, 2.34, 13))
    write(out / "li2o.data", "Li2O, antifluorite, a = 4.619 A", *antifluorite(4.619))


if __name__ == "__main__":
    main()
