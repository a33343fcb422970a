#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Labelled frames of other programs as sets for `deepsea train`, `deepsea test` and DeePMD-kit.

    to_deepmd.py OUT FILE... --types Li B O Si [--validation N] [--step N]

FILE is one of
  *.xyz, *.extxyz    extended XYZ: energy= (or free_energy=), forces:R:3 or force:R:3 and, if they
                     are there, virial= or stress= (nine numbers each; eV, A, signs as in ASE)
  *.out              CP2K beside its input *.inp, one frame each; see cp2k.py for what is read
  others             what ASE reads with energies and forces, such as OUTCAR and vasprun.xml of
                     VASP; needs ASE
--types is the type_map of all sets, for training and for the models. Every Nth frame (--validation)
goes to OUT/validation, the others to OUT/train; of long runs --step keeps one frame in N. Systems
are folders by their formula, in npy_sets.py's form; atoms are put into the order of --types.

Energies are those whose derivative the forces are (VASP: free energy, not the one extrapolated to
zero smearing). The virial is minus stress times volume in eV, with ASE's sign of the stress, which
is positive under tension: minus the derivative of the energy by the strain. Frames without it go to
systems of their own. A frame without energy or forces, with a number that is not finite, without a
cell, or with an element that --types lacks is an error, and then nothing is written.
"""
import argparse
import os
import re
import sys

import numpy as np

import cp2k
import npy_sets


def voigt(six):
    """xx yy zz yz xz xy as a symmetric matrix."""
    xx, yy, zz, yz, xz, xy = six
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def make_label(name, symbols, positions, cell, energy, forces, virial=None, stress=None):
    """A label as npy_sets.py has it; stress (3, 3; eV/A^3) as ASE has it. Raises ValueError."""
    for what, value in (("energy", energy), ("forces", forces)):
        if value is None:
            raise ValueError(f"{name}: has no {what}")
    cell = np.asarray(cell, float)
    if cell.shape != (3, 3) or abs(np.linalg.det(cell)) == 0:
        raise ValueError(f"{name}: has no cell; put a cluster into a box twice the cutoff larger")
    if virial is None and stress is not None:
        virial = -np.asarray(stress, float) * abs(np.linalg.det(cell))
    return dict(symbols=list(symbols), positions=np.asarray(positions, float), cell=cell,
                energy=float(energy), forces=np.asarray(forces, float),
                virial=None if virial is None else np.asarray(virial, float),
                info=dict(name=name))


def label_of_atoms(atoms, name):
    """Of a frame that ASE has read, with what its calculator keeps."""
    results = getattr(atoms.calc, "results", {}) if atoms.calc is not None else {}
    stress = results.get("stress")
    if stress is not None and np.shape(stress) == (6,):
        stress = voigt(stress)
    return make_label(name, atoms.get_chemical_symbols(), atoms.positions, np.asarray(atoms.cell),
                      results.get("free_energy", results.get("energy")), results.get("forces"),
                      stress=stress)


def read_ase(path):
    try:
        import ase.io
    except ImportError:
        raise ValueError(f"{path}: needs ASE to be read: pip install ase") from None
    try:
        frames = ase.io.read(path, index=":")
    except Exception as reason:    # whatever the reader of a format stumbles over
        raise ValueError(f"{path}: ASE cannot read it: {reason or type(reason).__name__}") from None
    return [label_of_atoms(atoms, f"{path}, frame {k}") for k, atoms in enumerate(frames, 1)]


def read_extxyz(path):
    with npy_sets.open_text(path) as file:
        lines = file.read().splitlines()
    labels, at = [], 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        name = f"{path}, frame {len(labels) + 1}"
        try:
            count = int(lines[at])
            rows = [row.split() for row in lines[at + 2:at + 2 + count]]
            labels.append(extxyz_frame(name, lines[at + 1], rows, count))
        except (ValueError, IndexError) as reason:
            words = str(reason)
            raise ValueError(words if words.startswith(name) else f"{name}: {words}") from None
        at += 2 + count
    return labels


def extxyz_frame(name, comment, rows, count):
    """A label of the comment and the rows of one frame."""
    words = {key.lower(): a if a else b if b else c for key, a, b, c in
             re.findall(r"""([\w-]+)=(?:"([^"]*)"|'([^']*)'|(\S+))""", comment)}
    triples = words.get("properties", "species:S:1:pos:R:3").split(":")
    columns, start = {}, 0
    for key, width in zip(triples[::3], triples[2::3]):
        columns[key.lower()] = slice(start, start + int(width))
        start += int(width)
    if len(rows) < count or any(len(row) != start for row in rows):
        raise ValueError("its rows of atoms are not what the first two lines say")

    def numbers(*keys, shape):
        for key in keys:
            if key in words:
                return np.array(words[key].replace(",", " ").split(), float).reshape(shape)
        return None

    def rows_of(*keys):
        for key in keys:
            if key in columns:
                return np.array([row[columns[key]] for row in rows], float)
        return None

    def energy():
        value = numbers("free_energy", "energy", shape=())
        return None if value is None else float(value)

    if "species" not in columns or "pos" not in columns:
        raise ValueError("Properties must have species and pos")
    if set(words.get("pbc", "T T T").upper().split()) - {"T", "TRUE", "1"}:
        raise ValueError("is not periodic; put a cluster into a box twice the cutoff larger")
    cell = numbers("lattice", shape=(3, 3))
    return make_label(name, [row[columns["species"]][0] for row in rows], rows_of("pos"),
                      np.zeros((3, 3)) if cell is None else cell, energy(),
                      rows_of("forces", "force"), numbers("virial", shape=(3, 3)),
                      numbers("stress", shape=(3, 3)))


