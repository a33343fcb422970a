# SPDX-License-Identifier: GPL-2.0-only
"""The Deep Potentials in potentials/: found by name, as good as their page says, and stable."""
import itertools
import json
import re
import subprocess
import sys

import numpy as np
import pytest

from deck import DEEPSEA, POTENTIALS, ROOT, TIMEOUT, environment, system
from label_frames import LBS

sys.path.insert(0, LBS)
import error_tables    # noqa: E402
import npy_sets    # noqa: E402

pytestmark = pytest.mark.skipif(not DEEPSEA, reason="the plugin was built without deepsea")

FAST = ("lbs-fast.deepsea.pt", "lbs-fast-2.deepsea.pt", "lbs-fast-3.deepsea.pt")
ACCURACY = ROOT / "examples" / "paper" / "accuracy"
TABLE = (ROOT / "doc" / "lbs_errors.inc").read_text()
ROWS = {"lbs.deepsea.pt": "accurate", **dict.fromkeys(FAST, "fast")}
WITHOUT_D3 = "data-teacher/validation.hdf5"
TEACHER, PBE = "data-d3/teacher.hdf5", "data-d3/gpaw.hdf5"

WALL = 2.5    # eV, 8 k_B T at 3500 K


def errors(model, frames):
    done = subprocess.run(["deepsea", "test", POTENTIALS / model, frames, "--json"], check=True,
                          capture_output=True, text=True, timeout=TIMEOUT)
    return json.loads(done.stdout)["total"]["errors"][0]


@pytest.mark.parametrize("model", sorted(ROWS))
def test_errors_are_what_the_page_says(model):
    """Against the teacher and against GPAW; the page has the first of the committee."""
    said = re.findall(rf"^ +- {ROWS[model]}\n +- (0\.\d{{3}})$", TABLE, re.M)
    assert len(said) == 2
    off = 0.005 if model in FAST[1:] else 0.0006
    for frames, error in zip((TEACHER, PBE), said):
        force = errors(model, POTENTIALS / "lbs" / frames)["force"]
        assert force["mae"] == pytest.approx(float(error), abs=off) and force["numbers"] > 1000


def rows_of(name):
    """The rows of a table of the manual."""
    text = (ROOT / "doc" / name).read_text()
    return [re.findall(r"^   (?:\* |  )- ?(.*)$", row, re.M)
            for row in re.split(r"(?m)^(?=   \* -)", text)[1:]]


def test_errors_by_frame_are_what_the_page_says(monkeypatch):
    """The columns of the fast potential and of the labels, as error_tables.py writes them; the last
    digit may be another on another processor.
    """
    monkeypatch.setattr(error_tables, "MODELS", {"fast": FAST[0]})
    made, said = list(error_tables.rows_by_frame()), rows_of("lbs_errors_by_frame.inc")
    assert len(made) == len(said) == 19
    for row, on_page in zip(made[1:], said[1:]):
        assert [row[0], row[1], row[3]] == [on_page[k] for k in (0, 1, 4)]
        assert [float(row[k]) for k in (2, 4, 5)] == pytest.approx(
            [float(on_page[k]) for k in (3, 6, 7)], abs=0.0011)


def energies(path):
    """Energies (eV) of the frames of an HDF5 file by their names."""
    return {atoms.info["name"]: label["energy"] for atoms, label in npy_sets.read_packed(path)
            if label["energy"] is not None}


def test_labels_with_dispersion():
    """What stands on top of the labels is what pair_style dispersion/d3 of LAMMPS (bj pbe, cutoffs
    of 31.75 and 21.17 A) says of the same frames; the models have learnt it.
    """
    without, with_d3 = (energies(POTENTIALS / "lbs" / frames) for frames in (WITHOUT_D3, TEACHER))
    assert without.keys() == with_d3.keys() and len(without) == 50
    for name, energy in (("v000", -4.6351), ("v001", -7.3960), ("v002", -8.8816)):
        assert with_d3[name] - without[name] == pytest.approx(energy, abs=2e-3)
    off = [errors("lbs-fast.deepsea.pt", POTENTIALS / "lbs" / frames)["energy"]["mae"]
           for frames in (WITHOUT_D3, TEACHER)]
    assert off[0] > 0.1 and off[1] < 0.006


def test_energies_of_four_coordinated_boron_are_what_the_page_says():
    """In melts of all compositions, by the teacher; two mean errors are 0.04 eV."""
    models = [POTENTIALS / "lbs-fast.deepsea.pt", POTENTIALS / "lbs.deepsea.pt"]
    done = subprocess.run([sys.executable, POTENTIALS / "lbs" / "inherent.py", "compare", *models,
                           "--data", POTENTIALS / "lbs" / "data-d3" / "melts.hdf5"], check=True,
                          capture_output=True, text=True, timeout=TIMEOUT)
    means = re.findall(r"all +(\S+) \+- (\S+)$", done.stdout, re.M)
    assert len(means) == 2
    for term, error in means:
        assert abs(float(term)) < 0.04 and 0.005 < float(error) < 0.02
    assert len(re.findall(r"^lbs.deepsea.pt +\S+ +\d+ +\d-\d ", done.stdout, re.M)) == 14


