# SPDX-License-Identifier: GPL-2.0-only
"""potentials/lbs/science.sh: glasses by several potentials in one table, on tiny cells."""
import os
import re
import subprocess
import sys

import pytest

from deck import TIMEOUT, environment
from label_frames import LBS

SHORT = ("-- -var high 600 -var up 20000 -var hold 0.02 -var down 20000 -var before 0.01 "
         "-var average 0.05 -var frame 0.01 -var settle 0.1 -var ps 0.6").split()


def science(folder, *words, **settings):
    path = f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"
    env = dict(environment(1), PATH=path, GLASSES="LBS_40_20_40", SEEDS="1 2",
               MPLCONFIGDIR=str(folder),
               FIRST="-var natoms 100 -var melt 0.1 -var rate 10000 -var hold 0.1 "
                     "-var average 0.05") | settings
    return subprocess.run(["bash", f"{LBS}/science.sh", *words], cwd=folder, capture_output=True,
                          text=True, timeout=TIMEOUT, check=False, env=env)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("science")
    return folder, science(folder, "glasses", "ddt=deng_du", "shik=shik", *SHORT)


def test_all_potentials_have_a_row_for_the_glass(made):
    folder, done = made
    assert done.returncode == 0, done.stdout + done.stderr
    rows = re.findall(r"^LBS_40_20_40 +56\.5 +(\S+) \+- +(\S+) .* (\S+) \+- +\S+$", done.stdout,
                      re.MULTILINE)
    assert len(rows) == 2 and all(abs(float(off)) < 30 for _, _, off in rows)
    assert "ddt (deng_du)" in done.stdout and "shik (shik)" in done.stdout
    for name in ("ddt", "shik"):
        fractions = [float(line.split()[2]) for seed in (1, 2) for line in
                     (folder / "glasses" / f"LBS_40_20_40-{name}-{seed}.final").read_text()
                     .splitlines() if line[0] != "#"]
        assert len(fractions) == 10 and all(0.0 < f <= 1.0 for f in fractions)
        assert (folder / "glasses" / f"{name}.png").stat().st_size > 1000


def test_what_is_there_is_not_made_again(made):
    folder, _ = made
    times = {path: path.stat().st_mtime_ns for path in (folder / "glasses").glob("*.data")}
    assert len(times) == 10
    assert science(folder, "glasses", "ddt=deng_du", "shik=shik", *SHORT).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_what_is_there_is_of_the_same_words_and_files(made, tmp_path):
    """Other variables and another model are refused; what has no words is taken with a remark."""
    folder, done = made
    other = science(folder, "glasses", "ddt=deng_du", "shik=shik", *SHORT[:-1], "0.7")
    assert other.returncode == 1
    assert "-ddt-1: is of other words or files, see " in other.stderr
    assert science(folder, "glasses", "ddt=shik", *SHORT).returncode == 1
    (folder / "glasses" / "LBS_40_20_40-ddt-1.words").rename(tmp_path / "words")
    taken = science(folder, "glasses", "ddt=deng_du", "shik=shik", *SHORT)
    assert taken.returncode == 0 and taken.stdout == done.stdout
    assert "-ddt-1.words, so nobody knows by what it was made; taken as it is" in taken.stderr
    (tmp_path / "words").rename(folder / "glasses" / "LBS_40_20_40-ddt-1.words")


def test_a_model_that_has_changed_is_another(made):
    """By its checksum, though it has the same name."""
    folder, _ = made
    model = folder / "m.pt"
    model.write_text("one")
    out = f"{folder}/glasses/other"
    check = f". {LBS}/runs.sh; is_made {out} data in.quench -var model {model} && echo there"
    said = []
    for text in ("one", "one", "two"):
        model.write_text(text)
        done = subprocess.run(["bash", "-c", check], capture_output=True, text=True, check=False)
        said.append((done.returncode, done.stdout + done.stderr))
        (folder / "glasses" / "other.data").write_text("")
    assert said[0] == (1, "") and said[1] == (0, "there\n")
    assert said[2][0] == 1 and "other: is of other words or files" in said[2][1]


def test_a_run_that_stops_is_told(made):
    """Of a glass, and of the one that it starts with."""
    folder, _ = made
    done = science(folder, "glasses", "none=no_such_potential", *SHORT)
    assert done.returncode == 1 and "LAMMPS did not reach the end, see" in done.stderr
    done = science(folder, "first", "ddt=deng_du", FIRST="-var natoms none")
    assert done.returncode == 1
    assert re.search(r"LAMMPS did not reach the end, see .*start-LBS_40_20_40-1.log", done.stderr)
    assert science(folder, "glasses").returncode == 2


def test_a_missing_model_is_told_before_any_run(tmp_path):
    done = science(tmp_path, "glasses", "ddt=deng_du", "fast=nothere.pt", *SHORT)
    assert done.returncode == 1 and done.stderr == "there is no model file nothere.pt\n"
    assert not list((tmp_path / "glasses").iterdir())
