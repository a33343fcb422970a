# SPDX-License-Identifier: GPL-2.0-only
"""potentials/lbs: frames on the way down, relaxed crystals, hot melts."""
import json
import os
import re
import signal
import subprocess
import sys

import numpy as np
import pytest

from deck import TIMEOUT, catches_interrupts, environment, needs_deepsea, wait_for
from label_frames import LBS

ase = pytest.importorskip("ase")
h5py = pytest.importorskip("h5py")
sys.path.insert(0, LBS)
import ase.calculators.lj    # noqa: E402
import ase.io    # noqa: E402
from ase.geometry import find_mic    # noqa: E402
import inherent    # noqa: E402
import lammps_run    # noqa: E402
import label_ase    # noqa: E402
import make_frames    # noqa: E402
import models    # noqa: E402
import npy_sets    # noqa: E402
import provenance    # noqa: E402
import relax_crystals    # noqa: E402
import to_hdf5    # noqa: E402

SETTINGS = json.load(open(f"{LBS}/settings.json"))


def script(name, *words):
    return subprocess.run([sys.executable, f"{LBS}/{name}.py", *map(str, words)], text=True,
                          capture_output=True, timeout=TIMEOUT, check=False, env=environment(1))


@pytest.mark.parametrize("way, names", [(200, ["s000", "s000-0", "s000-1"]),
                                        (0, ["s000"])])
def test_frames_on_the_way_down(tmp_path, way, names):
    """From 3500 K to 3000 K: at 3500 and 3300 K; a second call makes no other ones."""
    glass = {"name": "glass", "density": 2.31, "small": [2, 1, 2]}
    small = {"frames": 1, "seed": 7, "pattern": ["melt"], "temperatures": [3000], "way": way,
             "compositions": [glass]}
    (tmp_path / "settings.json").write_text(json.dumps({**SETTINGS, "sets": {"small": small}}))
    words = ("small", "--settings", tmp_path / "settings.json", "--out", tmp_path)
    done = script("make_frames", *words)
    assert done.returncode == 0, done.stderr
    assert f"{len(names) - 1} on the way" in done.stdout
    text = (tmp_path / "small.xyz").read_text()
    assert re.findall(r"name=(\S+)", text) == names
    assert re.findall(r" T=(\d+)", text) == ["3000", "3500", "3300"][:len(names)]
    rows = np.array([line.split()[1:4] for line in text.splitlines()
                     if line[:2].strip() in SETTINGS["elements"]], float)
    frames = rows.reshape(len(names), -1, 3)
    assert all(np.abs(a - b).max() > 0.1 for k, a in enumerate(frames) for b in frames[:k])
    assert script("make_frames", *words).stdout == ""
    assert (tmp_path / "small.xyz").read_text() == text


@pytest.mark.parametrize("name", ["settings", "settings-sodium-silicate"])
def test_settings_have_what_their_plans_need(name):
    """Each set of a settings file can be planned, and each model has an input."""
    settings = json.load(open(f"{LBS}/{name}.json"))
    assert len(settings["sets"]) > 1 and len(settings["models"]) > 0
    seeds = set()
    for key, chosen in settings["sets"].items():
        frames = make_frames.plan(settings, key)
        assert len(frames) == chosen["frames"]
        assert not seeds & {frame["seed"] for frame in frames}, "two sets share a run"
        seeds |= {frame["seed"] for frame in frames}
        for frame in frames:
            if "units" in frame:
                atoms = make_frames.elements_of(settings, frame["units"])
                assert 30 <= len(atoms) <= 60 and set(atoms) <= set(settings["elements"])
    for key in settings["models"]:
        text = models.training_input(settings, key, ["data"], ["valid"])
        assert text["model"]["type_map"] == settings["elements"]


def test_sets_with_one_first_letter_are_refused(tmp_path):
    """Their frames would have the same names."""
    sets = {"tune": SETTINGS["sets"]["tune"], "test": SETTINGS["sets"]["validation"]}
    (tmp_path / "settings.json").write_text(json.dumps({**SETTINGS, "sets": sets}))
    done = script("make_frames", "test", "--settings", tmp_path / "settings.json", "--out",
                  tmp_path)
    assert done.returncode == 1 and done.stderr.endswith(
        "settings.json: the sets tune and test begin with one letter, from which the names of "
        "frames come; rename one\n")
    assert not (tmp_path / "test.xyz").exists()


def test_a_strained_crystal_has_the_density_it_says():
    """The volume of each is that of the crystal over the factor of its density; shapes differ."""
    settings = {**SETTINGS, **SETTINGS["sets"]["distill"]}
    plain = relax_crystals.structures(SETTINGS)
    crystals = [frame for frame in make_frames.plan(SETTINGS, "distill")
                if frame["kind"] == "crystal"][:20]
    bent = []
    for frame in crystals:
        atoms, _ = make_frames.make(frame, settings, "no lmp")
        volume = plain[frame["glass"]["name"]].get_volume() / len(plain[frame["glass"]["name"]])
        assert atoms.get_volume() / len(atoms) * frame["density_factor"] == pytest.approx(volume)
        bent.append(np.abs(atoms.cell.angles() - plain[frame["glass"]["name"]].cell.angles()).max())
    assert len(crystals) == 20 and min(bent) > 0.5
    assert len({frame["density_factor"] for frame in crystals}) > 3


def test_crystals_are_those_of_the_settings():
    """Densities (g/cm3) of the structures as they are published."""
    made = relax_crystals.structures(SETTINGS)
    density = {"B2O3-I": 2.56, "Li2O": 2.01, "Li2SiO3": 2.53, "Li2Si2O5": 2.47}
    assert set(made) == set(density)
    for name, atoms in made.items():
        found = 1.66053907 * atoms.get_masses().sum() / atoms.get_volume()
        assert found == pytest.approx(density[name], rel=0.01), name
    assert relax_crystals.formula_units(made["Li2SiO3"], SETTINGS) == [4, 0, 4]


