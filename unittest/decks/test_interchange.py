# SPDX-License-Identifier: GPL-2.0-only
"""examples/interchange: structures of other programs, and LAMMPS called by others."""
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from deck import (DEEPSEA, DENG_DU, ROOT, TIMEOUT, environment, frame, read_frame, system,
                  thermo)
from deepsea_glass import SMALL

FOLDER = ROOT / "examples" / "interchange"
ELEMENTS = np.array(["", "Li", "B", "O", "Si"])
TWO_BODY = (f"pair_style fmp/lbs 8.0 coul dsf 0.25 8.0\n{DENG_DU} charges set\n"
            "pair_modify shift yes\n" + thermo("step pe") + "run 0\n")
needs_ase = pytest.mark.skipif(importlib.util.find_spec("ase") is None, reason="there is no ase")


def module_folder():
    """Folder of LAMMPS' Python module: on the path, or with the sources of cmake/deps.sh."""
    if importlib.util.find_spec("lammps"):
        return ""
    prefix = pathlib.Path(shutil.which("lmp") or "/x/x/x").resolve().parents[1]
    folder = prefix.parent / "src" / prefix.name / "python"
    return str(folder) if (folder / "lammps" / "core.py").exists() else None


needs_module = pytest.mark.skipif(module_folder() is None,
                                  reason="there is no Python module of LAMMPS")


def call(name, *words, cwd=None):
    """What became of a script."""
    path = os.pathsep.join(filter(None, (module_folder(), os.environ.get("PYTHONPATH"))))
    return subprocess.run([sys.executable, FOLDER / name, *map(str, words)], text=True, check=False,
                          capture_output=True, timeout=TIMEOUT, cwd=cwd,
                          env={**environment(1), "PYTHONPATH": path})


def works(name, *words, cwd=None):
    """Output of a script that has to succeed."""
    done = call(name, *words, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def energy_of(lmp, data):
    """By the Deng-Du/Teter potential."""
    return lmp(f"units metal\natom_style charge\nread_data {data}\n" + TWO_BODY).last()["PotEng"]


# ---- structures ----------------------------------------------------------------------------------


@needs_ase
@pytest.mark.parametrize("name, form", [("POSCAR", "vasp"), ("glass.cif", "cif"),
                                        ("glass.xyz", "extxyz")])
def test_structures_keep_their_energy(lmp, tmp_path, name, form):
    """A tilted cell that is turned, and mirrored where the format keeps it."""
    import ase    # pylint: disable=import-outside-toplevel
    import ase.io    # pylint: disable=import-outside-toplevel
    cell, types, x, _ = read_frame(frame("glass_triclinic"))
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn)) * (-1.0 if form == "extxyz" else 1.0)
    atoms = ase.Atoms(ELEMENTS[types], x @ turn, cell=cell @ turn, pbc=True)
    ase.io.write(tmp_path / name, atoms, format=form)
    out = works("to_lammps.py", tmp_path / name, tmp_path / "out.data")
    assert "300 atoms, types 1 Li 2 B 3 O 4 Si" in out
    _, found, _, charges = read_frame(tmp_path / "out.data")
    assert np.array_equal(np.bincount(found), np.bincount(types)) and not charges.any()
    known = energy_of(lmp, frame("glass_triclinic"))
    assert energy_of(lmp, tmp_path / "out.data") == pytest.approx(known, abs=0.02)
    assert known < -3000
    # Other types, and a larger cell.
    works("to_lammps.py", tmp_path / name, tmp_path / "more.data", "--types", "Si", "O", "B", "Li",
          "Na", "--repeat", "2", "1", "1")
    _, found, _, _ = read_frame(tmp_path / "more.data")
    assert np.array_equal(np.bincount(found)[1:], 2 * np.bincount(types)[:0:-1])
    assert re.search(r"^5 +atom types", (tmp_path / "more.data").read_text(), re.MULTILINE)


