#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Frames to be labelled, made by LAMMPS with fmp/lbs after a plan in settings.json.

    make_frames.py SET [--settings settings.json] [--out frames] [--only N] [--lmp lmp]

Writes frames/SET.xyz (extended XYZ, in the order of the plan). Each frame is a run of its own with
its own seed, so frames are independent of each other and of the other set. A frame that is there
already is not made again; a run that is stopped loses the frame it is at. Needs numpy, ASE, and
`lmp` with the plugin.

Kinds of the plan (settings.json, "pattern", repeated until the set is full):
  melt     melt or glass; compositions, temperatures and densities go round with lengths that have
           no common factor, so that every stretch of the list is balanced
  strain   the same in a cell of another shape: strains up to "strain", same volume
  rings    borate with three-membered B-O rings put in by hand and held together by bonds
  close    a melt in which one pair has been pushed together to 0.55-0.8 of its radii
  crystal  strained, with noise on the positions

A set with "way" (K) takes frames of the same runs on the way down from 3500 K, too, one for each so
many K: their names end in -0, -1 ..., their T is where the run was.

What a set names itself ("densities", "strain", "crystals", ...) goes before the general settings.
"""
import argparse
import itertools
import os
import sys
import tempfile

import ase.io
import numpy as np
from ase import Atoms
from ase.data import atomic_masses, atomic_numbers
from ase.spacegroup import crystal

import lammps_run
import npy_sets

HERE = os.path.dirname(os.path.abspath(__file__))
GRAM_PER_CM3 = 1.66053906660    # of one g/mol in one cubic Angstrom


def plan(settings, name):
    """What each frame of the set `name` is to be: a list of dictionaries, always the same."""
    chosen = settings["sets"][name]
    settings = {**settings, **chosen}
    temperatures, densities = settings["temperatures"], settings["densities"]
    potentials = list(settings["potentials"])
    frames, count = [], {}
    for i in range(chosen["frames"]):
        kind = chosen["pattern"][i % len(chosen["pattern"])]
        family = "melt" if kind in ("melt", "strain", "close") else kind
        m = count[family] = count.get(family, -1) + 1
        frame = {"name": f"{name[0]}{i:03d}", "set": name, "kind": kind, "number": m,
                 "seed": chosen["seed"] + i, "density_factor": densities[m % len(densities)]}
        frame["potential"] = potentials[(m + m // 8) % len(potentials)]
        if family == "melt":
            frame["glass"] = settings["compositions"][m % len(settings["compositions"])]
            frame["units"] = frame["glass"][chosen.get("units", name)]
            frame["T"] = temperatures[m % len(temperatures)]
        elif family == "rings":
            frame["glass"] = settings["ring_cells"][m % len(settings["ring_cells"])]
            frame["units"] = frame["glass"]["units"]
            frame["T"] = settings["ring_temperatures"][m % len(settings["ring_temperatures"])]
        else:
            frame["glass"] = settings["crystals"][m % len(settings["crystals"])]
            frame["T"] = 0
        frames.append(frame)
    return frames


def elements_of(settings, units):
    """Element of each atom of `units` formula units, in the order of the type map."""
    count = dict.fromkeys(settings["elements"], 0)
    for oxide, n in zip(settings["oxides"].values(), units):
        for element, k in oxide.items():
            count[element] += n * k
    return [e for e in settings["elements"] for _ in range(count[e])]


def cubic_edge(elements, density):
    """Edge in A of the cube that holds these atoms at `density` in g/cm3."""
    mass = sum(atomic_masses[atomic_numbers[e]] for e in elements)
    return (GRAM_PER_CM3 * mass / density) ** (1 / 3)


def strained(cell, strain, rng):
    """`cell` with a random symmetric strain up to `strain` in each component, volume kept."""
    e = rng.uniform(-strain, strain, (3, 3))
    stretch = np.eye(3) + (e + e.T) / 2
    cell = cell @ (stretch / np.linalg.det(stretch) ** (1 / 3))
    lower = np.linalg.qr(cell.T)[1].T    # same vectors, turned into LAMMPS' orientation
    lower *= np.sign(np.diag(lower))
    return lower


def ring(rng):
    """B3O3, planar, B-O 1.37 A, turned at random: elements and positions around its center."""
    angle = np.arange(6) * np.pi / 3
    flat = 1.37 * np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    turn, r = np.linalg.qr(rng.normal(size=(3, 3)))
    return ["B", "O"] * 3, flat @ (turn * np.sign(np.diag(r))).T


def distances(positions, others, cell):
    """Closest images: |others - positions| (n, m) in A, for cells not much sheared."""
    d = others[None] - positions[:, None]
    f = d @ np.linalg.inv(cell)
    near = np.rint(f)
    shifts = np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T
    images = (f - near)[..., None, :] + shifts
    return np.linalg.norm(images @ cell, axis=-1).min(axis=-1)


def random_atoms(elements, cell, rings, rng):
    """Atoms at random places; `rings` of B3O3 first, in rings and apart from each other.

    No two atoms are closer than 1.2 A, or less in steps of 0.05 A where the cell is too full.
    """
    single = list(elements)
    for element in ["B", "O"] * (3 * rings):
        single.remove(element)
    for closest in np.arange(1.2, 0.6, -0.05):
        symbols, where = [], np.zeros((0, 3))
        for piece in [None] * rings + single:
            for _ in range(2000):
                s, r = ring(rng) if piece is None else ([piece], np.zeros((1, 3)))
                r = r + rng.uniform(size=3) @ cell
                apart = max(closest, 1.5) if piece is None else closest
                if len(where) == 0 or distances(where, r, cell).min() > apart:
                    symbols, where = symbols + s, np.concatenate([where, r])
                    break
            else:
                break    # no room left: start again with less room for each
        if len(symbols) == len(elements):
            return Atoms(symbols, positions=where, cell=cell, pbc=True)
    raise RuntimeError("the cell is too full for random positions")


def write_data(path, atoms, elements, rings=0, style="charge"):
    """Data file; the cell must be lower triangular.

    The first 6 `rings` atoms are rings, B and O in turn: atom_style full with their bonds and
    angles. Without rings `style` charge or atomic.
    """
    c = np.asarray(atoms.cell)
    bonds = [(6 * k + i, 6 * k + (i + 1) % 6) for k in range(rings) for i in range(6)]
    angles = [(6 * k + i, 6 * k + (i + 1) % 6, 6 * k + (i + 2) % 6)
              for k in range(rings) for i in range(6)]
    lines = ["frame", "", f"{len(atoms)} atoms", f"{len(elements)} atom types"]
    if rings:
        lines += [f"{len(bonds)} bonds", "1 bond types", f"{len(angles)} angles", "1 angle types"]
    lines += [""] + [f"0 {c[k, k]:.12f} {a}lo {a}hi" for k, a in enumerate("xyz")]
    lines += [f"{c[1, 0]:.12f} {c[2, 0]:.12f} {c[2, 1]:.12f} xy xz yz", "", "Masses", ""]
    lines += [f"{t} {atomic_masses[atomic_numbers[e]]:.5f}" for t, e in enumerate(elements, 1)]
    style = "full" if rings else style
    before, after = {"full": ("1 ", "0 "), "charge": ("", "0 "), "atomic": ("", "")}[style]
    lines += ["", f"Atoms # {style}", ""]
    atoms.wrap()
    for i, (s, r) in enumerate(zip(atoms.get_chemical_symbols(), atoms.positions), 1):
        lines.append(f"{i} {before}{elements.index(s) + 1} {after}"
                     + " ".join(f"{x:.12f}" for x in r))
    for name, terms in (("Bonds", bonds), ("Angles", angles)):
        if terms:
            lines += ["", name, ""] + [f"{n} 1 " + " ".join(str(i + 1) for i in term)
                                       for n, term in enumerate(terms, 1)]
    with open(path, "w") as out:
        out.write("\n".join(lines) + "\n")


def molecular_dynamics(atoms, frame, settings, lmp, rings, **variables):
    """The frames that in.frames dumps, started from `atoms`, the first of which are `rings`: those
    at the end, those on the way."""
    potential = settings["potentials"][frame["potential"]]
    with tempfile.TemporaryDirectory() as folder:
        write_data(f"{folder}/data", atoms, settings["elements"], rings)
        words = dict(data="data", out="dump", T=frame["T"], seed=frame["seed"],
                     rings="yes" if rings else "no", **potential)
        words.update(variables)
        lammps_run.run("in.frames", folder, lmp, words)
        return [ase.io.read(f"{folder}/{file}", ":", format="lammps-dump-text",
                            specorder=settings["elements"])
                if os.path.exists(f"{folder}/{file}") else [] for file in ("dump", "way")]


def closeness(atoms, settings):
    """Smallest distance of a pair over the sum of its radii in the settings.

    These are covalent radii but for Li, which two-body potentials bring to 1.5 A from each other.
    """
    r = np.array([settings["radii"][s] for s in atoms.get_chemical_symbols()])
    d = distances(atoms.positions, atoms.positions, np.asarray(atoms.cell))
    np.fill_diagonal(d, np.inf)
    return float((d / (r[:, None] + r[None, :])).min())


def boron_oxygen_rings(atoms, cutoff=1.95):
    """Number of rings of three B and three O (sets of B that share three different O)."""
    b = np.flatnonzero(atoms.numbers == 5)
    o = np.flatnonzero(atoms.numbers == 8)
    d = distances(atoms.positions[b], atoms.positions[o], np.asarray(atoms.cell))
    near = [set(np.flatnonzero(row < cutoff)) for row in d]
    n = 0
    for i in range(len(b)):
        for j in range(i + 1, len(b)):
            for k in range(j + 1, len(b)):
                ij, jk, ik = near[i] & near[j], near[j] & near[k], near[i] & near[k]
                n += sum(len({x, y, z}) == 3 for x in ij for y in jk for z in ik)
    return n


def four_coordinated(atoms, cutoff=1.95):
    """Share of B with four O."""
    b, o = atoms.numbers == 5, atoms.numbers == 8
    d = distances(atoms.positions[b], atoms.positions[o], np.asarray(atoms.cell))
    return float(((d < cutoff).sum(axis=1) == 4).mean()) if b.any() else 0.0


def kinds_of_pairs(atoms, elements):
    """Pairs of elements, in the order of `elements`, of which `atoms` has at least one."""
    symbols = atoms.get_chemical_symbols()
    return [kind for kind in itertools.combinations_with_replacement(elements, 2)
            if all(symbols.count(element) >= kind.count(element) for element in kind)]


def push_together(atoms, kind, settings, between, rng):
    """Move the closest pair of two elements along its line; returns nothing.

    between: its new distance, drawn evenly, in parts of the sum of the radii; None: what it is.
    """
    a, b = kind
    s = np.array(atoms.get_chemical_symbols())
    d = atoms.get_all_distances(mic=True)
    d[~np.outer(s == a, s == b)] = np.inf
    np.fill_diagonal(d, np.inf)
    i, j = np.unravel_index(d.argmin(), d.shape)
    vector = atoms.get_distance(i, j, mic=True, vector=True)
    radii = settings["radii"][a] + settings["radii"][b]
    wanted = rng.uniform(*(d[i, j] if part is None else part * radii for part in between))
    step = 0.5 * (1 - wanted / d[i, j]) * vector
    atoms.positions[i] += step
    atoms.positions[j] -= step


def make(frame, settings, lmp):
    """The frame (ase.Atoms) that an entry of the plan asks for, and those on the way to it with
    their temperatures: [(atoms, T)]."""
    rng = np.random.default_rng(frame["seed"])
    if frame["kind"] == "crystal":
        c = frame["glass"]
        atoms = crystal([s[0] for s in c["sites"]], [s[1:] for s in c["sites"]],
                        spacegroup=c["space_group"], cellpar=c["cell"]).repeat(c["repeat"])
        scaled = atoms.get_scaled_positions()
        cell = strained(np.asarray(atoms.cell), settings["strain"], rng)
        atoms = Atoms(atoms.get_chemical_symbols(), scaled_positions=scaled, pbc=True,
                      cell=cell * frame["density_factor"] ** (-1 / 3))
        atoms.positions += rng.normal(scale=rng.uniform(0.03, 0.12), size=(len(atoms), 3))
        return atoms, []
    elements = elements_of(settings, frame["units"])
    edge = cubic_edge(elements, frame["glass"]["density"] * frame["density_factor"])
    cell = np.eye(3) * edge
    if frame["kind"] == "strain":
        cell = strained(cell, settings["strain"], rng)
    rings = frame["glass"]["rings"] if frame["kind"] == "rings" else 0
    hottest, way = 3500, settings.get("way", 0)

    def sound(atoms):
        return closeness(atoms, settings) >= settings["closest"] and \
            boron_oxygen_rings(atoms) >= rings

    for attempt in range(20):
        start = random_atoms(elements, cell, rings, rng)
        frames, passed = molecular_dynamics(start, frame, settings, lmp, rings, way=way,
                                            start=hottest, seed=frame["seed"] + 100000 * attempt)
        for atoms in filter(sound, frames):
            if frame["kind"] == "close":
                kinds = kinds_of_pairs(atoms, settings["elements"])
                kind = kinds[rng.integers(len(kinds))]
                push_together(atoms, kind, settings, (0.55, 0.8), rng)
            between = [(a, hottest - k * way) for k, a in enumerate(passed) if sound(a)]
            return atoms, [(a, T) for a, T in between if T > frame["T"] + way / 2]
    raise RuntimeError(f"no sound frame for {frame['name']} in 20 runs")


def sorted_by_element(atoms, elements):
    """Atoms in the order of the type map, so that frames of a composition share type.raw."""
    order = sorted(range(len(atoms)), key=lambda i: elements.index(atoms[i].symbol))
    plain = Atoms([atoms[i].symbol for i in order], positions=atoms.positions[order],
                  cell=atoms.cell[:], pbc=True)
    plain.wrap()
    return plain


def described(atoms, frame, settings, made):
    """Add `atoms` to the frames that are `made`, with the words of `frame` and what they hold."""
    atoms = sorted_by_element(atoms, settings["elements"])
    atoms.info = {key: frame[key] for key in ("name", "set", "kind", "T", "seed",
                                              "density_factor")}
    atoms.info["system"] = frame["glass"]["name"]
    atoms.info["potential"] = frame["potential"] if frame["kind"] != "crystal" else "none"
    atoms.info["closest"] = round(closeness(atoms, settings), 3)
    atoms.info["rings"] = boron_oxygen_rings(atoms)
    atoms.info["four_coordinated"] = round(four_coordinated(atoms), 3)
    made[frame["name"]] = atoms


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set")
    parser.add_argument("--settings", default=f"{HERE}/settings.json")
    parser.add_argument("--out", default=f"{HERE}/frames")
    parser.add_argument("--only", type=int, help="stop after so many runs of the plan")
    parser.add_argument("--lmp", default="lmp")
    options = parser.parse_args()
    settings = npy_sets.read_settings(options.settings)
    if options.set not in settings["sets"]:
        sys.exit(f"no set {options.set}; {options.settings} has {' '.join(settings['sets'])}")
    for one, other in itertools.combinations(settings["sets"], 2):
        if one[0] == other[0]:
            sys.exit(f"{options.settings}: the sets {one} and {other} begin with one letter, from "
                     "which the names of frames come; rename one")
    wanted = plan(settings, options.set)[:options.only]
    settings.update(settings["sets"][options.set])
    os.makedirs(options.out, exist_ok=True)
    path = f"{options.out}/{options.set}.xyz"
    made = {}
    if os.path.exists(path):
        made = {a.info["name"]: a for a in ase.io.read(path, ":", format="extxyz")}
    for number, frame in enumerate(wanted, 1):
        if frame["name"] in made:
            continue
        last, way = make(frame, settings, options.lmp)
        described(last, frame, settings, made)
        for number_on_way, (atoms, temperature) in enumerate(way):
            words = {**frame, "name": f"{frame['name']}-{number_on_way}", "T": temperature}
            if frame["kind"] == "close":    # no pair has been pushed together yet
                words["kind"] = "melt"
            described(atoms, words, settings, made)
        ordered = [made[name] for name in sorted(made)]
        ase.io.write(path + ".part", ordered, format="extxyz")
        os.replace(path + ".part", path)
        print(f"{number}/{len(wanted)} {made[frame['name']].info}, {len(way)} on the way",
              flush=True)


if __name__ == "__main__":
    main()
