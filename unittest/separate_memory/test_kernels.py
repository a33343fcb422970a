# SPDX-License-Identifier: GPL-2.0-only
"""Tests of the kernels of deepsea/kk, each against the function of the CPU, on the separate memory.
"""
import os
import pathlib
import re
import subprocess

import pytest

from device import ENVIRONMENT, without_left_files

FOLDER = pathlib.Path(os.environ["LBS_SEPARATE_MEMORY"]) / "kernels"
PROGRAMS = sorted(path.name for path in FOLDER.glob("test_*") if os.access(path, os.X_OK))


@pytest.mark.parametrize("program", PROGRAMS)
def test_kernel(program):
    with without_left_files():
        done = subprocess.run([FOLDER / program, "--gtest_brief=1"], capture_output=True, text=True,
                              env={**os.environ, **ENVIRONMENT})
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert int(re.search(r"PASSED +\] (\d+) test", done.stdout)[1]) > 0


def test_there_are_kernels():
    assert len(PROGRAMS) > 8
