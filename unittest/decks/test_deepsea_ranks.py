# SPDX-License-Identifier: GPL-2.0-only
"""pair_style deepsea on several ranks: one answer, also where ranks have no atoms."""
import numpy as np
import pytest

from deck import agree, dump, thermo
from deepsea_models import frame_deck

SAME = 1.0e-11
LATER = 1.0e-9
NAMES = ["Li", "B", "O", "Si"]
OBSERVE = ("compute pea all pe/atom\ncompute sa all stress/atom NULL pair\n"
           "compute ca all centroid/stress/atom NULL pair\n")
COLUMNS = ["fx", "fy", "fz", "c_pea", *(f"c_sa[{k}]" for k in range(1, 7)),
           *(f"c_ca[{k}]" for k in range(1, 10))]


CORE = "core/zbl 1.4 2.0"


def deck(models, folder, before="", frame="glass", run="run 0", style=f"tanh_two {CORE}"):
    model, words = style.split(" ", 1)
    return (f"{before}\n" + frame_deck(frame, NAMES, folder)
            + f"pair_style deepsea {models(model)} {words}\n"
            + f"pair_coeff * * {' '.join(NAMES)}\n" + OBSERVE + thermo("step pe press")
            + dump("id type fx fy fz c_pea c_sa[*] c_ca[*]", every=1000)
            + "velocity all create 300.0 4711 loop geom\nfix nve all nve\ntimestep 0.0002\n"
            + run + "\n")


def compare(one, two, tolerance):
    for name in ("PotEng", "Press"):
        agree([two.last()[name]], [one.last()[name]], tolerance, 1.0)
    a, b = one.atoms(), two.atoms()
    assert np.array_equal(a["id"], b["id"])
    for name in COLUMNS:
        agree(b[name], a[name], tolerance, 0.1)


@pytest.fixture(scope="module")
def alone(shared, models, tmp_path_factory):
    """Results on one rank, by the words of deck()."""
    done = {}

    def get(**words):
        key = tuple(sorted(words.items()))
        if key not in done:
            done[key] = shared(deck(models, tmp_path_factory.mktemp("alone"), **words))
        return done[key]
    return get


@pytest.mark.parametrize("style", [f"tanh_two {CORE}", "gelu_one tabulate off"])
@pytest.mark.parametrize("ranks, newton", [(2, "on"), (2, "off"), (4, "on"), (8, "off")])
def test_ranks_agree(lmp, models, tmp_path, alone, ranks, newton, style):
    """Nets by both types with a core, and nets by the neighbor's type alone."""
    result = lmp(deck(models, tmp_path, f"newton {newton}", style=style), ranks)
    compare(alone(style=style), result, SAME)


def test_another_model_is_noticed(alone):
    """Negative control: the two models of test_ranks_agree do not pass for one."""
    with pytest.raises(AssertionError, match="relative difference"):
        compare(alone(), alone(style="gelu_one tabulate off"), SAME)


def test_thin_slices(lmp, models, tmp_path, alone):
    compare(alone(), lmp(deck(models, tmp_path, "processors 8 1 1"), 8), SAME)


@pytest.mark.parametrize("frame", ["triclinic", "small"])
def test_tilted_and_tiny_cells(lmp, models, tmp_path, alone, frame):
    compare(alone(frame=frame), lmp(deck(models, tmp_path, frame=frame), 2), SAME)


def test_empty_ranks(lmp, models, tmp_path, alone):
    """All 13 atoms of the cluster sit in the middle half; the outer of four ranks have none."""
    empty = lmp(deck(models, tmp_path, "processors 4 1 1", frame="cluster"), 4)
    compare(alone(frame="cluster"), empty, SAME)


def test_later_steps(lmp, models, tmp_path, alone):
    run = "neigh_modify every 2 delay 0 check no\nrun 20"
    compare(alone(run=run), lmp(deck(models, tmp_path, run=run), 4), LATER)