@needs_ase
def test_structures_that_cannot_run(tmp_path):
    def complaint(text, *words):
        (tmp_path / "x.xyz").write_text(text)
        done = call("to_lammps.py", tmp_path / "x.xyz", tmp_path / "out.data", *words)
        assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
        assert not (tmp_path / "out.data").exists()
        return done.stderr

    cell = 'Lattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3\n'
    assert "has Na P, which --types Li B O Si lacks" in complaint(
        f"3\n{cell}Na 0 0 0\nO 2 0 0\nP 0 2 0\n")
    assert "has no cell" in complaint("2\n\nLi 0 0 0\nO 2 0 0\n")
    assert "atoms 1 and 3 are 0.100 A apart; is an atom there twice?" in complaint(
        f"3\n{cell}Li 0 0 0\nO 2 0 0\nLi 4.9 0 0\n")
    assert "ASE cannot read it" in complaint("nothing\n")
    assert "a position is no number" in complaint(f"2\n{cell}Li nan 0 0\nO 2 0 0\n")
    done = call("to_lammps.py", tmp_path / "none.cif", tmp_path / "out.data")
    assert done.returncode == 1 and "none.cif: there is no such file" in done.stderr
    for words, message in ((("--repeat", "0", "1", "1"), "--repeat takes numbers from 1 on"),
                           (("--types", "Li", "Bo", "O"), "--types: Bo: no symbol of an element"),
                           (("--types", "Li", "Li", "O"), "--types has an element twice")):
        done = call("to_lammps.py", FOLDER / "Li2O.cif", tmp_path / "out.data", *words)
        assert done.returncode == 2 and message in done.stderr
    done = call("to_lammps.py", FOLDER / "Li2O.cif", tmp_path / "none" / "out.data")
    assert done.returncode == 1 and done.stderr.startswith("[Errno 2] No such file or directory")
    text = (FOLDER / "Li2O.cif").read_text().replace(
        "_atom_site_fract_x\n", "_atom_site_occupancy\n_atom_site_fract_x\n")
    (tmp_path / "half.cif").write_text(text.replace("Li 0.25", "Li 0.5 0.25").replace(
        "O  0.00", "O  1.0 0.00"))
    done = call("to_lammps.py", tmp_path / "half.cif", tmp_path / "out.data")
    assert done.returncode == 1 and "sites are occupied in part" in done.stderr


# ---- OVITO and ASE -------------------------------------------------------------------------------


