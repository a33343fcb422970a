# SPDX-License-Identifier: GPL-2.0-only
"""examples/make-potential: the commands of its README, on fewer steps."""
import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from deck import ROOT, TIMEOUT

FOLDER = ROOT / "examples" / "make-potential"
STEPS = 1500
SHORT = ("-var n_Si 6 -var melt 0.2 -var rate 20000 -var hold 0.2 -log log.glass -screen none")


def commands(text):
    """Lines of a README or page that are commands, without their comments."""
    starts = r"^ +((?:\.\./|deepsea |sed |python3 |lmp ).*?)(?: +#.*)?$"
    return re.findall(starts, text, re.MULTILINE)


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """A copy of the example after its commands; gives the folder and what each printed."""
    top = tmp_path_factory.mktemp("make")
    folder = top / "examples" / "make-potential"
    shutil.copytree(FOLDER, folder)
    (top / "potentials").symlink_to(ROOT / "potentials")
    (folder.parent / "paper").symlink_to(ROOT / "examples" / "paper")
    text = (folder / "input.json").read_text()
    assert '"numb_steps": 8000, "disp_freq": 1000' in text
    (folder / "input.json").write_text(
        text.replace('"numb_steps": 8000, "disp_freq": 1000',
                     f'"numb_steps": {STEPS}, "disp_freq": 500')
        .replace('"decay_steps": 80', '"decay_steps": 15'))
    said = {}
    environment = dict(os.environ, PATH=f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}")
    for command in commands((FOLDER / "README").read_text()):
        run = f"{command} {SHORT}" if command.startswith("lmp") else command
        done = subprocess.run(["bash", "-c", run], cwd=folder, capture_output=True, text=True,
                              env=environment, timeout=TIMEOUT, check=False)
        assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr)
        said[command] = done.stdout
    return folder, said


def test_page_and_readme_have_the_same_commands():
    readme = commands((FOLDER / "README").read_text())
    page = (ROOT / "doc" / "make_your_own.rst").read_text()
    assert len(readme) == 7
    assert commands(page.partition("The files")[0]) == readme


def test_models_have_learnt_the_forces(example):
    """The error of the validation frames is far below the forces themselves, for both models."""
    folder, said = example
    sets = sorted(folder.glob("data/validation/*"))
    forces = np.concatenate([np.load(s / "set.000" / "force.npy").ravel() for s in sets])
    done = subprocess.run(["deepsea", "test", "first.pt", "second.pt", "data/validation", "--json"],
                          cwd=folder, capture_output=True, text=True, check=True)
    total = json.loads(done.stdout)["total"]
    rms = np.sqrt(np.mean(forces ** 2))
    assert rms > 1.0 and forces.size == 15 * 51 * 3
    for errors in total["errors"]:
        assert errors["force"]["rmse"] < 0.5 * rms
        assert errors["energy"]["rmse"] < 0.1
        assert sorted(errors["force_of"]) == ["B", "Li", "O", "Si"]
    assert 0.01 < total["deviation"]["largest_force"]["mae"] < 3.0
    # What training printed last of its validation is the same.
    rmse = total["errors"][0]["force"]["rmse"]
    last = said["deepsea train input.json"].strip().splitlines()[-1]
    assert float(re.search(r"F (\S+) eV/A", last)[1]) == pytest.approx(rmse, abs=2e-4)


def test_parity_is_drawn(example):
    folder, said = example
    rows = (folder / "parity.txt").read_text().splitlines()
    assert len(rows) == 5 + 2 * 15 * (1 + 3 * 51 + 9)
    assert (folder / "parity.txt.png").read_bytes()[:4] == b"\x89PNG"
    assert said["python3 parity.py parity.txt"] == "parity.txt.png\n"
    done = subprocess.run([sys.executable, "parity.py", "frames.xyz"], cwd=folder, text=True,
                          capture_output=True, check=False, timeout=TIMEOUT)
    assert done.returncode == 1
    assert done.stderr == "frames.xyz: is no file of `deepsea test --parity`\n"


def test_glass_is_quenched(example):
    """All atoms are there, the models were compared, and boron was counted."""
    folder, _ = example
    log = (folder / "log.glass").read_text()
    assert 0.0 <= float(re.search(r"^four-coordinated boron: (\S+) %", log, re.M)[1]) <= 100.0
    assert "51 atoms" in (folder / "glass.data").read_text()
    assert len((folder / "glass.deviation").read_text().splitlines()) > 3


def test_frames_are_those_that_the_script_writes():
    """75 frames with all labels."""
    text = (FOLDER / "frames.xyz").read_text()
    assert text.count("Lattice=") == text.count("stress=") == text.count("energy=") == 75


def test_frames_stay_where_a_melt_fails(tmp_path):
    """The file that ships is opened when all melts are there."""
    for name in ("make-potential", "deepsea-first-run"):
        shutil.copytree(ROOT / "examples" / name, tmp_path / name)
    (tmp_path / "lmp").symlink_to(shutil.which("false"))
    done = subprocess.run(
        [sys.executable, tmp_path / "make-potential" / "make_frames.py", tmp_path / "work"],
        env=dict(os.environ, PATH=f"{tmp_path}:{os.environ['PATH']}"), capture_output=True,
        text=True, check=False, timeout=TIMEOUT)
    assert done.returncode == 1 and "lmp" in done.stderr
    assert (tmp_path / "make-potential" / "frames.xyz").read_text() == (
        FOLDER / "frames.xyz").read_text()