@needs_deepsea
def test_a_crystal_comes_to_rest(monkeypatch):
    """Stretched, and with an atom displaced, Li2O comes back to the same cubic cell."""
    model = f"{LBS}/../lbs-fast.deepsea.pt"
    words = (f"deepsea {model} precision double", "Li B O Si", SETTINGS, "lmp")
    atoms = relax_crystals.structures(SETTINGS)["Li2O"]
    energy, cell = relax_crystals.by_lammps(atoms, *words)
    stretched = atoms.copy()
    stretched.set_cell(atoms.cell * [[1.02], [1.0], [0.99]], scale_atoms=True)
    stretched.positions[0] += [0.05, 0.02, -0.03]
    again, other = relax_crystals.by_lammps(stretched, *words)
    assert again == pytest.approx(energy, abs=2e-4)
    assert np.allclose(other, cell, atol=5e-3)
    assert np.abs(cell - np.asarray(atoms.cell)).max() > 0.02
    with pytest.raises(SystemExit, match="(?s)LAMMPS failed in in.crystal: .*none.fmp"):
        relax_crystals.by_lammps(atoms, "fmp/lbs 8.0 coul dsf 0.25 8.0", "none.fmp Li B O Si",
                                 SETTINGS, "lmp")
    monkeypatch.setattr(relax_crystals, "PRESSURE", -1.0)
    with pytest.raises(SystemExit, match="Li2O: not at rest, a pressure of .* bar is left"):
        relax_crystals.by_lammps(atoms, "fmp/lbs 8.0 coul dsf 0.25 8.0",
                                 "lbs.fmp Li B O Si n4 dbx charges set", SETTINGS, "lmp")


def test_a_teacher_brings_a_crystal_to_rest(monkeypatch):
    """Or says that it has not; the atoms of Lennard and Jones are of no element."""
    calculator = {"calculator": "ase.calculators.lj:LennardJones",
                  "arguments": {"sigma": 1.8, "epsilon": 0.05, "rc": 4.0, "smooth": True}}
    atoms = relax_crystals.structures(SETTINGS)["Li2O"]
    energy, cell = relax_crystals.by_teacher(atoms, {"teacher": [calculator]})
    assert energy < 0 and np.abs(cell - np.asarray(atoms.cell)).max() > 0.1
    monkeypatch.setattr(relax_crystals, "STEPS", 2)
    with pytest.raises(SystemExit, match="Li2O: not at rest after 2 steps"):
        relax_crystals.by_teacher(atoms, {"teacher": [calculator]})


def test_a_term_for_each_boron_is_found():
    """By hand: four structures, 0.05 eV for each, and what scatters about it."""
    four = np.array([0, 0, 2, 2]), 1.0 + np.array([0.01, -0.01, 0.11, 0.09])
    term, error, scatter = inherent.slope(*([rows] for rows in four))
    assert term == pytest.approx(0.05, abs=1e-12)
    assert scatter == pytest.approx(np.sqrt(4e-4 / 2.0)) and error == pytest.approx(scatter / 2.0)


def test_one_term_of_all_systems():
    """A system whose four structures fit by chance does not decide: by hand, the squares of the
    numbers about their means are 4 and 16, so that its term of -1 eV counts for a fifth.
    """
    numbers = [np.array([0, 0, 2, 2]), np.array([0, 0, 4, 4])]
    differences = [5.0 - numbers[0], 1.0 + 0.05 * numbers[1] + [0.01, -0.01, 0.01, -0.01]]
    term, error, scatter = inherent.slope(numbers, differences)
    assert term == pytest.approx(-0.2 + 0.8 * 0.05)
    assert error == pytest.approx(scatter / np.sqrt(20.0)) and scatter > 0.5
    assert inherent.slope(numbers[:1], differences[:1])[1] < 1e-12    # once all the weight


@needs_deepsea
def test_energies_of_four_coordinated_boron(tmp_path):
    """Labels that are a model's energies and 0.1 eV for each show -0.1 eV in that model."""
    fast = f"{LBS}/../lbs-fast.deepsea.pt"
    few = {**SETTINGS["inherent"], "T": 3000, "melt": 0.2, "settle": 0.2, "frames": 6,
           "between": 0.5}
    (tmp_path / "settings.json").write_text(json.dumps({**SETTINGS, "inherent": few}))
    words = ("--settings", tmp_path / "settings.json")
    done = script("inherent", "make", fast, fast, *words, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"LBS-\S+: 6 structures", done.stdout)) == 2
    frames = ase.io.read(tmp_path / "inherent.xyz", ":", format="extxyz")
    random = np.random.default_rng(1)
    evaluated = lammps_run.deepsea("eval", fast, f"{tmp_path}/inherent.xyz")["frames"]
    for k, name in enumerate(few["glasses"]):
        mine = frames[k::2]
        share = np.array([frame.info["four_coordinated"] for frame in mine])
        assert {frame.info["system"] for frame in mine} == {name}
        assert share[0] == share.min() < share[1] == share.max()
        for frame, found in zip(mine, evaluated[k::2]):
            assert np.abs(found["forces"]).max() < 0.05
            boron = round(frame.info["four_coordinated"] * frame.symbols.count("B"))
            (tmp_path / "labels").mkdir(exist_ok=True)
            forces = random.normal(scale=0.2, size=(len(frame), 3))    # not at rest for labels
            npy_sets.write_label(f"{tmp_path}/labels/{frame.info['name']}.npz", frame,
                                 found["energy"] + 0.1 * boron, forces - forces.mean(axis=0),
                                 np.eye(3))
    gathered = script("to_npy", "--work", tmp_path, "--data", tmp_path / "data", *words)
    assert gathered.returncode == 0, gathered.stderr
    compared = script("inherent", "compare", fast, *words, "--data", tmp_path / "data/inherent")
    assert len(re.findall(r" 6  \d-\d +-0\.100 \+- 0\.000 +0\.0$", compared.stdout, re.M)) == 2
    assert re.search(r"all +-0\.100 \+- 0\.000$", compared.stdout, re.M)
    assert "left out" not in compared.stdout
    first = next((tmp_path / "data/inherent").glob(f"{few['glasses'][0]}.*"))
    for path in first.rglob("*.npy"):
        np.save(path, np.load(path)[:3])
    names = (first / "frames.txt").read_text().splitlines(keepends=True)
    (first / "frames.txt").write_text("".join(names[:3]))
    few_left = script("inherent", "compare", fast, *words, "--data", tmp_path / "data/inherent")
    assert few_left.stdout.startswith("left out, with fewer than four structures or one number "
                                      f"of 4B: {few['glasses'][0]}\n")
    none = script("inherent", "compare", fast, *words, "--data", tmp_path / "labels")
    assert "has no system with four structures of different numbers of 4B" in none.stderr
    none = script("inherent", "compare", fast, *words, "--data", tmp_path / "nothing")
    assert none.stderr.endswith(
        "nothing: is not there; a set is a folder of to_npy.py or a file of to_hdf5.py\n")


