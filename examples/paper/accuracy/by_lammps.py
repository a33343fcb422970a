#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Energies and forces of labelled frames by LAMMPS, in a file as `deepsea test --parity` writes it.

    by_lammps.py PARITY SET [SET ...] [--lmp "mpirun -np 2 lmp"] -var potential deng_du

SET is a folder with systems in DeePMD-kit's npy format, such as
potentials/lbs/data-gpaw/validation, or one of them. What stands behind the sets goes to
in.accuracy: the potential. Frames are turned and mirrored into the cells that LAMMPS knows, and
their forces back.
"""
import argparse
import pathlib
import shlex
import subprocess
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
import glass_analysis as ga    # noqa: E402

MASS = {"Li": 6.941, "B": 10.811, "O": 15.999, "Si": 28.0855}    # in the order of the decks' types


def systems(folders):
    """Folders of systems below some folders; ValueError for one that has none."""
    found = []
    for folder in map(pathlib.Path, folders):
        mine = sorted(path.parent for path in folder.rglob("type.raw"))
        if not mine:
            raise ValueError(f"{folder}: has no system in DeePMD-kit's npy format: no type.raw")
        found += mine
    return found


def read_system(folder):
    """Elements of the atoms and arrays coord (frames, atoms, 3), box, energy, force of a system."""
    with ga.open_text(folder / "type_map.raw") as file:
        names = file.read().split()
    with ga.open_text(folder / "type.raw") as file:
        elements = [names[k] for k in np.loadtxt(file, dtype=int, ndmin=1)]
    unknown = sorted(set(elements) - set(MASS))
    if unknown:
        raise ValueError(f"{folder}: the decks have no atom type for {' '.join(unknown)}")
    arrays = {}
    for name in ("coord", "box", "energy", "force"):
        files = sorted(folder.glob(f"set.*/{name}.npy"))
        if not files:
            raise ValueError(f"{folder}: has no {name}.npy")
        arrays[name] = np.concatenate([np.load(file) for file in files])
    frames = len(arrays["energy"])
    return elements, {name: array.reshape(shape) for (name, array), shape in zip(
        arrays.items(), ((frames, -1, 3), (frames, 3, 3), (frames,), (frames, -1, 3)))}


def to_lammps(cell):
    """A lower triangular cell L with positive diagonal and an orthogonal Q with cell = L Q."""
    q, r = np.linalg.qr(cell.T)
    signs = np.sign(np.diag(r))
    return (r * signs[:, None]).T, (q * signs).T


def write_frames(prefix, elements, coord, box):
    """PREFIX.data and PREFIX.dump; returns the Q of each frame."""
    types = [list(MASS).index(e) + 1 for e in elements]
    turns = []
    with open(f"{prefix}.dump", "w") as out:
        for k, (x, cell) in enumerate(zip(coord, box)):
            lower, turn = to_lammps(cell)
            turns.append(turn)
            x = (x @ np.linalg.inv(cell) % 1.0) @ lower
            xy, xz, yz = lower[1, 0], lower[2, 0], lower[2, 1]
            bounds = [(min(0, xy, xz, xy + xz), lower[0, 0] + max(0, xy, xz, xy + xz), xy),
                      (min(0, yz), lower[1, 1] + max(0, yz), xz), (0, lower[2, 2], yz)]
            out.write(f"ITEM: TIMESTEP\n{k}\nITEM: NUMBER OF ATOMS\n{len(x)}\n"
                      "ITEM: BOX BOUNDS xy xz yz pp pp pp\n")
            out.writelines(" ".join(f"{v:.16g}" for v in row) + "\n" for row in bounds)
            out.write("ITEM: ATOMS id type x y z\n")
            rows = [f"{i} {t} " + " ".join(f"{v:.16g}" for v in r)
                    for i, (t, r) in enumerate(zip(types, x), 1)]
            out.write("\n".join(rows) + "\n")
            if k == 0:
                ends = [f"0 {lower[i, i]:.16g} {c}lo {c}hi" for i, c in enumerate("xyz")]
                masses = [f"{i} {m}" for i, m in enumerate(MASS.values(), 1)]
                first = [" ".join([*row.split()[:2], "0", *row.split()[2:]]) for row in rows]
                pathlib.Path(f"{prefix}.data").write_text("\n".join(
                    ["a frame", "", f"{len(x)} atoms", f"{len(MASS)} atom types", *ends,
                     f"{xy:.16g} {xz:.16g} {yz:.16g} xy xz yz", "", "Masses", "", *masses, "",
                     "Atoms # charge", "", *first]) + "\n")
    return turns


def evaluate(prefix, program, words):
    """Energies (frames,) and forces (frames, atoms, 3) by the deck."""
    command = [*program, "-in", "in.accuracy", "-log", f"{prefix}.log", "-var", "frames",
               str(prefix), *words]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if "ERROR" in line]
        raise ValueError("LAMMPS stopped: " + "; ".join(said or done.stderr.splitlines()[-1:]))
    forces = [frame.positions(("fx", "fy", "fz")) for frame in ga.read_dump(f"{prefix}.forces")]
    return ga.read_table(f"{prefix}.energies")[:, 1], np.array(forces)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parity", help="file to write")
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--lmp", default="lmp", help="how LAMMPS is called")
    options, words = parser.parse_known_args()
    if "-var" not in words:
        parser.error("name the potential: -var potential NAME or -var model FILE.pt")
    words = [str(pathlib.Path(word).resolve()) if pathlib.Path(word).is_file() else word
             for word in words]
    folders = systems(options.sets)
    rows = []
    with tempfile.TemporaryDirectory() as work:
        for number, folder in enumerate(folders, 1):
            elements, labels = read_system(folder)
            prefix = pathlib.Path(work) / str(number)
            turns = write_frames(prefix, elements, labels["coord"], labels["box"])
            energies, forces = evaluate(prefix, shlex.split(options.lmp), words)
            for k, turn in enumerate(turns):
                label, energy = labels["energy"][k] / len(elements), energies[k] / len(elements)
                rows.append(f"1 {number} {k + 1} 0 - energy {label:.10g} {energy:.10g}")
                found = forces[k] @ turn
                for i, element in enumerate(elements):
                    rows += [f"1 {number} {k + 1} {i + 1} {element} f{c} "
                             f"{labels['force'][k, i, j]:.10g} {found[i, j]:.10g}"
                             for j, c in enumerate("xyz")]
    head = [f"# model 1: {' '.join(words)}", *(f"# set {n}: {f}" for n, f in enumerate(folders, 1)),
            "# energy in eV/atom, force in eV/A",
            "model set frame atom element quantity label prediction"]
    pathlib.Path(options.parity).write_text("\n".join(head + rows) + "\n")
    print(f"{options.parity}: {len(folders)} systems")


if __name__ == "__main__":
    ga.run(main)
