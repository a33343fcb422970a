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


def write_melt(work, name, log):
    """What in.frames leaves of three frames of two atoms, and the log."""
    head = "ITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n" + 3 * "0 9\n"
    (work / f"{name}.dump").write_text("".join(
        f"ITEM: TIMESTEP\n{step}\n{head}ITEM: ATOMS id type x y z fx fy fz\n"
        f"1 1 0 0 {step} 0.5 0 0\n2 3 1 2 3 -0.5 0 0\n" for step in (0, 10, 20)))
    (work / f"{name}.scalar").write_text("# head\n" + "".join(
        f"{step} -7.5 1 2 3 4 5 6 9\n" for step in (0, 10, 20)))
    (work / f"{name}.log").write_text(log)


def test_frames_stay_where_a_melt_fails(tmp_path):
    """The file that ships is another one when all melts are there, to their ends."""
    for name in ("make-potential", "deepsea-first-run", "paper"):
        shutil.copytree(ROOT / "examples" / name, tmp_path / name)
    (tmp_path / "lmp").symlink_to(shutil.which("false"))
    frames, work = tmp_path / "make-potential" / "frames.xyz", tmp_path / "work"
    work.mkdir()

    def make():
        return subprocess.run(
            [sys.executable, tmp_path / "make-potential" / "make_frames.py", work],
            env=dict(os.environ, PATH=f"{tmp_path}:{os.environ['PATH']}"), capture_output=True,
            text=True, check=False, timeout=TIMEOUT)

    whole = "LAMMPS\nTotal wall time: 0:00:01\n"
    for log in (None, "LAMMPS\n"):
        for name in "abc":
            if log:
                write_melt(work, name, log if name == "b" else whole)
        done = make()
        assert done.returncode == 1 and "lmp" in done.stderr
        assert frames.read_text() == (FOLDER / "frames.xyz").read_text()
    write_melt(work, "b", whole)
    assert make().returncode == 0 and frames.read_text().count("Lattice=") == 9
    assert not frames.with_name("frames.xyz.part").exists()


def test_a_folder_of_frames_is_whole(tmp_path, monkeypatch):
    """It is there when its last file is, which other scripts take it for."""
    monkeypatch.syspath_prepend(ROOT / "examples" / "deepsea-first-run")
    import make_models    # pylint: disable=import-outside-toplevel
    write_melt(tmp_path, "m1", "")
    save = np.save

    def killed(path, value):
        if path.name == "virial.npy":
            raise KeyboardInterrupt
        save(path, value)

    monkeypatch.setattr(np, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        make_models.write_frames(tmp_path, "m1")
    assert not (tmp_path / "data" / "m1").exists()
    monkeypatch.setattr(np, "save", save)
    for _ in range(2):
        make_models.write_frames(tmp_path, "m1")
        assert len(list((tmp_path / "data" / "m1" / "set.000").glob("*.npy"))) == 5
        assert [path.name for path in (tmp_path / "data").iterdir()] == ["m1"]
    assert np.load(tmp_path / "data" / "m1" / "set.000" / "coord.npy")[2, 2] == 20
