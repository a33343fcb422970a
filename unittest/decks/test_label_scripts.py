# SPDX-License-Identifier: GPL-2.0-only
"""The frames and the scripts of potentials/lbs: labels, sets, CP2K, errors of a teacher."""
import copy
import json
import os
import re
import sys

import numpy as np
import pytest

from deck import as_by_windows
from label_frames import LBS, distances, xyz

sys.path.insert(0, LBS)
import compare     # noqa: E402
import cp2k        # noqa: E402
import explore     # noqa: E402
import npy_sets    # noqa: E402
import to_npy      # noqa: E402

ELEMENTS = ["Li", "B", "O", "Si"]
MASS = {"Li": 6.94, "B": 10.81, "O": 15.999, "Si": 28.085}    # g/mol


def sound(frame, settings):
    """Whether a frame is what its words say; used on frames that are, and on some that are not."""
    symbols, positions, cell, words = frame
    glasses = {g["name"]: g for key in ("compositions", "ring_cells") for g in settings[key]}
    radius = np.array([settings["radii"][s] for s in symbols])
    close = (distances(positions, cell) / (radius[:, None] + radius)).min()
    charge = sum({"Li": 1, "B": 3, "O": -2, "Si": 4}[s] for s in symbols)
    if words["kind"] == "crystal":
        return charge == 0 and close > 0.6
    density = sum(MASS[s] for s in symbols) * 1.66053907 / np.linalg.det(cell)
    wanted = glasses[words["system"]]["density"] * float(words["density_factor"])
    least = 0.5 if words["kind"] == "close" else settings["closest"]
    return charge == 0 and abs(density / wanted - 1) < 0.01 and close > least


@pytest.mark.parametrize("name", ["validation", "tune"])
def test_frames_are_what_they_say(name):
    settings = json.load(open(f"{LBS}/settings.json"))
    frames = xyz(name)
    assert len(frames) >= 6 and all(sound(frame, settings) for frame in frames.values())
    symbols, positions, cell, words = frames[name[0] + "000"]
    assert [ELEMENTS.index(s) for s in symbols] == sorted(ELEMENTS.index(s) for s in symbols)
    collided = positions.copy()
    collided[1] = collided[0] + 0.3
    for broken in ((symbols, collided, cell, words), (symbols, positions, 1.1 * cell, words),
                   (["Li"] + symbols[:-1], positions, cell, words)):
        assert not sound(broken, settings)


def test_no_seed_serves_two_sets():
    seeds = [{frame[3]["seed"] for frame in xyz(name).values()} for name in ("validation", "tune")]
    assert all(seeds) and not seeds[0] & seeds[1]


@pytest.mark.parametrize("name", ["validation", "tune"])
def test_ring_frames_have_rings(name):
    """Three B that share three O, counted here by the six-step paths of bonds that close."""
    counted = 0
    for symbols, positions, cell, words in xyz(name).values():
        if words["kind"] != "rings":
            continue
        s = np.array(symbols)
        bonded = (distances(positions, cell) < 1.95)[np.ix_(s == "B", s == "O")].astype(int)
        shared = bonded @ bonded.T
        np.fill_diagonal(shared, 0)
        assert np.trace(np.linalg.matrix_power(shared, 3)) / 6 >= 2, words["name"]
        assert int(words["rings"]) >= 2
        counted += 1
    assert counted


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
    assert npy_sets.labelled_names(tmp_path / "made") == set(read) == {"x0", "x1", "x2"}
    for label in every[:3]:
        npy_sets.check_label(read[label["info"]["name"]], ELEMENTS)
        for key in label:
            assert np.array_equal(read[label["info"]["name"]][key], label[key]), key
    with pytest.raises(ValueError, match="x3 has other atoms"):
        npy_sets.write_system(f"{tmp_path}/made/A", every, ELEMENTS)
    npy_sets.write_system(f"{tmp_path}/made/A", every[:3], ELEMENTS)
    for name in ("type_map.raw", "type.raw", "frames.txt"):
        as_by_windows(tmp_path / "made" / "A" / name)
    assert npy_sets.labelled_names(tmp_path / "*") == {"x0", "x1", "x2"}
    for name, label in npy_sets.read_system(f"{tmp_path}/made/A").items():
        assert np.array_equal(label["symbols"], read[name]["symbols"])
    npy_sets.write_system(f"{tmp_path}/made/A", [{**label, "energy": None, "virial": None}
                                                 for label in every[:3]], ELEMENTS)
    forces = [label["forces"] for label in every[:3]]
    for found, force in zip(npy_sets.read_set(tmp_path / "made"), forces):
        assert found[1]["energy"] is None and found[1]["virial"] is None
        assert np.array_equal(found[1]["forces"], force)


