# SPDX-License-Identifier: GPL-2.0-only
"""Small training sets whose labels are those of a pair potential, in DeePMD-kit's formats."""
import itertools
import json

import numpy as np

TYPES = ["B", "O"]
CELL = np.array([[5.1, 0.2, 0.0], [0.0, 5.6, 0.3], [-0.4, 0.0, 5.3]])
CUTOFF = 4.0


def morse(r):
    """Energy and force (positive: repulsive) of a pair, smoothly 0 at the cutoff."""
    u = 1.0 - r / CUTOFF
    e = np.exp(-1.5 * (r - 1.8))
    return (e * e - e) * u**3, 1.5 * (2 * e * e - e) * u**3 + 3 * (e * e - e) * u**2 / CUTOFF


def labels(x, cell):
    """Energy, forces and virial (sum of x F) of atoms in a periodic cell."""
    energy, force, virial = 0.0, np.zeros_like(x), np.zeros((3, 3))
    for shift in itertools.product((-1, 0, 1), repeat=3):
        d = x[None, :, :] + np.array(shift) @ cell - x[:, None, :]
        r = np.linalg.norm(d, axis=-1)
        for i, j in zip(*np.nonzero((r > 1e-9) & (r < CUTOFF))):
            e, f = morse(r[i, j])
            energy += 0.5 * e
            force[i] -= f * d[i, j] / r[i, j]
            virial += 0.5 * f * np.outer(d[i, j], d[i, j]) / r[i, j]
    return energy, force, virial


def frames(count, atoms=6, seed=1, cell=CELL, apart=1.3):
    """Arrays of a system, by the names of their files."""
    random = np.random.default_rng(seed)
    shifts = np.array(list(itertools.product((-1, 0, 1), repeat=3))) @ cell
    arrays = {name: [] for name in ("coord", "box", "energy", "force", "virial")}
    for _ in range(count):
        x = []
        while len(x) < atoms:
            place = random.random(3) @ cell
            if all(np.linalg.norm(place - other - shifts, axis=1).min() > apart for other in x):
                x.append(place)
        energy, force, virial = labels(np.array(x), cell)
        arrays["coord"].append(np.ravel(x))
        arrays["box"].append(cell.ravel())
        arrays["energy"].append(energy - 4.0 * atoms)
        arrays["force"].append(force.ravel())
        arrays["virial"].append(virial.ravel())
    return {name: np.array(rows) for name, rows in arrays.items()}


def write_system(folder, arrays, types, type_map=tuple(TYPES)):
    """A system as deepmd/npy."""
    (folder / "set.000").mkdir(parents=True, exist_ok=True)
    (folder / "type.raw").write_text("\n".join(map(str, types)) + "\n")
    (folder / "type_map.raw").write_text("\n".join(type_map) + "\n")
    for name, array in arrays.items():
        np.save(folder / "set.000" / f"{name}.npy", array)
    return folder


def settings(*systems, **training):
    """A small input; `training` goes into its section of that name."""
    return {
        "model": {
            "type_map": TYPES,
            "descriptor": {"type": "se_e2_a", "rcut": CUTOFF, "rcut_smth": 2.0, "sel": [20, 30],
                           "neuron": [4, 8], "axis_neuron": 2, "seed": 1},
            "fitting_net": {"neuron": [8, 8], "seed": 1}},
        "learning_rate": {"type": "exp", "start_lr": 0.01, "stop_lr": 0.001, "decay_steps": 10},
        "loss": {"start_pref_e": 0.1, "limit_pref_e": 1, "start_pref_f": 10, "limit_pref_f": 1,
                 "start_pref_v": 0.01, "limit_pref_v": 0.1},
        "training": {"training_data": {"systems": [str(s) for s in systems], "batch_size": 2},
                     "numb_steps": 40, "disp_freq": 10, "save_freq": 10, "seed": 1, **training}}


def write_input(folder, given):
    """The input as a file."""
    (folder / "input.json").write_text(json.dumps(given))
    return folder / "input.json"
