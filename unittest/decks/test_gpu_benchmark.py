# SPDX-License-Identifier: GPL-2.0-only
"""examples/benchmark/gpu/run.py with a stand-in for LAMMPS, whose times are known."""
import importlib.util
import json
import os
import re
import subprocess
import sys

import pytest

from deck import POTENTIALS, ROOT, environment

FOLDER = ROOT / "examples" / "benchmark" / "gpu"
SPEC = importlib.util.spec_from_file_location("gpu_run", FOLDER / "run.py")
gpu = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(gpu)

# One step of 300 atoms takes 2 s, of a model that ships 3 or 4, and a fifth of that if mixed.
LMP = """#!/bin/sh
echo "$*" >> CALLS
case "$*" in
  *lbs-fast*) seconds=3 ;;
  *lbs.deepsea*) seconds=4 ;;
  *) seconds=2 ;;
esac
case "$*" in *mixed*) seconds=0.$((2 * seconds)) ;; esac
echo "Loop time of $seconds on 1 procs for 1 steps with 300 atoms"
"""


@pytest.fixture(name="run")
def make_run(tmp_path):
    """Calls it in a folder of its own; gives status and output."""
    (tmp_path / "lmp").write_text(LMP.replace("CALLS", str(tmp_path / "calls")))
    (tmp_path / "lmp").chmod(0o755)
    env = dict(environment(1), PATH=f"{tmp_path}:{os.environ['PATH']}")

    def call(*words):
        done = subprocess.run([sys.executable, FOLDER / "run.py", *words, "--device", "host",
                               "--work", tmp_path], env=env, capture_output=True, text=True,
                              check=False)
        return done.returncode, done.stdout + done.stderr
    return call


def row(out, name, number):
    """What was found in a row of a model's three."""
    rows = re.findall(r'^   "(.*?)", ".*", ".*", "(.*)"$', out, re.M)
    first = [text for text, _ in rows].index(f"{name}, double, us/atom/step, 100 k and 1 M atoms")
    return rows[first + number][1]


def test_models_that_ship_are_timed(run, tmp_path):
    """Beside the benchmark's own, in both precisions, and they come first in the table."""
    status, out = run("speed", "table")
    assert status == 0, out
    calls = re.findall(r"-var style deepsea (.*?) -var|-var style deepsea (.*)$",
                       (tmp_path / "calls").read_text(), re.M)
    styles = {a or b for a, b in calls}
    models = (str(tmp_path / "model.pt"), *gpu.SHIPPED)
    assert styles == {f"{m}{more}" for m in models for more in ("", " precision mixed")}
    found = json.loads((tmp_path / "results.json").read_text())["speed"]
    for name, seconds in (("model.pt", 2), ("lbs-fast.deepsea.pt", 3), ("lbs.deepsea.pt", 4)):
        assert found[name]["300 double"] == pytest.approx([1e6 * seconds / 300, 1 / seconds, 300])
        assert found[name]["1k mixed"][1] == pytest.approx(5 / seconds)
        assert row(out, name, 2) == f"{1 / seconds:.3g}; {1 / seconds:.3g}"
        assert row(out, name, 0) == row(out, name, 1) == "unmeasured; unmeasured"
    assert out.index("lbs-fast.deepsea.pt, double") < out.index("model.pt, double, us/atom/step")


def test_the_table_is_never_put_off(run, tmp_path):
    """When a call's time is over, it has what earlier calls found."""
    assert run("speed")[0] == 0
    (tmp_path / "calls").unlink()
    status, out = run("speed", "table", "--seconds", "0")
    assert status == 1 and "failed: speed\n" in out
    assert "---- speed is put off: no time is left" in out and "table is put off" not in out
    assert not (tmp_path / "calls").exists() and row(out, "lbs.deepsea.pt", 2) == "0.25; 0.25"


def test_the_kit_has_what_is_timed():
    """build.sh packs the models that ship, each with its bytes."""
    text = (FOLDER / "build.sh").read_text()
    packed = re.search(r"^readonly SHIPPED=\((.*)\)$", text, re.M)[1].split()
    assert packed == list(gpu.SHIPPED) and all((POTENTIALS / name).exists() for name in packed)
    assert 'for name in model.pt "${SHIPPED[@]}"; do "$TREE/plugin/bin/model_bytes"' in text
