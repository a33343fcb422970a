# SPDX-License-Identifier: GPL-2.0-only
"""A model knows how hot its training set was: `deepsea train` keeps it, the pair style warns."""
import re
import subprocess

import numpy as np
import pytest

from deck import DEEPSEA, TIMEOUT
from training_data import frames, settings, write_input, write_system

pytestmark = pytest.mark.skipif(not DEEPSEA, reason="the plugin was built without deepsea")

WORDS = r"WARNING: pair deepsea: the atoms have (\d+) K at step (\d+), above the (\d+) K of the"


@pytest.fixture(name="model", scope="module")
def train(tmp_path_factory):
    """A model of frames of 300 and 500 K."""
    folder = tmp_path_factory.mktemp("warm")
    kelvin = np.repeat([300.0, 500.0], 4)
    write_system(folder / "set", {**frames(8), "temperature": kelvin}, [0, 1, 1, 0, 1, 1])
    write_input(folder, settings("set", numb_steps=2))
    for words in (("train", "input.json"), ("info", "model.pt")):
        done = subprocess.run(["deepsea", *words], cwd=folder, capture_output=True, text=True,
                              timeout=TIMEOUT, check=True)
    assert re.search("^highest temperature +500 K$", done.stdout, re.M)
    return folder / "model.pt"


def deck(model, kelvin, more="", run="run 0"):
    """64 atoms with this temperature, and what comes before and after it is set."""
    return f"""
units metal
atom_style atomic
lattice sc 2.5
region box block 0 4 0 4 0 4
create_box 2 box
create_atoms 1 box
set group all type/fraction 2 0.6 7
mass 1 10.811
mass 2 15.999
pair_style deepsea {model}
pair_coeff * * B O
velocity all create {kelvin} 5 loop geom
fix nve all nve
timestep 1e-7
{more}
{run}
"""


def warnings(run):
    """Temperature, step and bound of each warning."""
    return [tuple(map(int, found)) for found in re.findall(WORDS, run.log)]


def test_hot_atoms_are_told_at_once(lmp, model):
    assert warnings(lmp(deck(model, 2000))) == [(2000, 0, 500)]


def test_each_run_tells_once(lmp, model):
    found = warnings(lmp(deck(model, 2000, run="run 2\nrun 2")))
    assert [row[1] for row in found] == [0, 2]


def test_atoms_that_become_hot_are_told_at_the_end(lmp, model):
    hot = "fix hot all temp/rescale 1 3000 3000 0.1 1"
    (kelvin, step, bound), = warnings(lmp(deck(model, 400, hot, "run 5")))
    assert abs(kelvin - 3000) < 60 and (step, bound) == (5, 500)


def test_fluctuations_are_no_reason(lmp, model):
    """Three standard deviations of the temperature of 64 atoms are 31 %."""
    for kelvin in (0.1, 500, 640):
        assert not warnings(lmp(deck(model, kelvin)))
    assert warnings(lmp(deck(model, 670)))


def test_ranks_and_atoms_of_another_style(lmp, model):
    """The temperature is that of all ranks' atoms, and of the model's alone."""
    cold = "group o type 2\nvelocity o set 0 0 0"
    assert warnings(lmp(deck(model, 2000, cold), ranks=2))[0][0] < 1400
    alone = deck(model, 2000, cold).replace("pair_coeff * * B O", "pair_coeff * * B NULL")
    alone = alone.replace("pair_style deepsea", "pair_style hybrid/overlay zero 4.0 deepsea")
    alone = alone.replace("pair_coeff * *", "pair_coeff * * zero\npair_coeff * * deepsea")
    assert warnings(lmp(alone, ranks=2))[0][0] > 1700


def test_other_units(lmp, model):
    real = deck(model, 2000).replace("units metal", "units real")
    assert warnings(lmp(real)) == [(2000, 0, 500)]


def test_a_model_that_does_not_know(lmp, models):
    assert not warnings(lmp(deck(models("two_types"), 90000)))