def test_settings(tmp_path):
    """What an editor of Windows has saved reads the same; what is no settings file is one line."""
    path = tmp_path / "s.json"
    path.write_text('{\n"elements": ["Li"]\n}\n')
    as_by_windows(path)
    assert npy_sets.read_settings(path) == {"elements": ["Li"]}
    path.write_text("elements")
    for wrong, message in ((path, "s.json: is no JSON file: Expecting value"),
                           (tmp_path, "Is a directory"), (tmp_path / "none", "No such file")):
        with pytest.raises(SystemExit) as end:
            npy_sets.read_settings(wrong)
        assert message in str(end.value) and str(wrong) in str(end.value)


def test_labels_that_a_teacher_guesses_do_not_count(tmp_path, monkeypatch, capsys):
    """Doubtful atoms get no weight, their frames no energy; frames full of them are left out."""
    every = made_up(4)
    spreads = ([0.1, 0.2, 0.3], [0.1, 0.5, 0.1], [0.5, 0.1, 0.5], [0.1, 0.1, 0.4])
    os.makedirs(f"{tmp_path}/work/labels")
    for label, spread in zip(every, spreads):
        # 12 atoms, so that one of them is less than a quarter
        label = {**label, "symbols": np.tile(label["symbols"], 4), "cell": 6.0 * np.eye(3),
                 "positions": np.tile(label["positions"], (4, 1)),
                 "forces": np.tile(label["forces"], (4, 1))}
        spread = spread + [0.1] * 9 if spread.count(0.5) < 2 else 4 * spread
        npy_sets.write_label(f"{tmp_path}/work/labels/{label['info']['name']}.npz", Frame(label),
                             label["energy"], label["forces"], label["virial"], spread=spread)
    monkeypatch.setattr(sys, "argv", ["to_npy.py", "--work", f"{tmp_path}/work", "--data",
                                      f"{tmp_path}/data", "--trust", "0.4"])
    to_npy.main()
    assert "1 frames left out" in capsys.readouterr().out
    folders = sorted(os.listdir(f"{tmp_path}/data/made"))
    assert len(folders) == 2 and folders[1] == folders[0] + ".doubtful"
    sound, doubtful = (f"{tmp_path}/data/made/{folder}/set.000" for folder in folders)
    assert np.load(f"{sound}/atom_pref.npy").tolist() == [[1.0] * 12] * 2
    assert np.load(f"{sound}/energy.npy").shape == (2,)
    assert np.load(f"{doubtful}/atom_pref.npy").tolist() == [[1.0, 0.0] + [1.0] * 10]
    arrays = ["atom_pref.npy", "box.npy", "coord.npy", "force.npy", "temperature.npy"]
    assert sorted(os.listdir(doubtful)) == arrays
    # The same folder again: with more trust no frame is doubtful, with less all that are left are.
    os.makedirs(f"{tmp_path}/data/other/B")    # a set that these labels do not belong to
    open(f"{tmp_path}/data/other/B/frames.txt", "w").close()
    for spread, left in (("0.6", folders[:1]), ("0.05", folders[1:]), ("0.4", folders)):
        monkeypatch.setattr(sys, "argv", sys.argv[:-1] + [spread])
        to_npy.main()
        assert sorted(os.listdir(f"{tmp_path}/data/made")) == left
    assert sorted(os.listdir(doubtful)) == arrays
    assert os.path.exists(f"{tmp_path}/data/other/B/frames.txt")


def test_arrays_of_earlier_labels_go_away(tmp_path):
    """A system that had energies, written again without."""
    every = made_up(2)[:2]
    npy_sets.write_system(f"{tmp_path}/A", every, ELEMENTS)
    assert os.path.exists(f"{tmp_path}/A/set.000/energy.npy")
    npy_sets.write_system(f"{tmp_path}/A", [{**label, "energy": None} for label in every], ELEMENTS)
    assert not os.path.exists(f"{tmp_path}/A/set.000/energy.npy")
    assert os.path.exists(f"{tmp_path}/A/set.000/force.npy")