def test_columns_of_atoms(lmp, tmp_path):
    """The dump has the elements and what the computes count; extended XYZ has the same."""
    result = lmp.run((FOLDER / "in.columns").read_text(), 1,
                     ["-var", "start", frame("glass"), "-var", "out", tmp_path / "glass"],
                     cwd=FOLDER)
    assert result.status == 0, result.log[-2000:]
    lines = (tmp_path / "glass.dump").read_text().splitlines()
    assert lines[8] == "ITEM: ATOMS id element x y z coordination bridging smallest_ring rings_3"
    rows = [line.split() for line in lines[9:]]
    _, types, _, _ = read_frame(frame("glass"))
    assert [row[1] for row in rows] == list(ELEMENTS[types])
    boron = np.array([int(row[5]) for row in rows if row[1] == "B"])
    deck = (system() + "pair_style zero 6.0\npair_coeff * *\n"
            "compute coord all boron/coord types Li B O Si\n" + thermo("step c_coord[2] c_coord[3]")
            + "run 0\n")
    last = lmp(deck).last()
    assert np.count_nonzero(boron == 3) == last["c_coord[2]"] > 0
    assert np.count_nonzero(boron == 4) == last["c_coord[3]"] > 0
    assert max(int(row[7]) for row in rows) >= 3
    assert works("dump2xyz.py", tmp_path / "glass.dump", tmp_path / "glass.xyz").endswith(
        "1 frames\n")
    text = (tmp_path / "glass.xyz").read_text().splitlines()
    assert text[1].endswith("Properties=species:S:1:pos:R:3:id:I:1:coordination:I:1:bridging:I:1:"
                            "smallest_ring:I:1:rings_3:I:1")
    assert [line.split()[:5] for line in text[2:]] == [[*row[1:5], row[0]] for row in rows]
    if importlib.util.find_spec("ase"):
        import ase.io    # pylint: disable=import-outside-toplevel
        atoms = ase.io.read(tmp_path / "glass.xyz")
        assert atoms.arrays["coordination"][atoms.symbols == "B"].tolist() == boron.tolist()

    whole = "\n".join(lines) + "\n"
    later = whole.replace("TIMESTEP\n0\n", "TIMESTEP\n10\n")
    (tmp_path / "twice.dump").write_text(whole + later + later)
    assert works("dump2xyz.py", tmp_path / "twice.dump", tmp_path / "twice.xyz").endswith(
        "2 frames\n")
    (tmp_path / "x.xyz").write_text("as before")
    (tmp_path / "cut.dump").write_text(whole[:-40] + later)    # no atoms of step 10 at step 0
    done = call("dump2xyz.py", tmp_path / "cut.dump", tmp_path / "x.xyz")
    assert done.returncode == 1 and "a frame in the middle is broken" in done.stderr
    before = (tmp_path / "twice.dump").read_text()
    done = call("dump2xyz.py", tmp_path / "twice.dump", tmp_path / "twice.dump")
    assert done.returncode == 1 and "twice.dump is to be read; name another" in done.stderr
    assert (tmp_path / "twice.dump").read_text() == before
    (tmp_path / "less.dump").write_text(whole.replace("element", "type"))
    done = call("dump2xyz.py", tmp_path / "less.dump", tmp_path / "x.xyz")
    assert done.returncode == 1 and "the dump needs the columns id, element" in done.stderr
    (tmp_path / "none.dump").write_text("")
    done = call("dump2xyz.py", tmp_path / "none.dump", tmp_path / "x.xyz")
    assert done.returncode == 1 and "none.dump: has no frame" in done.stderr
    assert (tmp_path / "x.xyz").read_text() == "as before"


# ---- Python --------------------------------------------------------------------------------------


@needs_module
def test_a_structure_that_is_not_there():
    """Is told in one line; by ASE's script where there is ASE."""
    scripts = ["by_lammps_module.py"] + ["by_ase.py"] * bool(importlib.util.find_spec("ase"))
    for script in scripts:
        done = call(script, "nowhere.data")
        assert done.returncode == 1 and done.stderr == "nowhere.data: there is no such file\n"


@needs_module
@pytest.mark.parametrize("model", [False, pytest.param(True, marks=pytest.mark.skipif(
    not DEEPSEA, reason="the plugin was built without deepsea"))])
def test_energies_from_python(lmp, model):
    out = works("by_lammps_module.py", frame("glass"), *([SMALL[0]] if model else []))
    found = [float(e) for e in re.findall(r": +(\S+) eV, largest", out)]
    assert len(found) == 4 and found == sorted(found, reverse=True) and found[0] > found[-1] + 10
    style = f"pair_style deepsea {SMALL[0]}\npair_coeff * * Li B O Si\n"
    potential = style + thermo("step pe") + "run 0\n" if model else TWO_BODY
    assert found[0] == pytest.approx(lmp(system() + potential).last()["PotEng"], abs=1e-3)


@needs_ase
@needs_module
def test_a_calculator_of_ase(lmp, tmp_path):
    """The energy of a crystal as read is that of a deck, and the relaxed one is lower."""
    crystal = FOLDER / "Li2O.cif"
    out = works("by_ase.py", crystal)
    before, after, edge = map(float, re.search(
        r"Li8O4: (\S+) eV/atom as read, (\S+) relaxed; cell (\S+)", out).groups())
    works("to_lammps.py", crystal, tmp_path / "li2o.data")
    assert 12 * before == pytest.approx(energy_of(lmp, tmp_path / "li2o.data"), abs=2e-3)
    assert after < before - 0.001 and 4.4 < edge < 4.7


