# SPDX-License-Identifier: GPL-2.0-only
"""Loading, unloading and several LAMMPS instances in one process.

Each test is a small program of its own, for what is tested here belongs to a whole process.
"""
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from deck import (DEEPSEA, DSF, HERE, KOKKOS_STYLES, TIMEOUT, data_text, environment,
                  needs_kokkos_styles, system)

pytestmark = pytest.mark.skipif(not pathlib.Path("/proc/self/maps").exists(),
                                reason="needs /proc to see what is loaded")

MODEL = system() + DSF + "\nrun 0\n"
PAIRS = [("pair", "fmp/lbs"), *([("pair", "deepsea")] if DEEPSEA else [])]
KOKKOS = [(kind, f"{name}/{suffix}") for kind, name in (*PAIRS, ("compute", "boron/coord"))
          for suffix in ("kk", "kk/device", "kk/host")]
STYLES = (*PAIRS,
          ("compute", "boron/coord"), ("compute", "qn/atom"), ("compute", "ring/stats"),
          ("compute", "ring/persist"), *(KOKKOS if KOKKOS_STYLES else []))


def program(tmp_path, text, autoload=True):
    """Run a Python program that uses library.py; its asserts decide."""
    env = dict(environment(1), PYTHONPATH=str(HERE))
    plugin = str(pathlib.Path(env["LAMMPS_PLUGIN_PATH"].split(":")[0]) / "lbsplugin.so")
    if not autoload:
        del env["LAMMPS_PLUGIN_PATH"]
    head = ("from library import *\n"
            f"MODEL, PLUGIN, STYLES = {MODEL!r}, {plugin!r}, {STYLES!r}\n")
    done = subprocess.run([sys.executable, "-c", head + text], cwd=tmp_path, env=env, check=False,
                          capture_output=True, text=True, timeout=TIMEOUT)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    assert "finished" in done.stdout


def test_loads_by_itself_and_says_so(lmp):
    log = lmp("units metal\n").log
    assert "lbsplugin" in log and "pair fmp/lbs" in log and "compute boron/coord" in log
    assert ("deepsea" in log) == DEEPSEA


@pytest.mark.parametrize("first", [0, 1])
def test_two_instances(tmp_path, first):
    """Both know the styles at once, and the other still does when one has been closed."""
    program(tmp_path, f"""
one, two = Instance(), Instance()
for kind, name in STYLES:
    assert one.has(kind, name) and two.has(kind, name)
one(MODEL)
two(MODEL)
energy = one.energy()
assert energy < -1000.0 and energy == two.energy()
pair = [one, two]
pair.pop({first}).close()
left = pair[0]
left("run 0")
assert left.energy() == energy
left("clear\\n" + MODEL)
assert left.energy() == energy
third = Instance()
third(MODEL)
assert third.energy() == energy
third.close()
left.close()
print("finished")
""")


def test_load_and_unload(tmp_path):
    """Nothing stays in the process after the last style has gone, and loading works again."""
    program(tmp_path, """
lmp = Instance()
assert not plugin_is_loaded()
for kind, name in STYLES:
    assert not lmp.has(kind, name)
for turn in range(2):
    lmp(f"plugin load {PLUGIN}")
    assert plugin_is_loaded()
    lmp(MODEL)
    assert lmp.energy() < -1000.0
    for kind, name in STYLES:
        assert lmp.has(kind, name)
        lmp(f"plugin unload {kind} {name}")
        assert not lmp.has(kind, name)
    assert not plugin_is_loaded(), "the library is still part of the process"
    lmp("clear")
lmp(f"plugin load {PLUGIN}")
lmp("clear")
# What is not on LAMMPS_PLUGIN_PATH: LAMMPS 4 Feb 2025 unloads it here, 4 Jul 2026 keeps it.
kept = plugin_is_loaded()
for kind, name in STYLES:
    assert lmp.has(kind, name) == kept
if kept:
    lmp(MODEL)
    assert lmp.energy() < -1000.0
lmp.close()
print("finished")
""", autoload=False)