@needs_deepsea
def test_a_round_goes_on_where_it_was_stopped(tmp_path):
    """Between its two files as well: the frames are those of a round in one go. Other models and
    settings are refused, and a run of LAMMPS that fails is none.
    """
    models_of_round = [f"{LBS}/../lbs-fast{k}.deepsea.pt" for k in ("", "-2")]

    def round_of(folder, runs, *words, order=1, **more):
        explore = {"runs": runs, "ps": 0.1, "temperatures": [2000], "deviation": [0, 9],
                   "apart": 0.04, "per_run": 2, "closest": 0.3, **more}
        (tmp_path / "settings.json").write_text(json.dumps({**SETTINGS, "explore": explore}))
        return script("explore", "r1", *models_of_round[::order], "--start",
                      f"{LBS}/frames/tune.xyz", "--settings", tmp_path / "settings.json", "--out",
                      tmp_path / folder, *words)

    done = round_of("one", 2)
    assert done.returncode == 0, done.stderr
    whole = (tmp_path / "one" / "r1.xyz").read_text()
    assert round_of("two", 1).returncode == 0
    before = (tmp_path / "two" / "r1.json").read_text()
    for _ in range(2):
        assert round_of("two", 2).returncode == 0
        assert (tmp_path / "two" / "r1.xyz").read_text() == whole and whole.count("name=") == 4
        (tmp_path / "two" / "r1.json").write_text(before)    # killed before it was written
    for other, words in ((dict(order=-1), "models"), (dict(apart=0.06), "explore")):
        done = round_of("two", 2, **other)
        assert done.returncode == 1 and f"was begun with other {words};" in done.stderr
    failing = tmp_path / "lmp"
    failing.write_text('#!/bin/sh\nlmp "$@"\nexit 1\n')
    failing.chmod(0o755)
    done = round_of("two", 2, "--lmp", failing)
    assert done.returncode == 1 and "LAMMPS failed in in.explore" in done.stderr
    assert (tmp_path / "two" / "r1.json").read_text() == before
    (tmp_path / "two" / "r1.xyz").write_text("")
    done = round_of("two", 2)
    assert done.returncode == 1 and re.search(
        "r1.xyz: has 0 frames, .*r1.json tells of 2; remove both to begin", done.stderr)


def test_pairs_of_every_kind_are_pushed_together(tmp_path):
    """The pair that the frame names is closer than it was, all other atoms stay where they are."""
    melts = f"{LBS}/frames/distill.xyz"
    done = script("close_pairs", "close", "--of", melts, "--number", 20, "--out", tmp_path)
    assert "20 frames, 10 kinds of pairs" in done.stdout, done.stderr
    starts = {a.info["name"]: a for a in ase.io.read(melts, ":", format="extxyz")}
    kinds, nearer = set(), 0
    for frame in ase.io.read(tmp_path / "close.xyz", ":", format="extxyz"):
        start = starts[frame.info["start"]]
        assert frame.info["T"] == start.info["T"] >= 1000 and frame.info["kind"] == "close"
        path = find_mic(frame.positions - start.positions, start.cell)[0]
        moved = np.flatnonzero(np.linalg.norm(path, axis=1) > 1e-6)
        assert sorted(start.symbols[moved]) == sorted(frame.info["pair"].split("-"))
        apart, before = (a.get_distance(*moved, mic=True) for a in (frame, start))
        radii = sum(SETTINGS["radii"][e] for e in start.symbols[moved])
        assert 0.549 * radii < apart < before + 1e-9
        nearer += apart < 0.8 * before
        kinds.add(frame.info["pair"])
    assert len(kinds) == 10 and nearer > 5
    few = script("close_pairs", "close", "--of", melts, "--number", 1000000, "--out", tmp_path)
    assert few.returncode == 1 and "are too few for 1000000 frames" in few.stderr


