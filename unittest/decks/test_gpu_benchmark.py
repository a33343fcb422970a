# SPDX-License-Identifier: GPL-2.0-only
"""gpu/run.py and fmp.py of examples/benchmark with a stand-in for LAMMPS, whose numbers are known.
"""
import argparse
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
    (tmp_path / "model.pt").write_text("weights")
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


def test_results_are_of_one_model_and_device(run, tmp_path):
    """What another left is neither shown nor added to."""
    kept = tmp_path / "results.json"
    assert run("speed")[0] == 0
    found = json.loads(kept.read_text())
    assert found["of"]["device"] == "host"
    assert run("speed", "table")[0] == 0
    (tmp_path / "model.pt").write_text("other weights")
    for wrong in (found, {**found, "of": {**found["of"], "device": "gpu"}}, {"speed": {}}):
        kept.write_text(json.dumps(wrong))
        status, out = run("speed", "table")
        assert status == 1 and out == (f"{kept} is of another device, card or model: name another "
                                       "folder by --results\n")
        assert json.loads(kept.read_text()) == wrong
    assert run("speed", "--results", tmp_path / "new")[0] == 0
    (tmp_path / "model.pt").unlink()
    status, out = run("speed")
    assert status == 1 and "the card or the model is missing" in out and "model.pt" in out


def test_the_card_is_known(monkeypatch, tmp_path):
    """By nvidia-smi; results of another one are refused."""
    (tmp_path / "model.pt").write_text("weights")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    args = argparse.Namespace(device="gpu", work=tmp_path, model=None, results=None)

    def bench(card):
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\necho '{card}'\n")
        (tmp_path / "nvidia-smi").chmod(0o755)
        return gpu.Bench(args)

    bench("H100, 81559 MiB, 580.1").keep("speed", {"x": 1})
    assert bench("H100, 81559 MiB, 580.1").results["speed"] == {"x": 1}
    with pytest.raises(SystemExit, match="results.json is of another device, card or model"):
        bench("H200, 143771 MiB, 580.1")


def test_the_kit_has_what_is_timed():
    """build.sh packs the models that ship, each with its bytes, and all tests of kernels."""
    text = (FOLDER / "build.sh").read_text()
    packed = re.search(r"^readonly SHIPPED=\((.*)\)$", text, re.M)[1].split()
    assert packed == list(gpu.SHIPPED) and all((POTENTIALS / name).exists() for name in packed)
    tests = re.search(r"^readonly TESTS=\((.*?)\)$", text, re.M | re.S)[1].split()
    assert tests == [f"test_{name}" for name in gpu.TESTS]
    built = (ROOT / "unittest" / "CMakeLists.txt").read_text()
    listed = re.search(r"lbs_unit_tests\(deepsea/kk lbs_deepsea_kokkos (.*?)\)", built, re.S)[1]
    assert sorted(listed.split()) == sorted(gpu.TESTS)
    assert 'for name in model.pt "${SHIPPED[@]}"; do "$TREE/plugin/bin/model_bytes"' in text


@pytest.mark.parametrize("off, agree", [
    ((0.01, 0.01, 0.4), True), ((0.1, 0, 0), False), ((0, 0.1, 0), False), ((0, 0, 10), False),
    (("nan", 0, 0), False)])
def test_two_styles_that_disagree(tmp_path, off, agree):
    """fmp.py stops when an energy (eV) is off, be the pressure (bar) as large as it is."""
    known = (-25227.0, -25148.0, 21852.0)
    theirs, ours = ("  100  300  {}  0  {}  {}".format(*(x + float(d) for x, d in zip(known, by)))
                    for by in ((0, 0, 0), off))
    (tmp_path / "fmp.py").write_text((FOLDER.parent / "fmp.py").read_text())
    (tmp_path / "frame.data").write_text("")
    (tmp_path / "lmp").write_text(
        f"#!/bin/sh\ncase $* in *ours*) echo '{ours}' ;; *) echo '{theirs}' ;; esac\n"
        "echo 'Loop time of 2 on 1 procs for 100 steps with 300 atoms'\n"
        "echo 'Pair    | 1 | 1 | 1 | 0 | 50'\n")
    (tmp_path / "lmp").chmod(0o755)
    done = subprocess.run([sys.executable, tmp_path / "fmp.py", "--rounds", "1", "--ranks", "1"],
                          env=dict(os.environ, PATH=f"{tmp_path}:{os.environ['PATH']}"),
                          capture_output=True, text=True, check=False)
    if agree:
        assert done.returncode == 0 and "1, 300, 33.33, 33.33, 1.00" in done.stdout, done.stderr
    else:
        assert done.returncode == 1 and "the two styles disagree" in done.stderr
