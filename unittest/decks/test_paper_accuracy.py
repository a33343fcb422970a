# SPDX-License-Identifier: GPL-2.0-only
"""examples/paper/accuracy: the same errors by LAMMPS and by `deepsea test`, and planted ones."""
import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from deck import DEEPSEA, POTENTIALS, TIMEOUT
from deepsea_glass import SMALL
from label_frames import LBS
from paper_decks import complaint, copy_decks, plot, script

pytest.importorskip("h5py")
sys.path.insert(0, LBS)
import to_hdf5    # noqa: E402

VALIDATION = POTENTIALS / "lbs" / "data" / "validation"
SYSTEMS = ("B2O3.B18O27", "LBS-40-20-40.Li12B6O27Si6")
HEAD = "model set frame atom element quantity label prediction\n"


@pytest.fixture(name="folder")
def make_folder(tmp_path):
    """A copy of the decks with the first labelled frame of two systems beside them."""
    for name in SYSTEMS:
        system = tmp_path / "labels" / name
        shutil.copytree(VALIDATION / name, system)
        for array in system.glob("set.000/*.npy"):
            np.save(array, np.load(array)[:1])
        words = system / "frames.txt"
        words.write_text(words.read_text().splitlines(keepends=True)[0])
    return copy_decks(tmp_path)


def numbers(path):
    """Quantities, labels and predictions of a parity file, without the virials."""
    rows = [line.split() for line in path.read_text().splitlines() if line[0] in "0123456789"]
    rows = [row for row in rows if row[5][0] != "v"]
    return [row[:6] for row in rows], np.array([row[6:] for row in rows], float)


def by_lammps(folder, out, *words):
    script(folder, "accuracy", folder / out, *words, file="by_lammps.py")
    return numbers(folder / out)


@pytest.mark.skipif(not DEEPSEA, reason="the plugin was built without deepsea")
def test_lammps_and_the_program_agree(folder):
    labels = folder.parent / "labels"
    subprocess.run(["deepsea", "test", SMALL[0], labels, "--parity", folder / "program.parity"],
                   check=True, capture_output=True, timeout=TIMEOUT)
    names, found = numbers(folder / "program.parity")
    again, lammps = by_lammps(folder, "lammps.parity", labels, "-var", "model", SMALL[0])
    assert names == again and len(names) == 2 + 3 * (45 + 51)
    assert np.allclose(found[:, 0], lammps[:, 0], atol=1e-8) and np.ptp(found[:, 0]) > 5
    # The deck's style is in mixed precision and has a core.
    assert np.allclose(found[:, 1], lammps[:, 1], atol=2e-4) and np.std(found[2:, 1]) > 0.5
    out = plot(folder, "accuracy", "small=" + str(folder / "program.parity"))
    mae = np.abs(found[2:, 0] - found[2:, 1])[[n[5][0] == "f" for n in names[2:]]].mean()
    row = re.search(r"^all .*\n\s+2\s+(\S+) \+-", out, re.M)
    assert float(row[1]) == pytest.approx(mae, rel=0.01)
    assert re.search(r"^B2O3 +1 ", out, re.M) and re.search(r"^2500 +1 ", out, re.M)
    # The words of the frames come along into an HDF5 file.
    assert to_hdf5.pack(str(labels), str(folder / "labels.hdf5")) == 2
    subprocess.run(["deepsea", "test", SMALL[0], folder / "labels.hdf5", "--parity",
                    folder / "packed.parity"], check=True, capture_output=True, timeout=TIMEOUT)
    packed = plot(folder, "accuracy", "small=" + str(folder / "packed.parity"))
    assert packed.splitlines()[1:] == out.splitlines()[1:]
    (folder / "labels.hdf5").unlink()
    assert "temperatures: not known" in plot(folder, "accuracy",
                                             "small=" + str(folder / "packed.parity"))


def test_forces_turn_with_the_frame(folder):
    """Turned, mirrored and moved, in a cell that LAMMPS does not know as it stands."""
    system = folder.parent / "labels" / SYSTEMS[1]
    shutil.rmtree(folder.parent / "labels" / SYSTEMS[0])
    _, before = by_lammps(folder, "a.parity", system, "-var", "potential", "deng_du")
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    turn[0] *= -np.sign(np.linalg.det(turn))
    assert np.linalg.det(turn) == pytest.approx(-1.0)
    box = np.load(system / "set.000" / "box.npy").reshape(-1, 3, 3)
    x = np.load(system / "set.000" / "coord.npy").reshape(-1, 51, 3)
    # The second and third vectors lean; atoms stay where they are.
    box[:, 1] += box[:, 0]
    box[:, 2] -= box[:, 1]
    np.save(system / "set.000" / "box.npy", (box @ turn).reshape(len(box), 9))
    np.save(system / "set.000" / "coord.npy", ((x + [1.0, -9.0, 30.0]) @ turn).reshape(len(x), -1))
    _, after = by_lammps(folder, "b.parity", system, "-var", "potential", "deng_du")
    assert after[0, 1] == pytest.approx(before[0, 1], abs=1e-6)
    one, other = (v[1:, 1].reshape(-1, 3) for v in (before, after))
    assert np.allclose(one @ turn, other, atol=1e-4) and np.std(one) > 1.0
    assert np.abs(one - other).max() > 1.0