def test_frames_and_calculators_that_are_missing(tmp_path):
    """One line each. A folder to write in is made before the first run, which takes minutes."""
    for name, *words in (("close_pairs", "close", "--of", "none.xyz"),
                         ("label_ase", "none", "--frames", ".", "--work", tmp_path / "work"),
                         ("explore", "r1", "a.pt", "b.pt", "--start", "none.xyz")):
        done = script(name, *words)
        assert done.returncode == 1 and "none.xyz" in done.stderr and done.stderr.count("\n") == 1
    teacher = [{"name": "wise", "calculator": "nowhere:Wise", "arguments": {}}]
    (tmp_path / "settings.json").write_text(json.dumps({**SETTINGS, "teacher": teacher}))
    done = script("label_ase", "tune", "--frames", f"{LBS}/frames", "--work", tmp_path / "work",
                  "--settings", tmp_path / "settings.json")
    assert done.stderr == ("wise of the settings: No module named 'nowhere'; install the package "
                           "that has it\n")
    done = script("explore", "r1", "a.pt", "b.pt", "--start", f"{LBS}/frames/tune.xyz", "--out",
                  tmp_path / "new", "--lmp", "false")
    assert done.returncode != 0 and (tmp_path / "new").is_dir()


def test_several_processes_label_as_one_does(tmp_path):
    """By Lennard-Jones; each frame once, and a second call finds nothing to do."""
    teacher = [{"name": f"lj{sigma}", "calculator": "ase.calculators.lj:LennardJones",
                "arguments": {"sigma": sigma, "rc": 6.0}} for sigma in (1.2, 1.3)]
    (tmp_path / "settings.json").write_text(json.dumps({**SETTINGS, "teacher": teacher}))

    def labels(processes):
        work = tmp_path / f"work-{processes}"
        done = script("label_ase", "tune", "--frames", f"{LBS}/frames", "--work", work, "--limit",
                      5, "--settings", tmp_path / "settings.json", "--processes", processes)
        assert done.returncode == 0 and not (work / "pid").exists(), done.stderr
        assert done.stdout.count(" atoms, largest spread ") == 5
        return {path.name: np.load(path) for path in (work / "labels").iterdir()}

    one, two = labels(1), labels(2)
    assert len(one) == 5 and one.keys() == two.keys()
    for name, label in one.items():
        assert np.array_equal(label["forces"], two[name]["forces"]) and label["spread"].max() > 0.1
    none = script("label_ase", "tune", "--frames", f"{LBS}/frames", "--processes", 0)
    assert none.returncode == 2 and "--processes is a number of processes" in none.stderr


def test_a_frame_that_fails_is_left_out(tmp_path, monkeypatch):
    """A cycle that does not converge leaves its reason, and is not tried again; three in a row are
    no fault of the frames.
    """
    (tmp_path / "moody.py").write_text("""
from ase.calculators.lj import LennardJones

class Moody(LennardJones):
    def calculate(self, atoms, *more):
        if atoms.info["name"] in open("worst").read().split():
            raise ArithmeticError("no convergence")
        LennardJones.calculate(self, atoms, *more)
""")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.chdir(tmp_path)
    names = [frame.info["name"] for frame in ase.io.read(f"{LBS}/frames/tune.xyz", ":3")]
    moody = [{"name": "moody", "calculator": "moody:Moody", "arguments": {"rc": 6.0}}]
    (tmp_path / "settings.json").write_text(json.dumps({**SETTINGS, "teacher": moody}))

    def label(*worst):
        (tmp_path / "worst").write_text(" ".join(worst))
        return script("label_ase", "tune", "--frames", f"{LBS}/frames", "--work", "work",
                      "--limit", 3, "--settings", "settings.json")

    done = label(*names)
    assert done.returncode == 1 and "ArithmeticError: no convergence" in done.stderr
    assert list((tmp_path / "work" / "labels").iterdir()) == []    # all three are tried again
    done = label(names[1])
    assert done.returncode == 0 and f"{names[1]} has failed: no convergence" in done.stdout
    failed = tmp_path / "work" / "labels" / f"{names[1]}.failed"
    assert failed.read_text() == "ArithmeticError: no convergence\n"
    assert (tmp_path / "work" / "labels" / f"{names[2]}.npz").exists()
    assert names[1] not in label().stdout


