# SPDX-License-Identifier: GPL-2.0-only
"""The labelled sets that ship in potentials/lbs/data, and the reader of CP2K's output."""
import copy
import glob
import json
import os
import re
import sys

import numpy as np
import pytest

LBS = os.path.join(os.path.dirname(__file__), "..", "..", "potentials", "lbs")
sys.path.insert(0, LBS)
import compare     # noqa: E402
import cp2k        # noqa: E402
import npy_sets    # noqa: E402

ELEMENTS = ["Li", "B", "O", "Si"]
SETS = ("validation", "tune")
# Spread of the energy per atom in eV about one constant an element, over 300-3500 K: 3.5 k_B T at
# 3500 K is 1.0, and pairs that were pushed together add a few eV a frame.
ENERGY = 1.5


def systems(name):
    return sorted(glob.glob(f"{LBS}/data/{name}/*/"))


def labels(name):
    """All labels of a set."""
    return [label for folder in systems(name) for label in npy_sets.read_system(folder).values()]


def xyz(name):
    """Frames of frames/NAME.xyz: a dictionary from name to elements, positions and cell."""
    lines = open(f"{LBS}/frames/{name}.xyz").read().splitlines()
    frames = {}
    while lines:
        n, words = int(lines[0]), lines[1]
        rows = [line.split() for line in lines[2:2 + n]]
        cell = re.search(r'Lattice="([^"]*)"', words).group(1)
        frames[re.search(r"\bname=(\S+)", words).group(1)] = (
            [r[0] for r in rows], np.array([r[1:4] for r in rows], float),
            np.array(cell.split(), float).reshape(3, 3))
        lines = lines[2 + n:]
    return frames


@pytest.mark.parametrize("name", SETS)
def test_each_label_is_sound(name):
    assert labels(name)
    for label in labels(name):
        npy_sets.check_label(label, ELEMENTS)
        assert label["info"]["set"] == name


@pytest.mark.parametrize("name", SETS)
def test_a_system_has_what_deepmd_reads(name):
    for folder in systems(name):
        types = np.loadtxt(folder + "type.raw", dtype=int)
        assert open(folder + "type_map.raw").read().split() == ELEMENTS
        assert (np.diff(types) >= 0).all() and types.min() >= 0 and types.max() < len(ELEMENTS)
        frames = len(open(folder + "frames.txt").read().splitlines())
        for key, width in (("coord", 3 * len(types)), ("force", 3 * len(types)), ("box", 9),
                           ("virial", 9)):
            array = np.load(f"{folder}set.000/{key}.npy")
            assert array.shape == (frames, width) and array.dtype == np.float64, (folder, key)
        assert np.load(folder + "set.000/energy.npy").shape == (frames,)


@pytest.mark.parametrize("name", SETS)
def test_labels_are_of_the_frames_that_ship(name):
    frames = xyz(name)
    for label in labels(name):
        symbols, positions, cell = frames[label["info"]["name"]]
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


@pytest.mark.parametrize("key, change, words", [
    ("forces", lambda x: x * np.nan, "forces is not finite"),
    ("forces", lambda x: x + 0.1, "add up to"),
    ("forces", lambda x: x * 0.0, "all but zero"),
    ("forces", lambda x: x[1:], "forces has the shape"),
    ("virial", lambda x: x * 0.0, "virial of 0"),
    ("virial", lambda x: x + 100 * np.array([[0, 1, 0], [0, 0, 0], [0, 0, 0]]), "not symmetric"),
    ("cell", lambda x: x * 2.0, "A^3 an atom"),
    ("symbols", lambda x: np.where(x == "B", "Na", x), "type map")])
def test_a_broken_label_is_refused(key, change, words):
    label = copy.deepcopy(labels("validation")[0])
    label[key] = change(label[key])
    with pytest.raises(ValueError, match=label["info"]["name"] + ".*" + re.escape(words)):
        npy_sets.check_label(label, ELEMENTS)


class Frame:
    """What write_label takes of a frame, without ASE."""

    def __init__(self, label):
        self.positions, self.cell, self.info = label["positions"], label["cell"], label["info"]
        self.get_chemical_symbols = lambda: list(label["symbols"])


def made_up(count, seed=1):
    """Labels of `count` frames of Li2O and one of LiO, so that constants can be told apart."""
    rng, every = np.random.default_rng(seed), []
    for i in range(count + 1):
        symbols = np.array(["Li"] * (2 if i < count else 1) + ["O"])
        n = len(symbols)
        forces = rng.normal(size=(n, 3))
        every.append(dict(
            symbols=symbols, positions=rng.uniform(0, 3, (n, 3)), cell=3.0 * np.eye(3),
            energy=-200.0 * (n - 1) - 430.0 + rng.normal(), forces=forces - forces.mean(axis=0),
            virial=np.eye(3), info=dict(name=f"x{i}", set="made", kind="melt", T=300,
                                        system="A" if i < count else "B", potential="none")))
    return every


def test_a_system_is_read_as_it_was_written(tmp_path):
    every = made_up(3)
    npy_sets.write_system(f"{tmp_path}/made/A", every[:3], ELEMENTS)
    read = npy_sets.read_system(f"{tmp_path}/made/A")
    assert npy_sets.labelled_names(tmp_path) == set(read) == {"x0", "x1", "x2"}
    for label in every[:3]:
        npy_sets.check_label(read[label["info"]["name"]], ELEMENTS)
        for key in label:
            assert np.array_equal(read[label["info"]["name"]][key], label[key]), key
    with pytest.raises(ValueError, match="x3 has other atoms"):
        npy_sets.write_system(f"{tmp_path}/made/A", every, ELEMENTS)


