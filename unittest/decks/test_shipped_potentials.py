# SPDX-License-Identifier: GPL-2.0-only
"""The Deep Potentials in potentials/: found by name, as good as their page says, and stable."""
import json
import subprocess
import sys

import numpy as np
import pytest

from deck import DEEPSEA, POTENTIALS, ROOT, TIMEOUT, environment, system

pytestmark = pytest.mark.skipif(not DEEPSEA, reason="the plugin was built without deepsea")

FAST = ("lbs-fast.deepsea.pt", "lbs-fast-2.deepsea.pt", "lbs-fast-3.deepsea.pt")
ACCURACY = ROOT / "examples" / "paper" / "accuracy"
# Largest mean absolute errors of forces, eV/A: against the teacher, against CP2K.
BOUNDS = {**dict.fromkeys(FAST, (0.17, 0.24)), "lbs.deepsea.pt": (0.15, 0.22)}


def force_error(model, frames):
    done = subprocess.run(["deepsea", "test", POTENTIALS / model, frames, "--json"], check=True,
                          capture_output=True, text=True, timeout=TIMEOUT)
    return json.loads(done.stdout)["total"]["errors"][0]["force"]


@pytest.mark.parametrize("model", sorted(BOUNDS))
def test_errors_are_what_the_page_says(model):
    for frames, bound in zip(("data-teacher/validation.hdf5", "data/validation"), BOUNDS[model]):
        force = force_error(model, POTENTIALS / "lbs" / frames)
        assert 0.05 < force["mae"] < bound and force["numbers"] > 1000


def test_our_buckingham_is_closer_to_pbe_than_the_published_ones(tmp_path):
    """By LAMMPS, on the frames of CP2K."""
    errors = {}
    for name in ("lbs", "deng_du", "shik"):
        subprocess.run([sys.executable, ACCURACY / "by_lammps.py", tmp_path / name,
                        POTENTIALS / "lbs" / "data" / "validation", "-var", "potential", name],
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