def test_a_packed_set_is_labelled_anew(tmp_path):
    """By a reference without a stress: some of the frames, the same ones in every call, with their
    words; the set has energies and no virials. Energies are those of ASE in this process.
    """
    lj = {"name": "lj", "calculator": "ase.calculators.lj:LennardJones", "stress": False,
          "arguments": {"sigma": 1.2, "rc": 6.0}}
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({**SETTINGS, "reference": [lj], "teacher": []}))
    (tmp_path / "packed").mkdir()
    assert to_hdf5.pack(f"{LBS}/data/tune", f"{tmp_path}/packed/tune.hdf5") == 7

    def label(work, *words):
        return script("label_ase", "tune", "--by", "reference", "--frames", tmp_path / "packed",
                      "--work", tmp_path / work, "--settings", settings, *words)

    for work, limit in (("one", 1), ("two", 6)):
        done = label(work, "--sample", 6, "--limit", limit)
        assert done.returncode == 0, done.stderr
    names = {work: {path.name for path in (tmp_path / work / "labels").iterdir()}
             for work in ("one", "two")}
    assert len(names["one"]) == 1 and len(names["two"]) == 6 and names["one"] < names["two"]

    done = script("to_npy", "--work", tmp_path / "two", "--data", tmp_path / "data", "--settings",
                  settings)
    assert done.returncode == 0 and "tune: 6 frames" in done.stdout, done.stderr
    again = script("to_npy", "--work", tmp_path / "two", "--data", tmp_path / "data", "--settings",
                   settings)
    assert "tune: 6 frames" in again.stdout
    compared = script("compare", "tune", "--work", tmp_path / "two", "--data", tmp_path / "data")
    assert compared.returncode == 0, compared.stderr
    assert "energy: MAE 0.0000 eV/atom" in compared.stdout and "virial" not in compared.stdout
    assert to_hdf5.pack(tmp_path / "data" / "tune", f"{tmp_path}/again.hdf5") == 6
    for atoms, found in npy_sets.read_packed(f"{tmp_path}/again.hdf5"):
        atoms.calc = ase.calculators.lj.LennardJones(**lj["arguments"])
        assert found["energy"] == pytest.approx(atoms.get_potential_energy())
        assert found["forces"] == pytest.approx(atoms.get_forces(), abs=1e-9)
        assert found["virial"] is None and atoms.info["set"] == "tune"

    mixed = [{"info": {"name": name}, "symbols": np.array(["Li"]), "positions": np.zeros((1, 3)),
              "cell": np.eye(3), "energy": 0.0, "forces": np.zeros((1, 3)), "virial": virial}
             for name, virial in (("a", np.zeros((3, 3))), ("b", None))]
    with pytest.raises(ValueError, match="b and a of .*: one has virial, the other has none"):
        npy_sets.write_system(tmp_path / "mixed", mixed, ["Li"])

    done = label("three", "--sample", 6, "--known", tmp_path / "again.hdf5")
    assert done.returncode == 0 and done.stdout == "", done.stderr
    for path in (tmp_path / "two" / "labels").iterdir():
        with np.load(path) as made, np.load(tmp_path / "three" / "labels" / path.name) as known:
            assert np.array_equal(made["forces"], known["forces"])
            assert json.loads(str(made["info"])) == json.loads(str(known["info"]))
    assert label("three", "--sample", 7).stdout.count(" atoms, largest spread ") == 1
    other = {**lj, "arguments": {"sigma": 1.3, "rc": 6.0}}
    settings.write_text(json.dumps({**SETTINGS, "reference": [other]}))
    done = label("three", "--sample", 7)
    assert done.returncode == 1 and done.stderr.endswith(
        "three/setup.json: this was begun with other calculators; go on with the same, or name "
        "another folder\n")
    done = label("four", "--known", tmp_path / "again.hdf5")
    assert done.returncode == 1 and re.search(
        r"again.hdf5: \S+ was labelled by lj \w{12}, not by lj \w{12}; leave it out of --known\n$",
        done.stderr)
    assert "--sample 0: there are" in label("three", "--sample", 0).stderr
    settings.write_text(json.dumps(SETTINGS))
    done = script("label_ase", "tune", "--by", "oracle", "--settings", settings)
    assert done.stderr == f'{settings}: has no "oracle", a list of calculators\n'
    (tmp_path / "packed" / "none.hdf5").write_text("no such file")
    done = script("label_ase", "none", "--frames", tmp_path / "packed")
    assert done.stderr.endswith("none.hdf5: is no HDF5 file of to_hdf5.py\n")


def test_a_file_keeps_its_frames(tmp_path):
    """It is not replaced by one that lacks some, unless by force."""
    label = dict(symbols=np.array(["O"]), positions=np.zeros((1, 3)), cell=5 * np.eye(3),
                 energy=0.0, forces=np.zeros((1, 3)), virial=None)
    for count, words, code, kept in ((3, (), 0, 3), (4, (), 0, 4), (2, (), 1, 4),
                                     (2, ("--force",), 0, 2)):
        npy_sets.write_system(f"{tmp_path}/data/set/O",
                              [{**label, "info": {"name": f"a{k}"}} for k in range(count)], ["O"])
        done = script("to_hdf5", tmp_path / "data", tmp_path / "out", *words)
        assert done.returncode == code and len(npy_sets.read_packed(
            f"{tmp_path}/out/set.hdf5")) == kept
        if code:
            assert f"set.hdf5: has 2 frames that {tmp_path}/data/set lacks, the first is a2; add " \
                "them, name another folder, or give --force" in done.stderr


def test_labels_of_a_file_that_has_changed(tmp_path, capsys):
    """A teacher under the same name is another one, and so is one of whom nobody knows."""
    setup = [{"name": "m", "calculator": "a:B", "arguments": {"path": f"{tmp_path}/m.pth", "k": 1}}]
    path = f"{tmp_path}/setup.json"

    def keep(begun=True):
        provenance.keep(path, {"calculators": [provenance.calculator(e) for e in setup]}, begun)

    (tmp_path / "m.pth").write_text("none yet")
    keep(begun=False)
    (tmp_path / "m.pth").write_text("one")
    keep(begun=False)    # nothing was made by the first
    keep()
    (tmp_path / "m.pth").write_text("two")
    with pytest.raises(SystemExit, match="begun with other calculators"):
        keep()
    os.remove(path)
    keep()
    assert "setup.json: is not there, so nobody knows" in capsys.readouterr().err
    assert json.load(open(path))["calculators"][0]["arguments"]["k"] == 1


def test_a_sample_is_the_beginning_of_a_larger_one(tmp_path):
    """Whatever the order of the frames, and with those first that have a label."""
    frames = [ase.Atoms("O", info={"name": f"a{k}", "set": "a"}) for k in range(40)]

    def names(several, number):
        return [a.info["name"] for a in label_ase.sample(several, number, tmp_path)]

    five = names(frames, 5)
    assert names(frames[::-1], 9)[:5] == five and names(frames[:1] + frames, 9)[:3] != five[:1] * 3
    assert five != [f"a{k}" for k in range(5)]
    last = names(frames, 40)[-1]
    (tmp_path / f"{last}.npz").touch()
    assert names(frames, 6) == [last, *five]


