# SPDX-License-Identifier: GPL-2.0-only
"""Models and frames for the tests of deepsea: those that DeePMD-kit's numbers are known for."""
import json
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np
import pytest

from deck import MASS, ROOT, TIMEOUT

REFERENCE = ROOT / "unittest" / "reference" / "deepsea"
FRAMES = json.loads((REFERENCE / "frames.json").read_text())
# Exclusions of a whole model and silut are none of what the package covers.
REFUSED = {"model_exclusions", "silut_one"}
MODELS = sorted({p.stem for p in REFERENCE.glob("*.json")} - {"frames"} - REFUSED)


def reference(model):
    """Numbers of DeePMD-kit for a model: a dict with `type_map` and `frames`."""
    return json.loads((REFERENCE / f"{model}.json").read_text())


def convert(source, target):
    """Run `deepsea convert`; returns its output, whatever its exit status."""
    if shutil.which("deepsea") is None:
        pytest.fail("the program deepsea is not on the path: '. build/env.sh' first")
    done = subprocess.run(["deepsea", "convert", str(source), str(target)], capture_output=True,
                          text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def extxyz(frame):
    """A frame of the reference as extended XYZ."""
    cell = ""
    if frame["cell"]:
        cell = 'Lattice="' + " ".join(repr(v) for row in frame["cell"] for v in row) + '" '
    lines = [str(len(frame["elements"])), cell + "Properties=species:S:1:pos:R:3"]
    lines += [f"{e} {x!r} {y!r} {z!r}" for e, (x, y, z) in
              zip(frame["elements"], frame["positions"])]
    return "\n".join(lines) + "\n"


def evaluate(model, frames):
    """Results of `deepsea eval --reference` for frames like those of frames.json."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "frames.xyz"
        file.write_text("".join(extxyz(frame) for frame in frames))
        done = subprocess.run(["deepsea", "eval", str(model), str(file), "--reference", "--json"],
                              capture_output=True, text=True, check=True, timeout=TIMEOUT)
    return json.loads(done.stdout)["frames"]


class Models:
    """Converted models, each made once, in one folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def __call__(self, name):
        target = self.folder / f"{name}.pt"
        if not target.exists():
            status, said = convert(REFERENCE / f"{name}.dp", target)
            assert status == 0, said
        return target


def frame_deck(name, elements, folder):
    """Lines that make a frame of frames.json the system; writes its data file to `folder`."""
    frame = FRAMES[name]
    cell = frame["cell"]
    positions = np.array(frame["positions"])
    boundary = "p p p"
    if cell is None:
        boundary = "f f f"
        low, high = positions.min() - 5.0, positions.max() + 5.0
        box = [f"{low:.17g} {high:.17g} {x}lo {x}hi" for x in "xyz"]
    else:
        box = [f"0 {cell[k][k]:.17g} {x}lo {x}hi" for k, x in enumerate("xyz")]
        tilt = (cell[1][0], cell[2][0], cell[2][1])
        if any(tilt):
            box.append("{:.17g} {:.17g} {:.17g} xy xz yz".format(*tilt))
    lines = ["made by a test", "", f"{len(positions)} atoms", f"{len(elements)} atom types", ""]
    lines += [*box, "", "Masses", "", *(f"{k} {MASS[e]}" for k, e in enumerate(elements, 1))]
    lines += ["", "Atoms # atomic", ""]
    for k, (symbol, x) in enumerate(zip(frame["elements"], positions), 1):
        lines.append(f"{k} {elements.index(symbol) + 1} {x[0]:.17g} {x[1]:.17g} {x[2]:.17g}")
    data = pathlib.Path(folder) / f"{name}.data"
    data.write_text("\n".join(lines) + "\n")
    return (f"units metal\nboundary {boundary}\natom_style atomic\n"
            f"read_data {data}\n")
