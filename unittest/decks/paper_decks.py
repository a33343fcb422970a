# SPDX-License-Identifier: GPL-2.0-only
"""Copies of examples/paper, and how tests run their decks and scripts."""
import os
import re
import shutil
import subprocess
import sys

import pytest

from deck import ROOT, TIMEOUT, environment, frame

sys.path.insert(0, os.path.join(ROOT, "examples", "paper"))
import glass_analysis as ga    # noqa: E402,F401  (for the tests)


def copy_decks(target):
    """The folder paper of a copy of the decks, beside what they include."""
    for name in ("paper", "melt-quench"):
        shutil.copytree(os.path.join(ROOT, "examples", name), target / name)
    return target / "paper"


def command(deck, *words, start="glass"):
    """Words that call a deck on a stored glass, or on that of a data file."""
    path = frame(start) if isinstance(start, str) else start
    return ["lmp", "-in", f"in.{deck}", "-log", "none", "-var", "start", str(path), *words]


def call(folder, name, *words, start="glass", deck=None):
    """What became of a deck of a folder, of the same name if it isn't said."""
    return subprocess.run(command(deck or name, *words, start=start), cwd=folder / name, text=True,
                          capture_output=True, timeout=TIMEOUT, check=False, env=environment(1))


def run(folder, name, *words, start="glass", deck=None):
    """Output of a deck that has to succeed."""
    done = call(folder, name, *words, start=start, deck=deck)
    assert done.returncode == 0, done.stdout[-2000:]
    return done.stdout


def kill_at(step, words, folder):
    """Kills a deck in a piece behind this step, or a later one if it is fast."""
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, text=True,
                          env=environment(1)) as program:
        for line in program.stdout:
            found = re.match(r"\w+: step (\d+) of", line)
            if found and int(found[1]) >= step:
                break
        else:
            pytest.fail(f"the run has ended before step {step}")
        program.kill()


def refuses(folder, name, *words, kept, **how):
    """Whether a deck says that what goes on under this name began otherwise."""
    done = call(folder, name, *words, **how)
    return done.returncode != 0 and (
        f"{kept} began otherwise: compare {kept}.setup and .now, or name another out"
        in done.stdout)


def call_script(folder, name, *words, file="plot.py"):
    """What became of a script of a folder."""
    return subprocess.run([sys.executable, file, *map(str, words)], cwd=folder / name, text=True,
                          capture_output=True, timeout=TIMEOUT, check=False, env=environment(1))


def script(folder, name, *words, file="plot.py"):
    """Output of a script that has to succeed."""
    done = call_script(folder, name, *words, file=file)
    assert done.returncode == 0, done.stderr
    return done.stdout


def complaint(folder, name, *words, file="plot.py"):
    """The one line by which a script stops."""
    done = call_script(folder, name, *words, file=file)
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stdout + done.stderr
    return done.stderr


def plot(folder, name, *words):
    """The same of a script that draws a picture."""
    out = script(folder, name, *words)
    assert (folder / name / f"{name}.png").stat().st_size > 10000
    return out