def write_parity(folder, frames, seed=1):
    """Frames with errors that are known: forces of Li 0.1 eV/A too large, of O 0.3 too small, of B
    right; energies off by 2 eV for each Li, -1 eV for each O.
    """
    rng = np.random.default_rng(seed)
    system = folder / "set" / "LBS-20-60-20.x"
    system.mkdir(parents=True)
    system.joinpath("frames.txt").write_text("".join(
        json.dumps({"system": "LBS-20-60-20", "T": 300 if k % 2 else 900}) + "\n"
        for k in range(frames)))
    text = f"# set 1: {system}\n{HEAD}"
    for k in range(frames):
        atoms = ["Li"] * (1 + k % 3) + ["O"] * (2 + k % 2) + ["B"] * 2
        shift = (2.0 * (1 + k % 3) - (2 + k % 2)) / len(atoms)
        label = rng.normal()
        text += f"1 1 {k + 1} 0 - energy {label:.9f} {label + shift:.9f}\n"
        for i, element in enumerate(atoms, 1):
            for axis in "xyz":
                label = rng.normal()
                off = {"Li": 0.1, "O": -0.3, "B": 0.0}[element]
                text += f"1 1 {k + 1} {i} {element} f{axis} {label:.9f} {label + off:.9f}\n"
    (folder / "planted.parity").write_text(text)
    return str(folder / "planted.parity")


def test_planted_errors(folder):
    path = write_parity(folder, 12)
    out = plot(folder, "accuracy", f"planted={path}")
    assert "constants" not in out
    for element, error in (("Li", 0.1), ("O", 0.3), ("B", 0.0)):
        row = re.search(rf"^{element} +\d+ +(\S+) \+- +(\S+) +(\S+)$", out, re.M)
        assert [float(row[1]), float(row[2])] == [error, 0.0] and float(row[3]) > 0.5
    assert "paper 0.261 eV/A" in out
    assert re.search(r"^300 +6 .*\n900 +6 ", out, re.M)
    energy = r"^LBS-20-60-20 +12 .* (\S+) \+- +\S+   paper"
    assert float(re.search(energy, out, re.M)[1]) > 0.1
    out = plot(folder, "accuracy", f"planted={path}", "--constants")
    assert "3 constants taken off" in out
    assert float(re.search(energy, out, re.M)[1]) == 0.0


def test_what_is_wrong_is_named(folder):
    path = write_parity(folder, 5)
    assert "planted.parity: 5 frames are too few to fit 3 constants" in complaint(
        folder, "accuracy", f"a={path}", "--constants")
    text = (folder / "planted.parity").read_text()
    for wrong, message in ((text[:-20], "is no whole file"), ("", "is no whole file"),
                           (text + text.splitlines()[2].replace("1", "2", 1) + "\n",
                            "has several models"),
                           (text.partition(HEAD)[0] + HEAD + text.splitlines()[2] + "\n",
                            "no frame has both energy and forces")):
        (folder / "wrong").write_text(wrong)
        assert f"wrong: {message}" in complaint(folder, "accuracy", f"a={folder / 'wrong'}")
    labels = folder.parent / "labels"
    words = ("x.parity", labels, "-var", "potential", "none")
    assert "LAMMPS stopped: ERROR: unknown potential none" in complaint(
        folder, "accuracy", *words, file="by_lammps.py")
    (labels / SYSTEMS[0] / "type_map.raw").write_text("Na\nB\nO\nSi\n")
    (labels / SYSTEMS[1] / "set.000" / "force.npy").unlink()
    assert "has no force.npy" in complaint(folder, "accuracy", "x.parity", labels / SYSTEMS[1],
                                           "-var", "potential", "shik", file="by_lammps.py")
    (labels / SYSTEMS[0] / "type.raw").write_text("0\n" * 45)
    assert "no atom type for Na" in complaint(folder, "accuracy", *words, file="by_lammps.py")
    (labels / SYSTEMS[0] / "type.raw").unlink()
    (labels / SYSTEMS[1] / "type.raw").unlink()
    assert "has no system in DeePMD-kit's npy format" in complaint(
        folder, "accuracy", *words, file="by_lammps.py")
    assert not (folder / "accuracy" / "x.parity").exists()
