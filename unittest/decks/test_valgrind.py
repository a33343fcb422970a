# SPDX-License-Identifier: GPL-2.0-only
"""A short deck of everything under valgrind: no error may have our code on its stack.

What MPI and libtorch do by themselves is not ours, so errors are taken from valgrind's XML and
counted by the objects on their stacks. valgrind knows no AVX-512, so this is the AVX2 code.
"""
import os
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

from deck import DEEPSEA, DSF, environment, system
from deepsea_models import frame_deck
from rings import CUTOFFS, TYPES

VALGRIND = os.environ.get("LBS_VALGRIND")
OURS = "lbs"    # in the names of all our shared objects

pytestmark = pytest.mark.skipif(VALGRIND is None, reason="LBS_VALGRIND names no valgrind")


def errors(folder, *command):
    """Run a program under valgrind: (its exit status, stacks with our code, other stacks)."""
    report = folder / "valgrind.xml"
    done = subprocess.run([VALGRIND, "--xml=yes", f"--xml-file={report}", "--leak-check=no",
                           "--trace-children=no", *map(str, command)], cwd=folder, timeout=500,
                          capture_output=True, text=True, check=False, env=environment(1))
    ours, others = [], []
    for error in ElementTree.parse(report).getroot().iter("error"):
        frames = [(frame.findtext("obj", ""), frame.findtext("fn", "?"))
                  for frame in error.iter("frame")]
        mine = any(OURS in os.path.basename(file) for file, _ in frames)
        (ours if mine else others).append((error.findtext("kind"), frames))
    return done, ours, others


def deepsea_deck(folder, models):
    """Two models, core, deviations and stresses."""
    return (frame_deck("cluster_bo", ["O", "B"], folder)
            + f"pair_style deepsea {models('two_types')} {models('two_types')} table 1.0e-4 "
            "core/zbl 0.9 1.4 out_freq 1\npair_coeff * * O B\n"
            "compute sa all stress/atom NULL pair\ncompute ca all centroid/stress/atom NULL pair"
            "\ncompute s all reduce sum c_sa[1] c_ca[9]\nthermo 1\n"
            "thermo_style custom step pe press c_s[*]\nfix nve all nve\nrun 2\nclear\n")


def test_a_short_deck(tmp_path, models):
    """deepsea, where it is built; then fmp/lbs with rings and coordination."""
    fmp = (system("tiny") + DSF.replace("8.0", "5.0") + " charges set\n"
           f"compute r all ring/stats {TYPES} {CUTOFFS} max 4\ncompute b all boron/coord {TYPES}\n"
           "thermo_style custom step pe c_r[1] c_b[1]\nfix nve all nve\nrun 1\n")
    deepsea = deepsea_deck(tmp_path, models) if DEEPSEA else ""
    (tmp_path / "in.deck").write_text(deepsea + fmp)
    done, ours, _ = errors(tmp_path, "lmp", "-in", "in.deck", "-log", "none")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stdout.count("Loop time") == 1 + DEEPSEA
    assert not ours


def test_an_uninitialized_number_is_noticed(tmp_path):
    """Negative control: a program of ours that branches on what it never set."""
    done, ours, _ = errors(tmp_path, os.environ["LBS_UNINITIALIZED"])
    assert done.returncode == 0
    assert [kind for kind, _ in ours] == ["UninitCondition"]
