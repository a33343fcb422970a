# SPDX-License-Identifier: GPL-2.0-only
"""pair_style deepsea against DeePMD-kit's own numbers, through a whole deck."""
import re

import numpy as np
import pytest

from deck import agree, dump, needs_kokkos, thermo
from deepsea_models import FRAMES, MODELS, frame_deck, reference

EXACT = 1.0e-10         # relative: in double, by the networks themselves or by the default table
CORNERS = {"exclude_one", "atom_ener_relu6"}    # no table follows networks with corners
BAR = 1602176.5         # eV/A^3 in bar, by the constant of LAMMPS' units metal

OBSERVE = """
compute pea all pe/atom
compute sa all stress/atom NULL pair
compute ca all centroid/stress/atom NULL pair
compute s all pressure NULL virial
"""
COLUMNS = "id type fx fy fz c_pea c_sa[*] c_ca[*]"
PLACES = {"xx": 0, "yy": 4, "zz": 8, "xy": 1, "xz": 2, "yz": 5, "yx": 3, "zx": 6, "zy": 7}


def deck(models, model, frame, folder, newton="on", settings="tabulate off", before=""):
    elements = reference(model)["type_map"]
    return (f"newton {newton}\n{before}\n" + frame_deck(frame, elements, folder)
            + f"pair_style deepsea {models(model)} {settings}\n"
            + f"pair_coeff * * {' '.join(elements)}\n"
            + OBSERVE + thermo("step pe c_s[*] vol") + dump(COLUMNS) + "run 0\n")


def check(result, expected, tolerance):
    last = result.last()
    # energies of atoms may cancel; their size is what errors are measured by
    largest = np.abs(expected["atomic_energy"]).max()
    agree([last["PotEng"], largest], [expected["energy"], largest], tolerance, 0.1)
    # pressure times volume, in the order of LAMMPS, is the virial
    virial = np.array(expected["virial"])
    got = [last[f"c_s[{k}]"] * last["Volume"] / BAR for k in range(1, 7)]
    symmetric = [0.5 * (virial[PLACES[k]] + virial[PLACES[k[::-1]]])
                 for k in ("xx", "yy", "zz", "xy", "xz", "yz")]
    agree(got, symmetric, 10 * tolerance, 0.1)
    atoms = result.atoms()
    agree(np.transpose([atoms["fx"], atoms["fy"], atoms["fz"]]), expected["forces"], tolerance,
          0.05)
    agree(atoms["c_pea"], expected["atomic_energy"], tolerance, 0.1)
    # centroid/stress/atom is minus the virial in bar A^3: position times force, at the neighbor
    expected_atoms = np.array(expected["atomic_virial"])
    for k, place in enumerate(("xx", "yy", "zz", "xy", "xz", "yz", "yx", "zx", "zy"), 1):
        # DeePMD-kit's first index is the force's
        column = expected_atoms[:, PLACES[place[::-1]]]
        agree(-atoms[f"c_ca[{k}]"] / BAR, column, 10 * tolerance, 1e-3)
    agree([-atoms[f"c_sa[{k}]"].sum() / BAR for k in range(1, 7)], symmetric, 10 * tolerance, 0.1)


@pytest.mark.parametrize("model", MODELS)
def test_same_numbers_as_deepmd(lmp, models, tmp_path, model):
    for frame, expected in reference(model)["frames"].items():
        result = lmp(deck(models, model, frame, tmp_path))
        check(result, expected, EXACT)


@pytest.mark.parametrize("model", sorted(set(MODELS) - CORNERS))
def test_same_numbers_with_the_default_table(lmp, models, tmp_path, model):
    for frame, expected in reference(model)["frames"].items():
        result = lmp(deck(models, model, frame, tmp_path, settings=""))
        check(result, expected, EXACT)


def test_fewer_channels_were_tested(lmp, models, tmp_path):
    """wide_two has more channels than its tables keep, but for centers with close neighbors."""
    log = lmp(deck(models, "wide_two", "glass", tmp_path, settings="")).log
    least, most = map(int, re.search(r"channels (\d+) to (\d+),", log).groups())
    assert 40 < least <= most < 72
    reach = {"Li": 1.28, "B": 0.84, "O": 0.66, "Si": 1.11}    # A, covalent radii
    elements, x = FRAMES["glass"]["elements"], np.array(FRAMES["glass"]["positions"])
    edge = np.diag(FRAMES["glass"]["cell"])
    apart = x[:, None] - x
    apart = np.linalg.norm(apart - edge * np.round(apart / edge), axis=2) + 99.0 * np.eye(len(x))
    radii = np.array([reach[e] for e in elements])
    close = (apart < 0.75 * (radii[:, None] + radii)).any(1).sum()
    assert 2 < close < len(x) - 2


@pytest.mark.parametrize("frame", ["glass", "triclinic", "small"])
def test_newton_off(lmp, models, tmp_path, frame):
    expected = reference("tanh_two")["frames"][frame]
    check(lmp(deck(models, "tanh_two", frame, tmp_path, newton="off")), expected, EXACT)


@needs_kokkos
@pytest.mark.parametrize("newton", ["on", "off"])
def test_kokkos(lmp, models, tmp_path, newton):
    """Where KOKKOS has taken over the atoms and the rest of the deck."""
    expected = reference("tanh_two")["frames"]["glass"]
    text = deck(models, "tanh_two", "glass", tmp_path, newton) + "fix nve all nve\nrun 0\n"
    result = lmp(text, args=["-k", "on", "t", "1", "-sf", "kk"])
    assert f"full, newton {newton}" in result.log and "KOKKOS mode" in result.log
    check(result, expected, EXACT)


@pytest.mark.parametrize("model", MODELS)
def test_mixed_is_close(lmp, models, tmp_path, model):
    """Forces to 1e-5 eV/A and energies to 2e-6 of them, and visibly not those of double."""
    settings = "precision mixed" + (" tabulate off" if model in CORNERS else "")
    largest = []
    for frame, expected in reference(model)["frames"].items():
        result = lmp(deck(models, model, frame, tmp_path, settings=settings))
        atoms = result.atoms()
        forces = np.transpose([atoms["fx"], atoms["fy"], atoms["fz"]])
        largest.append(np.abs(expected["forces"]).max())
        assert 1e-9 < np.abs(forces - expected["forces"]).max() < 1e-5
        # Energies of nets are off by single precision; constants and sums by that of double.
        of_nets = np.abs(expected["atomic_energy"]).sum()
        assert abs(result.last()["PotEng"] - expected["energy"]) < 2e-6 * of_nets
        agree(atoms["c_pea"], expected["atomic_energy"], 1e-5, 0.1)
    assert min(largest) > 0.05 and max(largest) > 0.5


def test_a_wrong_model_is_noticed(lmp, models, tmp_path):
    """Negative control: another model's numbers do not pass."""
    result = lmp(deck(models, "tanh_two", "glass", tmp_path))
    with pytest.raises(AssertionError, match="relative difference"):
        check(result, reference("gelu_one")["frames"]["glass"], EXACT)


def test_frames_are_hard(lmp):
    """The frames hold what is difficult: cells smaller than a cutoff, tilt, clusters."""
    heights = [np.linalg.det(f["cell"]) / np.linalg.norm(np.cross(f["cell"][0], f["cell"][1]))
               for f in FRAMES.values() if f["cell"]]
    assert min(heights) < 5.0
    assert any(f["cell"] is None for f in FRAMES.values())
    assert any(f["cell"] and f["cell"][1][0] != 0 for f in FRAMES.values())