def read_cp2k(path):
    """One frame: CELL and COORD of the input, the rest of the output."""
    given = os.path.splitext(path)[0] + ".inp"
    if not os.path.exists(given):
        raise ValueError(f"{path}: its input {given} is missing, which tells the atoms")
    with npy_sets.open_text(given) as file:
        text = file.read()
    try:
        cell, symbols, positions = cp2k_atoms(text)
        with npy_sets.open_text(path) as file:
            energy, forces, stress = cp2k.read_output(file.read(), symbols)
    except (cp2k.Unusable, ValueError) as reason:
        raise ValueError(f"{path}: {reason}") from None
    return [make_label(path, symbols, positions, cell, energy, forces,
                       virial=cp2k.virial(stress, abs(np.linalg.det(cell))))]


def cp2k_atoms(text):
    """Cell, elements and positions in an input, which must give them in place and in A."""
    def section(name):
        found = re.findall(rf"&{name}\s*\n(.*?)&END", text, flags=re.DOTALL | re.IGNORECASE)
        if len(found) != 1:
            raise ValueError(f"its input has {len(found)} sections {name}, not one")
        return [row.split() for row in found[0].splitlines() if row.strip()]

    vectors = {row[0].upper(): row[1:] for row in section("CELL")}
    if "ABC" in vectors and "ALPHA_BETA_GAMMA" not in vectors:
        cell = np.diag(np.array(vectors["ABC"], float))
    elif {"A", "B", "C"} <= set(vectors):
        cell = np.array([vectors[key] for key in "ABC"], float)
    else:
        raise ValueError("CELL of its input must have A, B and C, or ABC of a right-angled cell")
    rows = section("COORD")
    if any(len(row) != 4 for row in rows):
        raise ValueError("COORD of its input must have rows of element, x, y and z in A")
    return cell, [row[0] for row in rows], np.array([row[1:] for row in rows], float)


def read(path):
    """All labels in a file."""
    if not os.path.exists(path):
        raise ValueError(f"{path}: there is no such file")
    if os.path.isdir(path):
        raise ValueError(f"{path}: is a folder, not a file")
    ending = os.path.splitext(path)[1]
    reader = {".xyz": read_extxyz, ".extxyz": read_extxyz, ".out": read_cp2k}.get(ending, read_ase)
    labels = reader(path)
    if not labels:
        raise ValueError(f"{path}: holds no frames")
    return labels


def in_order(label, types):
    """The same with its atoms in the order of `types`."""
    order = sorted(range(len(label["symbols"])), key=lambda i: types.index(label["symbols"][i]))
    return dict(label, symbols=[label["symbols"][i] for i in order],
                positions=label["positions"][order], forces=label["forces"][order])


def system(label):
    """Name of its folder."""
    symbols = label["symbols"]
    formula = "".join(f"{e}{symbols.count(e)}" for e in dict.fromkeys(symbols))
    return formula + ("-no-virial" if label["virial"] is None else "")


def write(out, labels, types, validation):
    """All sets below the folder `out`; returns the number of frames in each kind of set."""
    count = {}
    systems = {}
    for k, label in enumerate(labels):
        kind = "validation" if validation and k % validation == validation - 1 else "train"
        systems.setdefault(f"{kind}/{system(label)}", []).append(label)
        count[kind] = count.get(kind, 0) + 1
    for name, members in systems.items():
        npy_sets.write_system(f"{out}/{name}", members, types)
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", metavar="OUT")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--types", nargs="+", required=True, metavar="ELEMENT")
    parser.add_argument("--validation", type=int, default=0, metavar="N")
    parser.add_argument("--step", type=int, default=1, metavar="N")
    options = parser.parse_intermixed_args()
    try:
        if os.path.exists(options.out):
            raise ValueError(f"{options.out} exists; give the sets another folder")
        if len(set(options.types)) < len(options.types):
            raise ValueError("--types names an element twice")
        if options.step < 1 or options.validation < 0 or options.validation == 1:
            raise ValueError("--step must be 1 or more, --validation 2 or more")
        labels = [label for path in options.files for label in read(path)][::options.step]
        for label in labels:
            npy_sets.check_arrays(label, options.types)
        labels = [in_order(label, options.types) for label in labels]
        count = write(options.out, labels, options.types, options.validation)
    except (ValueError, OSError) as reason:
        sys.exit(f"to_deepmd.py: {reason}")
    for kind, frames in count.items():
        print(f"{options.out}/{kind}: {frames} frames")
    lack = sum(label["virial"] is None for label in labels)
    if lack:
        print(f"{lack} of {len(labels)} frames have no stress, so no virial")


if __name__ == "__main__":
    main()
