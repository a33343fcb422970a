# SPDX-License-Identifier: GPL-2.0-only
"""examples/melt-quench with protocols of a few hundred steps."""
import os
import re
import signal
import subprocess
import sys

import numpy as np
import pytest

from deck import (MASS, POTENTIALS, ROOT, TIMEOUT, catches_interrupts, density_of, environment,
                  needs_deepsea, read_frame, wait_for)

FOLDER = ROOT / "examples" / "melt-quench"
DENSITY = 1.0e-3    # relative; cell edges in data files have 16 digits, the masses are the deck's
SHORT = {"melt": 0.2, "rate": 32000, "hold": 0.1, "average": 0.1, "natoms": 100, "every": 100}
# mol% of SiO2, B2O3, Li2O, and density in g/cm3 (S. Urata, arXiv:2209.00316, table 1)
GLASSES = {"LBS_20_60_20": (20, 60, 20, 2.21), "LBS_40_40_20": (40, 40, 20, 2.26),
           "LBS_10_50_40": (10, 50, 40, 2.30), "LBS_20_40_40": (20, 40, 40, 2.31),
           "LBS_30_30_40": (30, 30, 40, 2.31), "LBS_40_20_40": (40, 20, 40, 2.34),
           "LBS_50_10_40": (50, 10, 40, 2.32), "LBS_8_32_60": (8, 32, 60, 2.17),
           "LBS_15_25_60": (15, 25, 60, 2.20), "LBS_10_20_70": (10, 20, 70, 2.10),
           "LBS_5_35_60": (5, 35, 60, 2.17)}
NMR = {"LBS_20_60_20": 36.7, "LBS_40_40_20": 46.4, "LBS_10_50_40": 41.6, "LBS_20_40_40": 50.7,
       "LBS_30_30_40": 54.4, "LBS_40_20_40": 56.5, "LBS_50_10_40": 56.8, "LBS_8_32_60": 26.3,
       "LBS_15_25_60": 22.0, "LBS_10_20_70": 1.2, "LBS_5_35_60": 23.5}


def words_of(variables):
    """Words of the command line that set them."""
    return [word for name, value in variables.items() for word in ("-var", name, str(value))]


@pytest.fixture
def example(lmp, tmp_path):
    """Runs the deck with these variables; its output goes to the test's folder."""
    deck = (FOLDER / "in.melt-quench").read_text()

    def run(ranks=1, lengths=SHORT, **variables):
        words = words_of({**lengths, "out": tmp_path / "glass", **variables})
        return lmp.run(deck, ranks, words, cwd=FOLDER)
    return run


@pytest.mark.parametrize("glass", GLASSES)
def test_every_glass(example, tmp_path, glass):
    """Whole formula units near the composition, neutral, at the density of experiment."""
    result = example(glass=glass)
    assert result.status == 0, result.log[-3000:]
    cell, types, x, q = read_frame(tmp_path / "glass.data")
    n = {e: np.count_nonzero(types == t) for t, e in enumerate(MASS, 1)}
    assert n["Li"] % 2 == 0 and n["B"] % 2 == 0
    assert 2 * n["O"] == 4 * n["Si"] + 3 * n["B"] + n["Li"]
    *mol, density = GLASSES[glass]
    units = np.array([n["Si"], n["B"] / 2, n["Li"] / 2])
    assert np.abs(units - np.array(mol) / 100.0 * units.sum()).max() <= 1.0
    assert abs(len(types) - SHORT["natoms"]) <= 10
    assert abs(q.sum()) < 1.0e-9 and np.abs(q).min() > 0.5
    assert density_of(cell, types) == pytest.approx(density, rel=DENSITY)
    assert np.isfinite(x).all()
    line = re.search(rf"^{glass} lbs: 4B = (\S+) %, NMR (\S+) %", result.log, re.M)
    assert 0.0 <= float(line[1]) <= 100.0 and float(line[2]) == NMR[glass]


def test_history_and_distribution(example, tmp_path):
    """What plot.py reads: eight columns over the whole run, and g(r) of formers with oxygen."""
    assert example(potential="shik", melt=0.6).status == 0
    history = np.loadtxt(tmp_path / "glass.history", ndmin=2)
    assert history.shape[0] >= 2 and history.shape[1] >= 7
    assert (np.diff(history[:, 0]) > 0).all() and history[:, 2].min() > 100.0
    text = (tmp_path / "glass.gr").read_text().splitlines()
    rows = np.array([w for w in (line.split() for line in text if line[0] != "#") if len(w) > 4],
                    dtype=float)
    assert rows.shape[0] == 400
    boron = rows[:, 2]
    assert 1.1 < rows[boron.argmax(), 1] < 1.9, "B-O peak"