@needs_kokkos_styles
def test_unload_under_kokkos(tmp_path):
    """Arrays of Kokkos go before the library does, on the way to another deck and at the end."""
    program(tmp_path, """
lmp = Instance("-k", "on", "-sf", "kk")
assert not plugin_is_loaded()
for turn in range(2):
    lmp(f"plugin load {PLUGIN}")
    lmp(MODEL + "compute coord all boron/coord types Li B O Si\\n"
        "thermo_style custom step pe c_coord[3]\\nrun 3")
    assert lmp.energy() < -1000.0
    for kind, name in STYLES:
        lmp(f"plugin unload {kind} {name}")
    assert not plugin_is_loaded(), "the library is still part of the process"
    lmp("clear")
lmp.close()
print("finished")
""", autoload=False)


def test_unload_in_use(tmp_path):
    """LAMMPS deletes what is in use before the library goes."""
    program(tmp_path, """
lmp = Instance()
lmp(f"plugin load {PLUGIN}")
lmp(MODEL + '''compute coord all boron/coord types Li B O Si
compute rings all ring/stats types Li B O Si cutoff B O 1.95 cutoff Si O 2.15
compute memory all ring/persist rings reference first
thermo_style custom step c_coord[3] c_rings[3] c_memory
run 0''')
for kind, name in STYLES:
    lmp(f"plugin unload {kind} {name}")
assert not plugin_is_loaded()
try:
    lmp("pair_style fmp/lbs 8.0 coul none")
except RuntimeError as e:
    assert "fmp/lbs" in str(e)
else:
    raise AssertionError("the style is still known")
lmp.close()
print("finished")
""", autoload=False)


def test_atoms_moved_within_a_step(tmp_path):
    """Each question of a library is answered by the atoms as they are, as LAMMPS' computes do."""
    types = [2, 3, 3, 3, 3]
    x = np.array([[0, 0, 0], [1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) * 0.85 + 15.0
    (tmp_path / "bo4.data").write_text(data_text(30.0 * np.eye(3), types, x, [0.0] * 5))
    program(tmp_path, """
lmp = Instance()
lmp('''units metal
atom_style charge
atom_modify sort 0 0.0
read_data bo4.data
pair_style zero 5.0
pair_coeff * *
compute coord all boron/coord types Li B O Si
run 0''')
assert lmp.compute("coord", GLOBAL)[2] == 1.0
lmp.positions()[4][2] += 3.0
assert lmp.compute("coord", ATOM)[0] == 3.0
lmp("run 0")
assert lmp.compute("coord", GLOBAL)[1] == 1.0
lmp.close()
print("finished")
""")


@needs_kokkos_styles
@pytest.mark.parametrize("kernels", [False, True])
def test_a_collision_ends_with_its_run(tmp_path, kernels):
    """Atoms moved apart after an error run again in the same instance."""
    (tmp_path / "two.data").write_text(data_text(
        30.0 * np.eye(3), [3, 3, 4], np.array([[5, 5, 5], [5, 5, 5.001], [20, 20, 20]]), [0.0] * 3))
    program(tmp_path, f"""
os.environ["LBS_KOKKOS_KERNELS"] = "1"
one = Instance(*({["-k", "on", "-sf", "kk"] if kernels else []}))
one('''
units metal
atom_style charge
read_data two.data
pair_style fmp/lbs 8.0 coul none
pair_coeff * * deng-du-teter.fmp Li B O Si charges set
''')
try:
    one("run 0")
    raise AssertionError("atoms on one spot went through")
except RuntimeError as error:
    assert "atoms 1 and 2 are on one spot" in str(error), error
one('set atom 2 z 8.0')
one('run 1')
assert -1e6 < one.energy() < 1e6 and one.energy() != 0.0
print("finished")
""")
