#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make frames.xyz again: what a user gets from DFT, here from a two-body potential.

    make_frames.py WORK      needs lmp with the plugin; some minutes on one core

Melts of 51 atoms of LBS-40-20-40 are cooled by ../deepsea-first-run/in.frames with the
Deng-Du/Teter potential. All of their frames go to frames.xyz as extended XYZ with energy, stress
(ASE's sign and units) and forces.
"""
import pathlib
import subprocess
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
FIRST_RUN = HERE.parent / "deepsea-first-run"
sys.path.insert(0, str(FIRST_RUN))
import make_models    # noqa: E402
from make_models import lammps_files    # noqa: E402

MELTS = {"a": 1.0, "b": 0.98, "c": 1.03}    # strain of the edge


def run_melt(work, name):
    """Frames of one melt: the arrays of a DeePMD-kit folder."""
    log = work / f"{name}.log"
    variables = dict(n_Si=6, edge_factor=MELTS[name], seed=31 + list(MELTS).index(name), out=name)
    command = ["lmp", "-in", FIRST_RUN / "in.frames", "-log", log.name, "-screen", "none"]
    for key, value in variables.items():
        command += ["-var", key, str(value)]
    # The last line of a whole run.
    if not log.exists() or "Total wall time" not in log.read_text():
        subprocess.run(command, cwd=work, check=True)
    make_models.write_frames(work, name)
    folder = work / "data" / name
    arrays = {path.stem: np.load(path) for path in (folder / "set.000").glob("*.npy")}
    types = np.loadtxt(folder / "type.raw", dtype=int)
    return [make_models.ELEMENTS[t] for t in types], arrays


def extxyz(elements, arrays, k):
    """One frame."""
    cell = arrays["box"][k].reshape(3, 3)
    stress = -arrays["virial"][k] / np.linalg.det(cell)
    text = (f"{len(elements)}\nLattice=\"{' '.join(f'{v:.8g}' for v in cell.ravel())}\" "
            f"Properties=species:S:1:pos:R:3:forces:R:3 energy={arrays['energy'][k]:.6f} "
            f"stress=\"{' '.join(f'{v:.6g}' for v in stress)}\" pbc=\"T T T\"\n")
    rows = zip(elements, arrays["coord"][k].reshape(-1, 3), arrays["force"][k].reshape(-1, 3))
    for element, x, f in rows:
        text += f"{element} {x[0]:.5f} {x[1]:.5f} {x[2]:.5f} {f[0]:.4f} {f[1]:.4f} {f[2]:.4f}\n"
    return text


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    work = pathlib.Path(sys.argv[1])
    work.mkdir(parents=True, exist_ok=True)
    melts = [run_melt(work, name) for name in MELTS]
    with lammps_files.whole(HERE / "frames.xyz") as out:
        for elements, arrays in melts:
            for k in range(len(arrays["energy"])):
                out.write(extxyz(elements, arrays, k))


if __name__ == "__main__":
    main()
