# SPDX-License-Identifier: GPL-2.0-only
"""pair_style deepsea moves atoms: minimization, and energy kept over twenty picoseconds.

The system is a corner of the example's glass, closed periodically: 92 atoms in a cell just wider
than two cutoffs, so that every pair has one nearest image within the cutoff.
"""
import numpy as np
import pytest

from deck import ELEMENTS, ROOT, agree, dump
from deepsea_models import evaluate

FOLDER = ROOT / "examples" / "deepsea-first-run"
MODEL = FOLDER / "lbs-small-1.pt"
CUTOFF = 5.0    # A, of this model
EDGE = 10.1     # A
CORNER = f"""units metal
atom_style atomic
read_data {FOLDER}/glass.data
pair_style deepsea {MODEL}
pair_coeff * * {' '.join(ELEMENTS)}
region corner block 0 {EDGE} 0 {EDGE} 0 {EDGE}
group inside region corner
group outside subtract all inside
delete_atoms group outside
change_box all x final 0 {EDGE} y final 0 {EDGE} z final 0 {EDGE}
delete_atoms overlap 1.25 all all    # the new faces bring some atoms together
thermo_style custom step temp pe etotal fmax
thermo_modify format float %.17g
thermo 10
"""
MINIMIZE = "min_style cg\nminimize 0 1.0e-4 3000 10000\n"
ROUGH = "WARNING: pair deepsea: with 'precision mixed' a minimization ends at forces of some 0.01"
TIMESTEP = 0.0005    # ps
STEPS = 40000
EVERY = 100          # steps between frames


def reference_forces(atoms):
    """Energy and forces by libtorch's automatic differentiation of the code in the model file."""
    frame = {"elements": [ELEMENTS[int(t) - 1] for t in atoms["type"]],
             "positions": np.transpose([atoms[k] for k in "xyz"]).tolist(),
             "cell": np.diag([EDGE] * 3).tolist()}
    result = evaluate(MODEL, [frame])[0]
    return result["energy"], np.array(result["forces"])


def forces(atoms):
    """Rows of a dump's forces."""
    return np.transpose([atoms["fx"], atoms["fy"], atoms["fz"]])


@pytest.mark.parametrize("style", ["cg", "fire"])
def test_minimize(lmp, style):
    """Downhill until the forces vanish, and the reference sees a minimum there, too."""
    result = lmp(CORNER + dump("id type x y z fx fy fz", every=10000) + "run 0\n"
                 + MINIMIZE.replace("cg", style))
    run = result.thermo()[-1]
    assert run["Fmax"][0] > 5.0 and run["Fmax"][-1] < 1.0e-4
    assert run["PotEng"][-1] < run["PotEng"][0] - 50.0
    if style == "cg":    # its line search never goes uphill
        assert np.diff(run["PotEng"]).max() < 1.0e-9 * abs(run["PotEng"][0])
    first, last = result.frames()[0][2], result.frames()[-1][2]
    _, at_start = reference_forces(first)
    energy, force = reference_forces(last)
    assert ROUGH not in result.log
    agree(forces(first), at_start, 1.0e-8, 5.0)
    agree([run["PotEng"][-1]], [energy], 1.0e-9, 100.0)
    assert np.abs(force).max() < 1.0e-4 + 1.0e-7
    assert np.abs(forces(last) - force).max() < 1.0e-8 * np.abs(at_start).max()


def test_a_minimization_with_mixed(lmp):
    """It ends early, and says so; a run doesn't."""
    deck = CORNER.replace(f"deepsea {MODEL}", f"deepsea {MODEL} precision mixed")
    assert "precision mixed" in deck
    result = lmp(deck + MINIMIZE + "run 0\n")
    assert result.log.count(ROUGH) == 1
    minimized = result.thermo()[0]
    assert 1.0e-4 < minimized["Fmax"][-1] < 0.1
    assert ROUGH not in lmp(deck + "run 0\n").log


def crossings(frames):
    """How many pairs came within the cutoff and how many left it from one frame to the next."""
    came = left = 0
    before = None
    for _, _, atoms in frames:
        x = np.transpose([atoms[k] for k in "xyz"])
        apart = x[:, None] - x
        apart -= EDGE * np.round(apart / EDGE)
        within = np.triu(np.linalg.norm(apart, axis=-1) < CUTOFF, 1)
        if before is not None:
            came += (within & ~before).sum()
            left += (before & ~within).sum()
        before = within
    return came, left


def test_energy_is_kept(lmp):
    """NVE at 300 K with 0.5 fs for 20 ps, while pairs cross the cutoff all the time."""
    # The energy that a bath leaves so few atoms differs by some 25 K from run to run, and half of
    # what scaling takes away comes back from the bonds.
    deck = (CORNER + MINIMIZE + "velocity all create 1600.0 4711 mom yes dist gaussian\n"
            f"timestep {TIMESTEP}\nfix bath all nvt temp 800 300 0.05\nrun 6000\nunfix bath\n"
            "fix nve all nve\n" + 5 * "run 500\nvelocity all scale 300.0\n"
            + "reset_timestep 0\nthermo 20\n" + dump("id x y z", every=EVERY)
            + f"run {STEPS}\n")
    result = lmp(deck, timeout=300)
    assert f"cutoff {CUTOFF:g} A" in result.log
    run = result.thermo()[-1]
    frames = result.frames()
    atoms = len(frames[0][2]["id"])
    assert run["Step"][-1] == STEPS and len(frames) == STEPS // EVERY + 1 and atoms > 80
    came, left = crossings(frames)
    assert min(came, left) > 10000
    # energy does move between the two kinds, far more than what may be lost
    assert run["PotEng"].std() / atoms > 1.0e-3
    assert 250.0 < run["Temp"].mean() < 350.0
    drift = np.polyfit(run["Step"] * TIMESTEP, run["TotEng"], 1)[0] / atoms
    print(f"drift {drift:.2e} eV/atom/ps, {came} pairs came within the cutoff, {left} left it")
    assert abs(drift) < 1.0e-6