# ---- sodium --------------------------------------------------------------------------------------


@pytest.mark.skipif(not DEEPSEA, reason="the plugin was built without deepsea")
def test_sodium_borosilicate(tmp_path):
    """A converted model drives the deck, and then one of examples/paper with other elements."""
    subprocess.run(["deepsea", "convert", FOLDER / "na-small.dp", tmp_path / "na.pt"], check=True,
                   capture_output=True, timeout=TIMEOUT)

    def deck(name, folder, *words):
        return subprocess.run(["lmp", "-in", f"in.{name}", "-log", "none", "-var", "model",
                               tmp_path / "na.pt", *words], cwd=folder, text=True, check=False,
                              capture_output=True, timeout=TIMEOUT, env=environment(1))

    out = tmp_path / "na"
    done = deck("sodium", FOLDER, "-var", "n_Si", "6", "-var", "melt", "60", "-var", "cool", "100",
                "-var", "hold", "40", "-var", "every", "20", "-var", "out", out)
    assert done.returncode == 0, done.stdout[-2000:]
    boron = re.search(r"^four-coordinated boron: (\S+) %, three-membered rings: \d+$", done.stdout,
                      re.M)
    assert 0.0 <= float(boron[1]) <= 100.0
    text = (tmp_path / "na.data").read_text()
    assert "42 atoms" in text and "22.98977" in text
    energies = np.loadtxt(tmp_path / "na.scalar")[:, 1]
    assert len(energies) == 8 and (energies < -500).all()
    structure = ROOT / "examples" / "paper" / "structure"
    words = ("-var", "start", tmp_path / "na.data", "-var", "hold", "0.02", "-var", "average",
             "0.04", "-var", "frame", "0.01", "-var", "out", tmp_path / "s")
    done = deck("structure", structure, *words)
    assert done.returncode != 0 and "Li" in done.stdout.partition("ERROR")[2]
    for path in tmp_path.glob("s.*"):
        path.unlink()
    done = subprocess.run(["lmp", "-in", "in.columns", "-log", "none", "-var", "start",
                           tmp_path / "na.data", "-var", "out", tmp_path / "columns", "-var",
                           "elements", "Na B O Si"], cwd=FOLDER, text=True, check=False,
                          capture_output=True, timeout=TIMEOUT, env=environment(1))
    assert done.returncode == 0, done.stdout[-2000:]
    rows = (tmp_path / "columns.dump").read_text().splitlines()[9:]
    assert [row.split()[1] for row in rows].count("Na") == 6
    two_body = ["lmp", "-in", "in.structure", "-log", "none", *words, "-var", "potential", "lbs",
                "-var", "elements", "Na B O Si"]
    done = subprocess.run(two_body, cwd=structure, text=True, check=False, capture_output=True,
                          timeout=TIMEOUT, env=environment(1))
    assert done.returncode != 0 and "lbs.fmp has no element 'Na'" in done.stdout
    for path in tmp_path.glob("s.*"):
        path.unlink()
    done = deck("structure", structure, *words, "-var", "elements", "Na B O Si")
    assert done.returncode == 0, done.stdout[-2000:]
    done = subprocess.run([sys.executable, structure / "plot.py", tmp_path / "s", "--qmax", "6",
                           "--elements", "Na", "B", "O", "Si", "--picture", tmp_path / "s.png"],
                          capture_output=True, text=True, check=False, timeout=TIMEOUT)
    if "No module named 'matplotlib'" not in done.stderr:
        assert done.returncode == 0 and re.search(r"^Na-O: 2\.\d+ A", done.stdout, re.M)
