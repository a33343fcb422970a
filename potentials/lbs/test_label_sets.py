# SPDX-License-Identifier: GPL-2.0-only
"""The labelled sets in data/ and data-gpaw/: python3 -m pytest test_label_sets.py"""
import glob
import pathlib
import sys

import numpy as np
import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "unittest" / "decks")]
import npy_sets    # noqa: E402
from label_frames import LBS, xyz    # noqa: E402

ELEMENTS = ["Li", "B", "O", "Si"]
SETS = ("validation", "tune")
GPAW = "../data-gpaw/validation"    # without virials
ALL = (*SETS, "inherent", GPAW)
# Spread of the energy per atom in eV about one constant an element, over 300-3500 K: 3.5 k_B T at
# 3500 K is 1.0, and pairs that were pushed together add a few eV a frame.
ENERGY = 1.5


def systems(name):
    return sorted(glob.glob(f"{LBS}/data/{name}/*/"))


def labels(name):
    """All labels of a set."""
    return [label for folder in systems(name) for label in npy_sets.read_system(folder).values()]


@pytest.mark.parametrize("name", ALL)
def test_each_label_is_sound(name):
    assert labels(name)
    for label in labels(name):
        npy_sets.check_label(label, ELEMENTS)
        assert label["info"]["set"] == pathlib.Path(name).name


@pytest.mark.parametrize("name", ALL)
def test_a_system_has_what_deepmd_reads(name):
    for folder in systems(name):
        types = np.loadtxt(folder + "type.raw", dtype=int)
        assert open(folder + "type_map.raw").read().split() == ELEMENTS
        assert (np.diff(types) >= 0).all() and types.min() >= 0 and types.max() < len(ELEMENTS)
        frames = len(open(folder + "frames.txt").read().splitlines())
        for key, width in (("coord", 3 * len(types)), ("force", 3 * len(types)), ("box", 9),
                           ("virial", 9)):
            if name == GPAW and key == "virial":
                continue
            array = np.load(f"{folder}set.000/{key}.npy")
            assert array.shape == (frames, width) and array.dtype == np.float64, (folder, key)
        assert np.load(folder + "set.000/energy.npy").shape == (frames,)


@pytest.mark.parametrize("name", ALL)
def test_labels_are_of_the_frames_that_ship(name):
    frames = xyz(pathlib.Path(name).name)
    for label in labels(name):
        symbols, positions, cell, _ = frames[label["info"]["name"]]
        assert symbols == list(label["symbols"])
        assert np.abs(positions - label["positions"]).max() < 1e-6
        assert np.abs(cell - label["cell"]).max() < 1e-6


def test_no_frame_is_in_both_sets():
    assert not set(xyz("validation")) & set(xyz("tune"))
    seeds = [{label["info"]["seed"] for label in labels(name)} for name in SETS]
    assert not seeds[0] & seeds[1]
    for a in labels("validation"):
        for b in labels("tune"):
            if len(a["symbols"]) == len(b["symbols"]):
                assert np.abs(a["positions"] - b["positions"]).max() > 0.1


def residuals(all_labels):
    """Energy per atom less one constant an element, fitted to the labels."""
    counts = np.array([[np.count_nonzero(x["symbols"] == e) for e in ELEMENTS]
                       for x in all_labels], float)
    n = counts.sum(axis=1)
    energy = np.array([x["energy"] for x in all_labels]) / n
    constants = np.linalg.lstsq(counts / n[:, None], energy, rcond=None)[0]
    return energy - counts / n[:, None] @ constants


def test_energies_are_of_one_kind():
    """One method, one zero: what is left after a constant an element is heat and strain."""
    every = labels("validation") + labels("tune")
    rest = residuals(every)
    assert len(every) > len(ELEMENTS) and np.abs(rest).max() < ENERGY
    assert np.abs(rest).max() > 0.01
    every[0]["energy"] += 27.2114 * len(every[0]["symbols"])    # one Hartree an atom off
    assert np.abs(residuals(every)).max() > ENERGY


def test_hot_frames_lie_higher_than_cold_ones():
    every = [x for x in labels("validation") + labels("tune") if x["info"]["kind"] == "melt"]
    rest = residuals(every)
    hot = np.array([x["info"]["T"] for x in every])
    assert rest[hot >= 2500].mean() > rest[hot <= 1000].mean() + 0.1


def test_the_virial_is_positive_under_pressure():
    """Sign of the virial: hot dense frames push outward more than cold thin ones."""
    every = [x for x in labels("validation") + labels("tune") if x["info"]["kind"] == "melt"]
    pressure = np.array([np.trace(x["virial"]) / 3 / np.linalg.det(x["cell"]) for x in every])
    dense = np.array([x["info"]["density_factor"] for x in every])
    assert pressure[dense > 1].mean() > pressure[dense < 1].mean() + 0.01    # eV/A^3: 1.6 GPa


def test_labels_to_tune_a_teacher_are_of_frames_to_train_on():
    """Those of data-gpaw: whole, with virials, of the frames that data-teacher has under the same
    names, and of no frame of the validation set; the teacher, which has learnt them, is close.
    """
    validation = set(xyz("validation"))
    files = sorted(glob.glob(f"{LBS}/data-gpaw/*.hdf5"))
    assert files
    for path in files:
        packed = npy_sets.read_packed(f"{LBS}/data-teacher/{pathlib.Path(path).name}")
        trained = {atoms.info["name"]: (atoms, label) for atoms, label in packed}
        for atoms, label in npy_sets.read_packed(path):
            npy_sets.check_label({"symbols": np.array(atoms.get_chemical_symbols()),
                                  "positions": atoms.positions, "cell": atoms.cell[:],
                                  "info": atoms.info, **label}, ELEMENTS)
            same, taught = trained[atoms.info["name"]]
            assert atoms.get_chemical_symbols() == same.get_chemical_symbols()
            assert np.abs(atoms.positions - same.positions).max() < 1e-6
            assert np.abs(atoms.cell[:] - same.cell[:]).max() < 1e-6
            assert label["virial"] is not None and atoms.info["name"] not in validation
            scale = np.abs(label["forces"]).mean()
            assert 0.005 < np.abs(label["forces"] - taught["forces"]).mean() / scale < 0.2