def test_a_stop_leaves_a_system_whole(tmp_path, monkeypatch):
    """Of the earlier labels, or of the new ones; arrays of other lengths are told."""
    every = made_up(3)[:3]
    folder = f"{tmp_path}/made/A"
    npy_sets.write_system(folder, every[:2], ELEMENTS)
    saved = []

    def stops(*words):
        saved.append(words)
        if len(saved) == 3:
            raise KeyboardInterrupt
        save(*words)

    save = np.save
    monkeypatch.setattr(np, "save", stops)
    with pytest.raises(KeyboardInterrupt):
        npy_sets.write_system(folder, every, ELEMENTS)
    monkeypatch.undo()
    assert os.listdir(f"{tmp_path}/made/A.part") == ["set.000"]    # no system, and passed over
    assert npy_sets.labelled_names(tmp_path / "made") == {"x0", "x1"}
    assert [label["info"]["name"] for label in npy_sets.read_system(folder).values()] == [
        "x0", "x1"]
    npy_sets.write_system(folder, every, ELEMENTS)
    assert len(npy_sets.read_system(folder)) == 3 and os.listdir(tmp_path / "made") == ["A"]
    np.save(f"{folder}/set.000/force.npy", np.load(f"{folder}/set.000/force.npy")[:2])
    with pytest.raises(SystemExit, match="A: set.000/force.npy has 2 rows, frames.txt 3; remove"):
        npy_sets.read_system(folder)


def test_weights_of_a_set_stay(tmp_path, monkeypatch, capsys):
    """Labels of one set leave the files of others alone, and weights are kept with their frames.
    A label that cannot be one is told, the others are gathered.
    """
    every = made_up(3)[:3]
    weighted = [{**label, "weights": np.array([1.0, 0.5, 0.0])} for label in every]
    npy_sets.write_system(f"{tmp_path}/data/other/A", weighted, ELEMENTS)
    formula = npy_sets.system_name(every[0])
    npy_sets.write_system(f"{tmp_path}/data/made/{formula}", weighted[:1], ELEMENTS)
    assert npy_sets.read_system(f"{tmp_path}/data/other/A")["x1"]["weights"].tolist() == [1, 0.5, 0]
    before = os.stat(f"{tmp_path}/data/other/A/set.000/atom_pref.npy")
    os.makedirs(f"{tmp_path}/work/labels")

    def gathered(*labels):
        for label, more in labels:
            npy_sets.write_label(f"{tmp_path}/work/labels/{label['info']['name']}.npz",
                                 Frame(label), label["energy"], label["forces"], label["virial"],
                                 **more)
        monkeypatch.setattr(sys, "argv", ["to_npy.py", "--work", f"{tmp_path}/work", "--data",
                                          f"{tmp_path}/data"])
        try:
            return to_npy.main()
        except SystemExit as end:
            return str(end)

    weights = {"weights": np.ones(3)}
    broken = {**every[2], "forces": every[2]["forces"] + 0.1}
    assert gathered((every[1], weights), (broken, weights)).startswith("1 labels or systems are")
    said = capsys.readouterr()
    assert "x2.npz: x2: the forces add up to" in said.err and "made: 2 frames" in said.out
    kept = np.load(f"{tmp_path}/data/made/{formula}/set.000/atom_pref.npy")
    assert kept.tolist() == [[1.0, 0.5, 0.0], [1.0, 1.0, 1.0]]
    assert os.stat(f"{tmp_path}/data/other/A/set.000/atom_pref.npy") == before
    assert gathered((every[2], weights)) is None
    assert gathered((every[2], {})).startswith("1 labels or systems are refused")
    assert "one has weights, the other has none" in capsys.readouterr().err
    with pytest.raises(ValueError, match="x2: has no spread; gather it without --trust"):
        to_npy.trusted(every[2], 0.3)