def test_a_name_that_stands_twice_is_refused(tmp_path):
    """Labels of both would be one file."""
    lines = open(f"{LBS}/frames/validation.xyz").read().splitlines(keepends=True)
    frame = "".join(lines[:int(lines[0]) + 2])
    for name in ("validation", "voids"):
        (tmp_path / f"{name}.xyz").write_text(frame.replace("set=validation", f"set={name}"))
    done = script("label_ase", "validation", "voids", "--frames", tmp_path, "--work",
                  tmp_path / "work")
    assert done.returncode == 1 and not (tmp_path / "work").exists()
    assert done.stderr == ("v000 is a frame of validation and another of voids; rename one, or "
                           "label the sets in different folders\n")


# Takes the place of MatterSim: a model whose energies are those of the frames plus one constant for
# each element, and a training that writes down what it was given.
FALSE_MATTERSIM = {"torch/__init__.py": """
import json
from types import SimpleNamespace
manual_seed = print
nn = SimpleNamespace(HuberLoss=lambda delta: f"huber {delta}")

def load(path, weights_only):
    return json.load(open(path))

def save(what, path):
    json.dump(what, open(path, "w"))
""", "mattersim/__init__.py": "", "mattersim/datasets/__init__.py": "",
                   "mattersim/datasets/utils/__init__.py": "",
                   "mattersim/datasets/utils/build.py": """
def build_dataloader(frames, energies, forces, stresses, batch_size, shuffle, **cutoffs):
    return [frames[0].info["name"], energies, [float(f[0, 0]) for f in forces], batch_size, shuffle,
            [float(s[0, 1]) for s in stresses]]
""", "mattersim/forcefield/__init__.py": """
import json
from ase.calculators.calculator import Calculator

class MatterSimCalculator(Calculator):
    implemented_properties = ["energy"]

    def __init__(self, load_path, device):
        Calculator.__init__(self)
        self.shifts = json.load(open(load_path))

    def calculate(self, atoms, *_):
        shift = sum(self.shifts[e] for e in atoms.get_chemical_symbols())
        self.results = {"energy": atoms.info["true"] + shift}

class Potential:
    @classmethod
    def from_checkpoint(cls, load_path, **words):
        return cls()

    def train_model(self, train, valid, loss, save_path, **words):
        with open(save_path + "/said", "w") as out:
            json.dump([train, valid, loss, words], out)
        with open(save_path + "/last_model.pth", "w") as out:
            json.dump({"model_name": "m", "model_args": {}, "model": [1], "optimizer": [2]}, out)
"""}


def test_a_teacher_is_tuned_to_labels(tmp_path, monkeypatch):
    """Frames without an energy are passed over, and energies come to those of the model. Stresses
    are in GPa: 1 eV/A^3 is 160.218 GPa, and the cell has 1000 A^3.
    """
    for name, text in FALSE_MATTERSIM.items():
        path = tmp_path / "modules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}/modules", prepend=os.pathsep)
    shifts = {"Li": 1.5, "O": -300.25}
    (tmp_path / "start.pth").write_text(json.dumps(shifts))

    def packed(name, kinds, energy=True):
        labels = [dict(symbols=np.array(symbols), positions=np.arange(3.0 * len(symbols))
                       .reshape(-1, 3), cell=10 * np.eye(3), energy=k - 2.5 if energy else None,
                       forces=np.full((len(symbols), 3), 0.1 * k), virial=np.full((3, 3), 25.0 * k),
                       info={"name": f"{name}{k}", "true": k - 2.5})
                  for k, symbols in enumerate(kinds)]
        for k, label in enumerate(labels):
            npy_sets.write_system(f"{tmp_path}/{name}/s{k}", [label], ["Li", "O"])
        to_hdf5.pack(f"{tmp_path}/{name}", f"{tmp_path}/{name}.hdf5")
        return f"{tmp_path}/{name}.hdf5"    # or the folder

    train = packed("train", [["Li", "Li", "O"], ["Li", "O", "O"], ["O", "O"]])
    without = packed("without", [["Li", "O"]], energy=False)
    valid = packed("valid", [["Li", "O"]]).removesuffix(".hdf5")
    done = script("tune_teacher", train, without, "--valid", valid, "--start",
                  tmp_path / "start.pth", "--out", tmp_path / "out", "--batch", 2)
    assert done.returncode == 0, done.stderr
    assert "3 frames to train on, 1 beside them" in done.stdout
    tuned = json.load(open(tmp_path / "out" / "teacher.pth"))
    assert tuned == {"model_name": "m", "model_args": {}, "model": [1]}
    said = json.load(open(tmp_path / "out" / "said"))
    assert said[0][0] == "train0" and said[0][3:5] == [2, True] and said[1][4] is False
    assert said[0][5] == pytest.approx([0.0, -0.025 * 160.2177, -0.05 * 160.2177], rel=1e-5)
    assert said[0][1] == pytest.approx([-2.5 + 3.0 - 300.25, -1.5 + 1.5 - 600.5, -0.5 - 600.5])
    assert said[1][1] == pytest.approx([-2.5 + 1.5 - 300.25])
    assert said[0][2] == pytest.approx([0.0, 0.1, 0.2]) and said[3]["include_forces"] is True
    done = script("tune_teacher", train, "--start", tmp_path / "start.pth", "--out",
                  tmp_path / "new")
    assert done.returncode == 0 and json.load(open(tmp_path / "new" / "said"))[1] is None

    def again(*words):
        (tmp_path / "new" / "said").unlink(missing_ok=True)
        return script("tune_teacher", train, "--start", tmp_path / "start.pth", "--out",
                      tmp_path / "new", *words)

    done = again()
    assert done.returncode == 0 and "new/teacher.pth is trained; remove" in done.stdout
    assert again("--rate", 0.001).stderr.endswith(
        "new/setup.json: this was begun with other rate; go on with the same, or name another "
        "folder\n")
    (tmp_path / "new" / "teacher.pth").unlink()    # stopped before the end: it goes on
    assert again().returncode == 0 and (tmp_path / "new" / "said").exists()
    with h5py.File(train, "r+") as file:
        file["s0/set.000/energy.npy"][...] += 1.0
    done = again()
    assert done.returncode == 1 and "begun with other sets;" in done.stderr
    assert not (tmp_path / "new" / "said").exists()
    none = script("tune_teacher", without, "--start", tmp_path / "start.pth", "--out",
                  tmp_path / "none")
    assert none.returncode == 1
    assert none.stderr.endswith("without.hdf5: no frame has an energy and a virial\n")