def hot_frames():
    """Elements, positions and cell of the validation frames of 2000 K or more."""
    return [(label["symbols"], label["positions"], label["cell"])
            for folder in sorted((POTENTIALS / "lbs" / "data" / "validation").iterdir())
            for label in npy_sets.read_system(folder).values() if label["info"]["T"] >= 2000]


def pushed_together(frame, kind, distances):
    """The frame with the closest pair of two elements at each of these distances, as XYZ."""
    symbols, x, cell = frame
    of_first, of_second = (np.flatnonzero(symbols == element) for element in kind)
    vector = x[None, of_second] - x[of_first, None]
    vector -= np.round(vector @ np.linalg.inv(cell)) @ cell
    apart = np.linalg.norm(vector, axis=-1)
    apart[of_first[:, None] == of_second[None]] = np.inf
    i, j = np.unravel_index(apart.argmin(), apart.shape)
    along, middle = vector[i, j] / apart[i, j], x[of_first[i]] + 0.5 * vector[i, j]
    text = []
    for distance in distances:
        moved = x.copy()
        moved[of_first[i]] = middle - 0.5 * distance * along
        moved[of_second[j]] = middle + 0.5 * distance * along
        lattice = " ".join(f"{number:.12g}" for number in cell.ravel())
        text += [f"{len(x)}", f'Lattice="{lattice}" Properties=species:S:1:pos:R:3 pbc="T T T"']
        text += [f"{name} {p[0]:.12g} {p[1]:.12g} {p[2]:.12g}" for name, p in zip(symbols, moved)]
    return "\n".join(text) + "\n"


@pytest.mark.parametrize("model", sorted(ROWS))
def test_pairs_of_every_kind_repel(model, tmp_path):
    """In each melt there is a wall of WALL between a bond's length and 1 A, where core/zbl begins
    to rule. Without close pairs in training, atoms fall into each other once in a while.
    """
    radii = json.loads((POTENTIALS / "lbs" / "settings.json").read_text())["radii"]
    frames, kinds, text = hot_frames(), [], ""
    for kind in itertools.combinations_with_replacement(radii, 2):
        distances = np.linspace(1.2 * (radii[kind[0]] + radii[kind[1]]), 1.0, 12)
        those = [frame for frame in frames if all(
            np.count_nonzero(frame[0] == element) >= kind.count(element) for element in kind)]
        kinds += ["-".join(kind)] * len(those)
        text += "".join(pushed_together(frame, kind, distances) for frame in those)
    assert len(set(kinds)) == 10
    (tmp_path / "pushed.xyz").write_text(text)
    done = subprocess.run(["deepsea", "eval", POTENTIALS / model, tmp_path / "pushed.xyz",
                           "--json"], check=True, capture_output=True, text=True, timeout=TIMEOUT)
    energy = np.array([frame["energy"] for frame in json.loads(done.stdout)["frames"]])
    energy = energy.reshape(len(kinds), -1)
    walls = (energy - np.minimum.accumulate(energy, axis=1)).max(axis=1)
    assert not [(kind, wall.round(2)) for kind, wall in zip(kinds, walls) if wall < WALL]


def test_our_buckingham_is_closer_to_pbe_than_the_published_ones(tmp_path):
    """By LAMMPS, on the frames of GPAW."""
    errors = {}
    for name in ("lbs", "deng_du", "shik"):
        subprocess.run([sys.executable, ACCURACY / "by_lammps.py", tmp_path / name,
                        POTENTIALS / "lbs" / "data-gpaw" / "validation", "-var", "potential", name],
                       check=True, timeout=TIMEOUT, capture_output=True, env=environment(1))
        rows = [line.split() for line in (tmp_path / name).read_text().splitlines()
                if line[0] != "#"]
        forces = np.array([row[6:8] for row in rows if row[5] in ("fx", "fy", "fz")], float)
        assert len(forces) > 2000
        errors[name] = np.abs(forces[:, 0] - forces[:, 1]).mean()
    assert 0.4 < errors["lbs"] < 0.87 * min(errors["deng_du"], errors["shik"])
    assert errors["deng_du"] < 1.1


def deck(models, elements="Li B O Si"):
    return f"""{system()}
pair_style deepsea {" ".join(models)} precision mixed core/zbl 0.5 1.0
pair_coeff * * {elements}
"""


def test_a_committee_melts_the_glass(lmp):
    """Found by name; at 2000 K the three agree to a few tenths of eV/A, and no pair comes close."""
    run = lmp(deck(FAST) + """
minimize 0 0.1 100 200
reset_timestep 0
velocity all create 4000 1 mom yes rot no
fix nve all nve
compute deviation all pair deepsea
variable worst equal c_deviation[1]
compute closest all pair/local dist
compute least all reduce min c_closest inputs local
thermo 50
thermo_style custom step temp v_worst c_least
run 300
""")
    columns = run.thermo()[-1]
    assert columns["Step"][-1] == 300 and 1000 < columns["Temp"][-1] < 4000
    assert 0.05 < columns["v_worst"].max() < 1.5
    assert 0.9 < columns["c_least"].min() < 1.5


def test_elements_it_does_not_know_are_refused(lmp):
    lmp.fails(deck(FAST[:1], "Li B O Na") + "run 0",
              "the model knows no element 'Na'; the model has Li B O Si")