def test_large_forces_count_by_their_relative_error():
    """A spread that is small beside the force is no doubt; the weight falls with the force."""
    label = {**made_up(1)[0], "energy": -1.0, "virial": np.eye(3)}
    label["forces"] = np.array([[0.0, 0.0, 50.0], [0.0, 3.0, -4.0], [20.0, 0.0, 0.0]])
    label["spread"] = np.array([7.4, 0.74, 2.9])
    found = to_npy.trusted(label, 0.4)
    assert found["weights"] == pytest.approx([0.04, 1.0, 0.25])
    assert found["energy"] is None and found["virial"] is None    # 50 eV/A: it would count in full
    label["forces"][0] = [0.0, 0.0, 20.0]
    label["spread"][0] = 2.9
    found = to_npy.trusted(label, 0.4)
    assert found["weights"] == pytest.approx([0.25, 1.0, 0.25]) and found["energy"] == -1.0
    label["forces"][0] = [0.0, 0.0, 50.0]
    label["spread"] = np.array([7.6, 0.1, 0.1])    # more than 0.15 of 50 eV/A; a third of the atoms
    assert to_npy.trusted(label, 0.4) is None


def test_frames_are_picked_where_models_disagree():
    """Those within the window, the largest deviations first, apart from each other."""
    window = {"deviation": [0.2, 1.0], "apart": 0.5, "per_run": 2}
    times = np.arange(6) * 0.3
    deviations = np.array([0.1, 0.9, 0.8, 2.0, 0.5, 0.3])
    assert explore.picked(times, deviations, window) == [1, 4]
    assert explore.picked(times, 0.1 * deviations, window) == [3]
    assert explore.picked(times, 0.01 * deviations, window) == []


def test_a_round_has_its_own_plan():
    """What it does not say is that of all rounds."""
    settings = {"explore": {"runs": 66, "ps": 10, "rounds": {"melts": {"runs": 50}}}}
    assert explore.plan_of("melts", settings) == {"runs": 50, "ps": 10}
    assert explore.plan_of("r1", settings) == {"runs": 66, "ps": 10}


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
    with pytest.raises(ValueError, match="3 frames are too few to fit 2 constants"):
        compare.energies(pairs[-3:], ["Li", "O"])


def test_errors_of_explored_frames(tmp_path, monkeypatch, capsys):
    """They have no two-body potential; a table of those that have one stays."""
    every = made_up(6)
    for label in every[:2]:
        del label["info"]["potential"]
    npy_sets.write_system(f"{tmp_path}/data/made/A", every[:6], ELEMENTS)
    os.makedirs(f"{tmp_path}/work/labels")
    for label in every[:6]:
        npy_sets.write_label(f"{tmp_path}/work/labels/{label['info']['name']}.npz", Frame(label),
                             label["energy"], label["forces"], label["virial"])
    monkeypatch.setattr(sys, "argv", ["compare.py", "made", "--work", f"{tmp_path}/work", "--data",
                                      f"{tmp_path}/data"])
    compare.main()
    rows = {line.split()[0]: line.split()[1] for line in capsys.readouterr().out.splitlines()}
    assert rows["all"] == rows["melt"] == "6" and rows["none"] == "4"


@pytest.mark.parametrize("key, change, words", [
    ("forces", lambda x: x * np.nan, "forces is not finite"),
    ("forces", lambda x: x + 0.1, "add up to"),
    ("forces", lambda x: x * 0.0, "all but zero"),
    ("forces", lambda x: x[1:], "forces has the shape"),
    ("virial", lambda x: x * 0.0, "virial of 0"),
    ("virial", lambda x: x + 100 * np.array([[0, 1, 0], [0, 0, 0], [0, 0, 0]]), "not symmetric"),
    ("cell", lambda x: x * 2.0, "A^3 an atom"),
    ("symbols", lambda x: np.where(x == "Li", "Na", x), "type map")])
def test_a_broken_label_is_refused(key, change, words):
    label = copy.deepcopy(made_up(1)[0])
    npy_sets.check_label(label, ELEMENTS)
    label[key] = change(label[key])
    with pytest.raises(ValueError, match=label["info"]["name"] + ".*" + re.escape(words)):
        npy_sets.check_label(label, ELEMENTS)


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
    assert stress.tolist() == [[1.5, 0, -0.2], [0, 2.5, 0], [-0.2, 0, 3.5]]
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
    (" STRESS|      y       0.0", " STRESS|      u       0.0", "stress tensor in GPa stands 0"),
    (" STRESS|      y       0.0", " STRESS|      x       0.0", "tensor is broken"),
    ("Analytical stress tensor [GPa]", "Analytical stress tensor [bar]", "tensor in GPa stands 0"),
    ("2.50000000000E+00   0.0", "NaN   0.0", "not finite"),
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