def test_plot(example, tmp_path):
    """plot.py draws a finished run, and says what is missing of an unfinished one."""
    assert example().status == 0
    plot = [sys.executable, FOLDER / "plot.py", tmp_path / "glass"]
    done = subprocess.run(plot, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    picture = (tmp_path / "glass.png").read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) > 20000
    (tmp_path / "glass.gr").write_text("# nothing\n")
    done = subprocess.run(plot, capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "no whole block yet; did the run end?" in done.stderr


def write_run(folder, potential, preset, wall, high):
    """Log and history of a run of 100 ps whose boron is fourfold by half in some of them."""
    base = folder / f"LBS_40_20_40.{potential}.{preset}"
    base.with_suffix(f".{preset}.log").write_text(f"LAMMPS\n{wall}\n")
    rows = [f"{k} {k} 300 0 0 {0.5 if k in high else 0.1}" for k in range(1, 101)]
    base.with_suffix(f".{preset}.history").write_text("# title\n" + "\n".join(rows) + "\n")


def table(*words):
    return subprocess.run([sys.executable, FOLDER / "table.py", *words], capture_output=True,
                          text=True, check=False)


def test_table(tmp_path):
    """table.py averages the end of each history and takes only finished runs of the preset."""
    write_run(tmp_path, "deng_du", "middle", "Total wall time: 0:00:01", range(81, 101))
    write_run(tmp_path, "shik", "middle", "", range(81, 101))
    write_run(tmp_path, "deng_du_nmr", "demo", "Total wall time: 0:00:01", range(91, 101))
    done = table("show", tmp_path)
    assert "40-20-40, 56.5, 50.0, --, --" in done.stdout, done.stdout + done.stderr
    assert "mean error, , -6.5, --, --" in done.stdout
    assert "40-20-40, 56.5, --, 50.0, --" in table("show", tmp_path, "--preset", "demo").stdout
    done = table("show", tmp_path / "nothing")
    assert done.returncode == 1 and "has no finished run of preset middle" in done.stderr
    done = table("show", tmp_path, "--preset", "quick")
    assert done.returncode == 1
    assert done.stderr == "unknown preset quick; presets.lmp lists demo, middle, paper\n"


def test_the_table_of_the_manual():
    """By the logs that ship."""
    page = (ROOT / "doc" / "n4_table.inc").read_text()
    said = re.findall(r"^   [\w-]+, [\d., -]+$", page, re.M)
    assert len(said) == 11
    out = table("show", FOLDER / "reference").stdout
    assert all(row in out for row in said)


def test_an_interrupt_ends_the_table(tmp_path):
    """The runs in work end, and none begins."""
    (tmp_path / "lmp").write_text(f"#!/bin/sh\necho $$ >> {tmp_path}/calls\nexec sleep 100\n")
    (tmp_path / "lmp").chmod(0o755)
    env = dict(environment(1), PATH=f"{tmp_path}:{os.environ['PATH']}")
    with subprocess.Popen([sys.executable, FOLDER / "table.py", "run", tmp_path / "out", "--jobs",
                           "1"], env=env, start_new_session=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          preexec_fn=catches_interrupts) as program:
        wait_for(tmp_path / "calls", program)
        os.killpg(program.pid, signal.SIGINT)
        program.communicate(timeout=TIMEOUT)
    assert program.returncode != 0
    assert (tmp_path / "calls").read_text().count("\n") == 1


@pytest.mark.parametrize("potential, words", [
    ("deng_du_nmr", "fraction of four-coordinated boron 0.5650 (given)"), ("shik", "SHIK"),
    pytest.param("lbs_fast", "deepsea: lbs-fast.deepsea.pt: Li B O Si", marks=needs_deepsea)])
@pytest.mark.parametrize("ranks", [1, 2])
def test_other_potentials(example, potential, words, ranks):
    result = example(ranks, potential=potential, glass="LBS_40_20_40")
    assert result.status == 0, result.log[-3000:]
    assert re.search(rf"^LBS_40_20_40 {potential}: 4B = ", result.log, re.M)
    assert words in result.log


@needs_deepsea
@pytest.mark.parametrize("choice, maker", [({"potential": "lbs_fast"}, "lbs_fast"), (
    {"model": "lbs-fast.deepsea.pt"}, "lbs-fast.deepsea.pt")])
def test_a_model_takes_over_a_melt(example, tmp_path, choice, maker):
    """The Deep Potential gets atoms that lbs has molten, and the temperature stays the melt's."""
    result = example(melt=0.6, **choice)
    assert result.status == 0, result.log[-3000:]
    assert re.search(rf"^LBS_\S+ {maker}: 4B = ", result.log, re.M)
    model = "deepsea: lbs-fast.deepsea.pt"
    lbs = result.log.index("potential LBS from lbs.fmp")
    assert result.log.index(model) < lbs < result.log.rindex(model)
    assert "above the 3500 K" not in result.log
    history = np.loadtxt(tmp_path / "glass.history", ndmin=2)
    molten = history[history[:, 1] > 0.7][:2]
    assert (np.abs(molten[:, 2] - 3500) < 900).all()


@needs_deepsea
@pytest.mark.parametrize("variables, message", [
    ({"model": "none.pt"}, "cannot open none.pt, neither here nor in LAMMPS_POTENTIALS"),
    ({"potential": "lbs_fast"},
     "cannot open lbs-fast.deepsea.pt, neither here nor in LAMMPS_POTENTIALS"),
    ({"model": POTENTIALS / "lbs-fast.deepsea.pt", "elements": "Na B O Si"},
     "the model knows no element 'Na'")])
@pytest.mark.parametrize("deck", ["melt-quench/in.melt-quench", "rings/in.rings",
                                  "paper/quench/in.glass"])
def test_what_is_wrong_with_a_model_is_told_before_the_melt(lmp, tmp_path, monkeypatch, deck,
                                                            variables, message):
    """A file that is neither here nor in LAMMPS_POTENTIALS, and elements of another model."""
    monkeypatch.setenv("LAMMPS_POTENTIALS", str(tmp_path))
    path = FOLDER.parent / deck
    result = lmp.run(path.read_text(), 1, words_of({**variables, "out": tmp_path / "glass"}),
                     cwd=path.parent)
    assert result.status != 0 and message in result.log
    assert "Setting up" not in result.log and not list(tmp_path.glob("glass.*"))


@pytest.mark.parametrize("deck, name", [
    ("melt-quench/in.melt-quench", "out"), ("rings/in.rings", "model"),
    ("interchange/in.sodium", "model"), ("paper/quench/in.glass", "out"),
    ("paper/structure/in.structure", "start"), ("paper/elastic/in.elastic", "model"),
    ("paper/energies/in.energies", "start"), ("paper/memory/in.memory", "run"),
    ("paper/accuracy/in.accuracy", "frames")])
def test_names_with_blanks_are_refused(lmp, tmp_path, deck, name):
    """Before atoms are there, and no others."""
    path = FOLDER.parent / deck
    others = {"judges": "none", "natoms": 20, "n_Si": 2}
    if name not in ("run", "frames"):
        others.update(out=tmp_path / "none" / "out", potential="none")

    def refused(file):
        words = {**others, name: tmp_path / "none" / file}
        result = lmp.run(path.read_text(), 1, words_of(words), cwd=path.parent)
        assert result.status != 0
        return re.findall("^ERROR: use names of files without blanks: .*", result.log, re.M), result

    (message,), result = refused("my glass")
    assert f" {tmp_path}/none/my glass" in message
    assert "create_atoms CPU" not in result.log and "Reading data file" not in result.log
    assert refused("glass")[0] == []


@pytest.mark.parametrize("variables, message", [
    ({"glass": "LBS_1_2_97"}, "unknown glass LBS_1_2_97; glasses.lmp lists the eleven names"),
    ({"glass": "20_60_20"}, "unknown glass 20_60_20; glasses.lmp lists the eleven names"),
    ({"preset": "quick"}, "unknown preset quick; presets.lmp lists demo, middle and paper"),
    ({"potential": "teter"}, "unknown potential teter; potentials.lmp lists the names"),
    ({"potential": "lbs-fast"}, "unknown potential lbs-fast; potentials.lmp lists the names"),
    ({"glass": "LBS-20-60-20"}, "must have only letters, numbers, or underscores")])
def test_unknown_choices(example, variables, message):
    result = example(lengths={}, **variables)
    assert result.status != 0
    assert message in result.log


@pytest.mark.parametrize("wrong", [{"rate": -10}, {"average": 0}, {"dt": 0}, {"T_end": -300},
                                   {"melt": -1}, {"hold": -1}, {"natoms": 0}, {"T_melt": 200}])
@pytest.mark.parametrize("deck", ["melt-quench/in.melt-quench", "rings/in.rings"])
def test_lengths_that_leave_a_stage_out(lmp, tmp_path, deck, wrong):
    """They are told before there are atoms."""
    path = FOLDER.parent / deck
    words = words_of({"out": tmp_path / "glass", **wrong})
    result = lmp.run(path.read_text(), 1, words, cwd=path.parent)
    assert result.status != 0 and re.search(r"^ERROR: .*must (not )?be (above|below) 0", result.log,
                                            re.M)
    assert "create_atoms CPU" not in result.log and not list(tmp_path.glob("glass.*"))


@pytest.mark.parametrize("deck, wrong, message", [
    ("melt-quench/in.melt-quench", {"rate": 1e13}, "in less than ten steps; 1e13 K/s are 10 K/ps"),
    ("melt-quench/in.melt-quench", {"melt": 1e-5}, "molten for 1e-05 ps, less than ten steps"),
    ("rings/in.rings", {"T_melt": 300}, "T_melt must be above T_end by 10 or more")])
def test_lengths_in_other_units(lmp, tmp_path, deck, wrong, message):
    path = FOLDER.parent / deck
    words = words_of({"out": tmp_path / "glass", **wrong})
    result = lmp.run(path.read_text(), 1, words, cwd=path.parent)
    assert result.status != 0 and re.search(rf"^ERROR: .*{message}", result.log, re.M)
    assert not list(tmp_path.glob("glass.*"))


@pytest.mark.parametrize("preset", ["demo", "middle", "paper"])
def test_presets_are_known(example, tmp_path, preset):
    """The variables of a preset can all be set by hand, as these tests do."""
    assert example(preset=preset, natoms=60, rate=64000).status == 0