def test_dispersion_is_added_to_labels(tmp_path):
    """On top of labels of zero there are energies whose slopes the forces and the virials are; of
    frames without an energy only the forces change.
    """
    three = ase.Atoms("LiOB", [[0, 0, 0], [1.5, 0.2, 0], [0.3, 1.1, 1.4]], cell=[5, 5.2, 5.4],
                      pbc=True)
    step, moved, strained = 1e-4, [], []
    for s in (-step, step):
        moved.append(three.copy())
        moved[-1].positions[1, 0] += s
        strained.append(three.copy())
        strained[-1].set_cell(three.cell[:] @ np.diag([1 + s, 1, 1]), scale_atoms=True)
    frames = [three, *moved, *strained]
    known = [0.5 * k for k in range(5)]
    labels = [dict(symbols=np.array(a.get_chemical_symbols()), positions=a.positions,
                   cell=a.cell[:], energy=e, forces=np.zeros((3, 3)), virial=np.zeros((3, 3)),
                   weights=np.ones(3), info={"name": f"a{k}"})
              for k, (a, e) in enumerate(zip(frames, known))]
    npy_sets.write_system(f"{tmp_path}/data/set/sure", labels, ["Li", "B", "O", "Si"])
    npy_sets.write_system(f"{tmp_path}/data/set/doubtful",
                          [{**label, "energy": None, "virial": None} for label in labels],
                          ["Li", "B", "O", "Si"])
    (tmp_path / "packed").mkdir()
    path = f"{tmp_path}/packed/set.hdf5"
    assert to_hdf5.pack(f"{tmp_path}/data/set", path) == 10
    words = {"dispersion": {"name": "lj", "calculator": "ase.calculators.lj:LennardJones",
                            "arguments": {"sigma": 1.3, "rc": 6.0, "smooth": True}}}
    (tmp_path / "settings.json").write_text(json.dumps(words))

    def added(out, *more):
        return script("add_dispersion", path, "--out", out, "--settings",
                      tmp_path / "settings.json", *more)

    done = added(tmp_path / "out")
    assert done.returncode == 0 and "set.hdf5: 10 frames, forces of up to" in done.stdout
    assert "set.hdf5 is there; remove it to make it again" in added(tmp_path / "out").stdout
    with h5py.File(tmp_path / "out" / "set.hdf5") as file:
        a = {key: file[f"sure/set.000/{key}.npy"][()]
             for key in ("energy", "force", "virial", "atom_pref")}
        energy = a["energy"] - known
        assert a["force"][0, 3] == pytest.approx((energy[1] - energy[2]) / (2 * step), rel=1e-4)
        assert a["virial"][0, 0] == pytest.approx((energy[3] - energy[4]) / (2 * step), rel=1e-4)
        assert min(abs(a["force"][0, 3]), abs(a["virial"][0, 0])) > 0.1
        assert (a["atom_pref"] == 1.0).all()
        assert sorted(file["doubtful/set.000"]) == ["atom_pref.npy", "box.npy", "coord.npy",
                                                    "force.npy"]
        assert np.array_equal(file["doubtful/set.000/force.npy"], a["force"])

    for group in ("sure", "doubtful"):
        with h5py.File(path, "r+") as file:
            file[f"{group}/set.000/force.npy"][...] += 0.5
        done = added(tmp_path / "out")
        assert done.returncode == 1 and done.stderr.endswith(
            "out/set.hdf5: was made with another set or calculator; remove it to make it again\n")
    with h5py.File(tmp_path / "out" / "set.hdf5", "r+") as file:
        del file.attrs["made_with"]
    assert "does not say what it was made with; taken" in added(tmp_path / "out").stderr
    done = added(tmp_path / "packed")
    assert done.returncode == 1 and "set.hdf5 itself; name another folder" in done.stderr
    (tmp_path / "settings.json").write_text("{}")
    assert 'settings.json: has no "dispersion"' in added(tmp_path / "new").stderr
    (tmp_path / "settings.json").write_text(json.dumps(
        {"dispersion": {"name": "d3", "calculator": "nowhere:D3", "arguments": {}}}))
    assert added(tmp_path / "new").stderr == (
        "d3 of the settings: No module named 'nowhere'; install the package that has it\n")
    assert "--processes is a number" in added(tmp_path / "new", "--processes", 0).stderr
    (tmp_path / "settings.json").write_text(json.dumps(words))
    done = script("add_dispersion", tmp_path / "settings.json", "--out", tmp_path / "new",
                  "--settings", tmp_path / "settings.json")
    assert done.returncode == 1 and "settings.json: is no HDF5 file of to_hdf5.py" in done.stderr
    done = script("add_dispersion", path, path, "--out", tmp_path / "new", "--settings",
                  tmp_path / "settings.json")
    assert done.returncode == 1 and "set.hdf5: another set has its name" in done.stderr
    done = script("add_dispersion", tmp_path / "none.hdf5", "--out", tmp_path / "new",
                  "--settings", tmp_path / "settings.json")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "none.hdf5" in done.stderr