def test_errors_of_a_teacher(tmp_path, capsys):
    """Forces 4 % too large, energies off by a constant an element: told apart from true errors."""
    every = made_up(6)
    npy_sets.write_system(f"{tmp_path}/data/made/A", every[:6], ELEMENTS)
    npy_sets.write_system(f"{tmp_path}/data/made/B", every[6:], ELEMENTS)
    os.makedirs(f"{tmp_path}/work/labels")
    for label in every:
        lithium = np.count_nonzero(label["symbols"] == "Li")
        npy_sets.write_label(f"{tmp_path}/work/labels/{label['info']['name']}.npz", Frame(label),
                             label["energy"] + 3.0 * lithium - 7.0, 1.04 * label["forces"],
                             label["virial"], spread=np.full(len(label["symbols"]), 0.25))
    pairs = compare.load(f"{tmp_path}/data", "made", f"{tmp_path}/work")
    assert len(pairs) == 7 and compare.energies(pairs, ["Li", "O"]) < 1e-9
    compare.row("all", pairs)
    words = capsys.readouterr().out.split()
    scale = np.abs(np.concatenate([x["forces"].ravel() for x in every])).mean()
    assert words[1] == "7" and words[5] == "1.040" and words[6] == "0.250"
    assert float(words[2]) == pytest.approx(0.04 * scale, abs=6e-4) and scale > 0.1
    pairs[0][1]["energy"] += 1.0
    assert compare.energies(pairs, ["Li", "O"]) > 0.05


OUTPUT = """\
     1 OT DIIS     0.15E+00   14.7     0.05965231       -20.0000000000 -2.00E+01
  *** SCF run converged in    12 steps ***
 ENERGY| Total FORCE_EVAL ( QS ) energy [a.u.]:              -22.500000000000000
 ATOMIC FORCES in [a.u.]

 # Atom   Kind   Element          X              Y              Z
      1      1      Li          0.01000000    -0.02000000     0.00000000
      2      2      O          -0.01000000     0.02000000     0.00000000
 SUM OF ATOMIC FORCES           0.00000000     0.00000000     0.00000000     0.00000000

 STRESS| Analytical stress tensor [GPa]
 STRESS|                        x                   y                   z
 STRESS|      x       1.50000000000E+00   0.00000000000E+00  -2.00000000000E-01
 STRESS|      y       0.00000000000E+00   2.50000000000E+00   0.00000000000E+00
 STRESS|      z      -2.00000000000E-01   0.00000000000E+00   3.50000000000E+00
 STRESS| 1/3 Trace                                            2.50000000000E+00
  **** **** ******  **  PROGRAM ENDED AT                 2026-01-01 00:00:00.000
"""


def test_output_of_cp2k_in_our_units():
    energy, forces, stress = cp2k.read_output(OUTPUT, ["Li", "O"])
    assert energy == pytest.approx(-22.5 * 27.211386, rel=1e-7)
    assert forces[0] == pytest.approx([0.01 * 51.422067, -0.02 * 51.422067, 0.0], rel=1e-7)
    assert stress[0, 2] == -0.2 and stress[2, 2] == 3.5
    # 1 GPa on 1000 A^3 is 6.24 eV.
    assert cp2k.virial(stress, 1000.0)[0, 0] == pytest.approx(1.5 * 6.241509, rel=1e-6)


@pytest.mark.parametrize("old, new, words", [
    ("SCF run converged in    12 steps", "SCF run NOT converged", "did not converge"),
    ("  *** SCF run converged in    12 steps ***\n", "", "no line says"),
    ("PROGRAM ENDED AT", "", "ends early"),
    ("ENERGY| Total", "ENERGY| Partial", "energy stands 0 times"),
    ("      2      2      O ", "      2      2      Si", "other atoms"),
    ("-0.01000000     0.02000000", "*********** 0.02000000", r"'\*+' stands where a number"),
    (" SUM OF ATOMIC FORCES", " SUM", "table of forces stands 0"),
    (" STRESS|      y ", " STRESS|      u ", "row y of the stress"),
    ("[GPa]", "[bar]", "unit of the stress"),
    ("2.50000000000E+00   0.0", "NaN   0.0", "row y of the stress"),
    ("  **** ****", " [ABORT]\n  **** ****", "stopped with an error")])
def test_an_incomplete_output_of_cp2k_gives_no_label(old, new, words):
    assert old in OUTPUT
    with pytest.raises(cp2k.Unusable, match=words):
        cp2k.read_output(OUTPUT.replace(old, new), ["Li", "O"])


@pytest.mark.parametrize("scf, words", [("broyden", "BROYDEN_MIXING"), ("ot", "&OUTER_SCF")])
def test_input_of_cp2k_names_each_element_once(scf, words):
    settings = json.load(open(f"{LBS}/settings.json"))["cp2k"]
    assert scf in settings["scf"]
    text = cp2k.write_input(["Li", "O", "O"], np.zeros((3, 3)), 8.0 * np.eye(3), settings, scf)
    assert text.count("&KIND") == 2 and text.count("GTH-PBE-q6") == 1 and "CUTOFF 600" in text
    assert words in text and "{" not in text and text.count("EPS_SCF 1e-06") == 1 + (scf == "ot")
    sections = re.findall(r"^ *&(?!END)(\w+)", text, flags=re.MULTILINE)
    assert sorted(sections) == sorted(re.findall(r"&END (\w+)", text))
    with pytest.raises(KeyError):
        cp2k.write_input(["Xe"], np.zeros((1, 3)), np.eye(3), settings, scf)
