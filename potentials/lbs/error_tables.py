#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The tables of errors of the manual: models that ship, frames that none was trained on.

    error_tables.py [--doc ../../doc]

Writes DOC/lbs_errors.inc (by element) and DOC/lbs_errors_by_frame.inc (by temperature and
composition). Energies are compared after one constant for each element. Needs h5py and `deepsea`.
"""
import argparse
import importlib.util
import pathlib
import tempfile

import numpy as np

import lammps_run
import models
import npy_sets

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples"
SPEC = importlib.util.spec_from_file_location("accuracy_plot",
                                              EXAMPLES / "paper" / "accuracy" / "plot.py")
accuracy = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(accuracy)

TEACHER, PBE = HERE / "data-d3" / "teacher.hdf5", HERE / "data-d3" / "gpaw.hdf5"
MODELS = {"accurate": "lbs.deepsea.pt", "fast": "lbs-fast.deepsea.pt"}
SETS = {"the teacher and D3": TEACHER, "PBE (GPAW) and D3": PBE}
KELVIN = {"300 K": (300, 300), "600 to 1000 K": (600, 1000), "1500 to 2000 K": (1500, 2000),
          "2500 to 3500 K": (2500, 3500)}


def rows_by_element(elements):
    yield "against", "model", "forces", *elements, "energies"
    for name, frames in SETS.items():
        for model, file in MODELS.items():
            force, by_element, energy = models.errors(HERE.parent / file, frames, elements)
            yield (name, model, f"{force:.3f}", *(f"{by_element[e]:.3f}" for e in elements),
                   f"{1e3 * energy:.1f}")
            name = ""


def frames_of(file, frames):
    """The frames of a set with what a model says of them."""
    with tempfile.TemporaryDirectory() as folder:
        lammps_run.deepsea("test", HERE.parent / file, frames, "--parity", f"{folder}/parity")
        return accuracy.read(f"{folder}/parity")


def frames_of_the_teacher():
    """The frames of PBE with what the teacher says of them."""
    taught = {atoms.info["name"]: label["forces"]
              for atoms, label in npy_sets.read_packed(TEACHER)}
    found = []
    for atoms, label in npy_sets.read_packed(PBE):
        frame = accuracy.Frame(atoms.info["system"], atoms.info["T"])
        pairs = np.stack([label["forces"], taught[atoms.info["name"]]], axis=-1)
        symbols = np.array(atoms.get_chemical_symbols())
        for element in np.unique(symbols):
            frame.forces[element] = pairs[symbols == element].reshape(-1, 2)
        found.append(frame)
    return found


def rows_by_frame():
    yield ("", "frames", "accurate, against labels", "fast", "frames of PBE",
           "accurate, against PBE", "fast", "labels")
    against_teacher = [frames_of(file, TEACHER) for file in MODELS.values()]
    against_pbe = [*(frames_of(file, PBE) for file in MODELS.values()), frames_of_the_teacher()]

    def row(name, chosen):
        cells = [name]
        for several in (against_teacher, against_pbe):
            groups = [[frame for frame in frames if chosen(frame)] for frames in several]
            cells.append(str(len(groups[0])))
            cells += [f"{accuracy.force_error(group)[0]:.3f}" for group in groups]
        return cells

    yield row("all", lambda frame: True)
    for name, (low, high) in KELVIN.items():
        yield row(name, lambda frame, low=low, high=high: low <= frame.temperature <= high)
    for glass in sorted({frame.composition for frame in against_pbe[0]}):
        yield row(glass.removeprefix("LBS-"), lambda frame, glass=glass: frame.composition == glass)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--doc", default=HERE.parents[1] / "doc")
    options = parser.parse_args()
    elements = npy_sets.read_settings(HERE / "settings.json")["elements"]
    for name, widths, rows in (
            ("lbs_errors", (22, 13, 10, 10, 10, 10, 12, 13), rows_by_element(elements)),
            ("lbs_errors_by_frame", (16, 10, 14, 10, 12, 14, 10, 10), rows_by_frame())):
        accuracy.ga.write_table(f"{options.doc}/{name}.inc", widths, rows)


if __name__ == "__main__":
    main()
