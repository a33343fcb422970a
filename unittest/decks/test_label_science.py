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


def science(folder, *words):
    path = f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"
    env = dict(environment(1), PATH=path, GLASSES="LBS_40_20_40", SEEDS="1 2",
               MPLCONFIGDIR=str(folder),
               FIRST="-var natoms 100 -var melt 0.1 -var rate 10000 -var hold 0.1 "
                     "-var average 0.05")
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


def test_a_run_that_stops_is_told(made):
    folder, _ = made
    done = science(folder, "glasses", "none=no_such_potential", *SHORT)
    assert done.returncode == 1 and "LAMMPS did not reach the end, see" in done.stderr
    assert science(folder, "glasses").returncode == 2