@needs_deepsea
def test_hot_melts_have_a_row_each(tmp_path):
    """With and without core/zbl, made once; a run that was stopped is made again."""
    words = ["bash", f"{LBS}/stable.sh", str(tmp_path / "hot"),
             f"fast={LBS}/../lbs-fast.deepsea.pt"]
    settings = dict(environment(1), NATOMS="60", GLASSES="LBS_40_20_40", RUNS="2000:2")

    def run():
        return subprocess.run(words, text=True, capture_output=True, timeout=TIMEOUT, check=False,
                              env=settings)

    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    rows = re.findall(r"^(\S+) +2 ps +(\S+) K  largest force +(\S+) eV/A  shortest (\S+) A$",
                      done.stdout, re.MULTILINE)
    assert [row[0].rpartition("-")[2] for row in rows] == ["core0.5", "core0"]
    for _, kelvin, force, shortest in rows:
        assert 1000 < float(kelvin) < 3000 and 3 < float(force) < 50
        assert 0.9 < float(shortest) < 1.6
    first = sorted((tmp_path / "hot").glob("*.stable"))[0]
    text = first.read_text()
    first.rename(first.with_suffix(".part.stable"))
    assert run().stdout == done.stdout and first.read_text() == text
    usage = subprocess.run(words[:3], text=True, capture_output=True, check=False)
    assert usage.returncode == 2 and "stable.sh FOLDER NAME=MODEL.pt" in usage.stdout
    endless = subprocess.run(words, env=dict(environment(1), RUNS="2000:1 3000"), text=True,
                             capture_output=True, timeout=TIMEOUT, check=False)
    assert endless.returncode == 1
    assert endless.stderr == "RUNS has ps by K, such as 2000:200, not 3000\n"


def labelling(tmp_path, cp2k):
    """Words and environment that label two frames by a script in the place of cp2k."""
    lines = open(f"{LBS}/frames/validation.xyz").read().splitlines(keepends=True)
    size = int(lines[0]) + 2
    (tmp_path / "validation.xyz").write_text("".join(lines[:size + int(lines[size]) + 2]))
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "cp2k.popt"
    program.write_text(f"#!/bin/sh\necho $$ >> {tmp_path}/calls\n{cp2k}\n")
    program.chmod(0o755)
    words = [sys.executable, f"{LBS}/label_cp2k.py", "--frames", tmp_path, "--data", tmp_path,
             "--work", tmp_path / "work", "--workers", "1"]
    return [str(word) for word in words], dict(
        environment(1), PATH=f"{tmp_path}/bin:{os.environ['PATH']}")


@pytest.mark.parametrize("folder", [True, False])
def test_an_error_of_the_program_ends_the_queue(tmp_path, folder):
    """With its words and status 1, in place of a thread that nobody sees end: by a file where the
    run wants its folder, or with an element that CP2K has no pseudopotential of. What a kill has
    left of a label is none.
    """
    words, env = labelling(tmp_path, "echo short")
    (tmp_path / "work" / "labels").mkdir(parents=True)
    for name in ("v000.npz.part.npz", "v001.part"):
        (tmp_path / "work" / "labels" / name).touch()
    if folder:
        (tmp_path / "work" / "runs").touch()
        said = "v000: NotADirectoryError: "
    else:
        (tmp_path / "settings.json").write_text(json.dumps(
            {**SETTINGS, "elements": [*SETTINGS["elements"], "K"]}))
        words += ["--settings", str(tmp_path / "settings.json")]
        said = "settings.json: cp2k.py has no pseudopotential of K; add it to VALENCE there\n"
    listed = subprocess.run([*words, "--list"], env=env, text=True, capture_output=True,
                            check=False)
    assert listed.stdout == "v000 to do\nv001 to do\n"
    done = subprocess.run(words, env=env, text=True, capture_output=True, timeout=TIMEOUT,
                          check=False)
    assert done.returncode == 1 and said in done.stderr and done.stderr.count("\n") == 1
    assert not list((tmp_path / "work" / "labels").glob("*.failed"))


@pytest.mark.parametrize("cp2k, kills", [("kill -KILL $$", True), ("exit 143", True),
                                         ("exit 1", False), ("echo short", False)])
def test_a_killed_cp2k_is_no_fault_of_the_frame(tmp_path, cp2k, kills):
    """It ends the queue, and the frame is tried again; other outputs without a label fail."""
    words, env = labelling(tmp_path, cp2k)
    done = subprocess.run(words, env=env, text=True, capture_output=True, timeout=TIMEOUT,
                          check=False)
    failed = list((tmp_path / "work" / "labels").glob("*.failed"))
    calls = (tmp_path / "calls").read_text().count("\n")
    if kills:
        assert done.returncode == 1 and "cp2k was ended by SIG" in done.stderr, done.stderr
        assert failed == [] and calls == 1
    else:
        assert done.returncode == 0, done.stderr
        assert len(failed) == 2 and calls == 2 * len(SETTINGS["cp2k"]["scf"])


def test_an_interrupt_ends_cp2k(tmp_path):
    """The frame in work is lost, and no other is begun."""
    words, env = labelling(tmp_path, "exec sleep 100")
    with subprocess.Popen(words, env=env, start_new_session=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          preexec_fn=catches_interrupts) as program:
        wait_for(tmp_path / "calls", program)
        program.send_signal(signal.SIGINT)    # to this process alone
        _, said = program.communicate(timeout=TIMEOUT)
    assert program.returncode == 1 and said == "stopped; the same command goes on\n"
    calls = (tmp_path / "calls").read_text().split()
    assert len(calls) == 1 and list((tmp_path / "work" / "labels").iterdir()) == []
    assert not (tmp_path / "work" / "pid").exists()
