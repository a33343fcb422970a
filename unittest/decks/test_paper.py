# SPDX-License-Identifier: GPL-2.0-only
"""The decks and scripts of examples/paper, in short: they end, go on after a kill, and say what is
missing.
"""
import os
import re
import shutil
import subprocess

import numpy as np
import pytest

from deck import (ROOT, TIMEOUT, density_of, environment, frame, needs_deepsea, read_frame,
                  thermo)
from paper_decks import (call, call_script, command, complaint, copy_decks, ga, kill_at, plot,
                         refuses, run, script)

TRANSPORT = ("-var", "settle", "0.2", "-var", "follow", "1.0", "-var", "frame", "0.02",
             "-var", "piece", "200")
QUENCH = ("-var", "glass", "LBS_40_20_40", "-var", "high", "1000", "-var", "up", "2000", "-var",
          "hold", "0.1", "-var", "down", "2000", "-var", "before", "0.1", "-var", "average", "0.2",
          "-var", "frame", "0.02", "-var", "piece", "100")
STRUCTURE = ("-var", "hold", "0.2", "-var", "average", "0.4", "-var", "frame", "0.02", "-var",
             "piece", "100")
TRANSITION = ("-var", "hold", "0.1", "-var", "low", "1000", "-var", "high", "3000", "-var", "rate",
              "1000", "-var", "average", "0.02", "-var", "piece", "400")


PARTS = {"quench": ("history", "final"), "transition": ("heat", "cool")}
RAMPS = {"quench": ("history",), "transition": ("heat", "cool")}


@pytest.fixture(name="folder")
def make_folder(tmp_path):
    """A copy of the decks, beside what they include."""
    return copy_decks(tmp_path)


def test_transport(folder):
    """Diffusion at three temperatures; it grows with the temperature."""
    words = []
    for t in (1500, 2500, 3500):
        out = run(folder, "transport", *TRANSPORT, "-var", "T", str(t))
        assert out.count("min left") == 6 and "NVT: step 1200 of 1200" in out
        words.append(f"{t}=li-{t}K.dump")
    out = plot(folder, "transport", "--window", "0.1", "0.4", *words)
    rows = [line.split() for line in out.splitlines() if " +- " in line and "energy" not in line]
    d = [float(row[1]) for row in rows]
    assert len(rows) == 3 and 1e-6 < d[0] < d[1] < d[2] < 1e-2
    energy = re.search(r"activation energy (\S+) \+- (\S+) eV", out)
    assert 0.05 < float(energy[1]) < 1.0 and float(energy[2]) > 0
    # Ions that stop halfway: D of one block only, which is left out.
    frames = (folder / "transport" / "li-1500K.dump").read_text().split("ITEM: TIMESTEP\n")[1:]
    stopped = [f"{step}\n{frames[min(k, len(frames) // 2)].partition(chr(10))[2]}"
               for k, step in enumerate(f.partition("\n")[0] for f in frames)]
    (folder / "transport" / "stop.dump").write_text(
        "".join("ITEM: TIMESTEP\n" + f for f in stopped))
    setup = (folder / "transport" / "li-1500K.setup").read_text()
    (folder / "transport" / "stop.setup").write_text(setup.replace("from 1500 K", "from 1000 K"))
    more = plot(folder, "transport", "--frame", "0.02", "--window", "0.1", "0.4", *words,
                "1000=stop.dump")
    assert "D at 1000 K is not known well enough and is left out" in more
    assert energy[0] in more


def write_walk(path, steps, edge=10.0, seed=3, ions=20):
    """Dump of ions that move by random steps, each by itself, between the given time steps."""
    rng = np.random.default_rng(seed)
    walk = np.cumsum(rng.normal(0.0, 1.0, (max(steps) // 10 + 1, ions, 3)), axis=0)
    head = f"ITEM: NUMBER OF ATOMS\n{ions}\nITEM: BOX BOUNDS pp pp pp\n" + 3 * f"0 {edge}\n"
    path.write_text("".join(
        f"ITEM: TIMESTEP\n{step}\n{head}ITEM: ATOMS id xu yu zu\n" + "".join(
            f"{k} {x:.6f} {y:.6f} {z:.6f}\n" for k, (x, y, z) in enumerate(walk[step // 10], 1))
        for step in steps))


def test_times_of_transport(folder):
    """From steps and the time step that is written beside the dump; a gap is told, and so is a time
    between frames that is another.
    """
    place = folder / "transport"
    steps = list(range(0, 4000, 10))
    write_walk(place / "li.dump", steps)
    words = ("--window", "0.1", "0.3", "900=li.dump")
    assert "li.dump has no li.setup with the time step; give --frame" in complaint(
        folder, "transport", *words)

    def row(*words):
        out = plot(folder, "transport", *words)
        return re.search(r"^ +900 +(\S+) \+- (\S+) ", out, re.M).groups()

    # A variance of 1 A^2 in 0.01 ps is 50 A^2/ps.
    d, error = row("--frame", "0.01", *words)
    assert abs(float(d) - 50e-4) < 3 * float(error) < 20e-4
    (place / "li.setup").write_text("shik; preset paper, dt 0.001, settle 2, frame 0.0104\n")
    assert row(*words) == row("--frame", "0.0104", *words) == (d, error)
    assert "li.dump has a frame every 0.01 ps by li.setup; leave --frame out" in complaint(
        folder, "transport", "--frame", "0.02", *words)
    (place / "li.setup").write_text("shik; preset paper, from 800 K, seed 1, dt 0.001\n")
    assert "li.dump is of 800 K by li.setup, not of 900 K" in complaint(folder, "transport", *words)
    assert "0=li.dump: T must be above 0" in complaint(folder, "transport", "0=li.dump")
    (place / "li.setup").write_text("shik; dt 0.0005, frame 0.005\n")
    half = row("--window", "0.05", "0.15", words[-1])
    assert float(half[0]) == pytest.approx(2 * float(d), rel=0.01)
    for wrong, message in (
            (steps[:10] + steps[30:], "step 300 follows 90, but others come every 10 steps"),
            (steps[:100:2] + steps[100:], "step 1010 follows 1000, but others come every 20")):
        write_walk(place / "li.dump", wrong)
        assert message in complaint(folder, "transport", *words)


def test_the_charge_and_its_errors(folder):
    """Ions that know nothing of each other have a Haven ratio of one, and a conductivity of their
    own cell each; what is not known to half of it is a dash.
    """
    place = folder / "transport"
    steps = list(range(0, 20000, 10))
    for name, edge, seed in (("one", 10.0, 3), ("two", 20.0, 3), ("three", 20.0, 4)):
        write_walk(place / f"{name}.dump", steps, edge, seed)
    write_walk(place / "few.dump", steps[:200], seed=9)
    words = ("--frame", "0.01", "--window", "0.01", "0.05")
    number = r" +(\S+) \+- +(\S+)"
    row = r"^ +900" + 4 * number + "$"

    def numbers(*dumps):
        found = re.search(row, plot(folder, "transport", *words, *dumps), re.M)
        return [float(word) for word in found.groups()]

    one, two, three, both = (numbers(*(f"900={name}.dump" for name in names.split()))
                             for names in ("one", "two", "three", "one three"))
    assert abs(one[4] - 1.0) < 3 * one[5] and 0.01 < one[5] < 0.4
    # 20 ions in 1000 A^3: n e^2 D / kT
    sigma = 2e28 * 1.602176634e-19 ** 2 * one[2] * 1e-4 / (1.380649e-23 * 900) / 100
    assert one[6] == pytest.approx(sigma, rel=0.01)
    assert one[7] / one[6] == pytest.approx(one[3] / one[2], rel=0.5)
    assert two[:6] == one[:6] and two[6] == pytest.approx(one[6] / 8, rel=0.01)
    assert both[0] == pytest.approx((one[0] + three[0]) / 2, rel=0.01)
    assert both[6] == pytest.approx((one[6] + three[6]) / 2, rel=0.01)
    # Student's factor for one sigma of two values
    assert both[1] == pytest.approx(1.837 * abs(one[0] - three[0]) / 2, rel=0.5)
    out = plot(folder, "transport", "--frame", "0.01", "--window", "0.1", "0.9", "900=few.dump")
    assert re.search(r"^ +900" + 2 * number + r" +- +-$", out, re.M), out
    for option, message in ((("--window", "1.5", "0.5"), "the window from 1.5 to 0.5 ps is none"),
                            (("--window", "0.1", "0.3", "--blocks", "0"), "take 2 or more")):
        assert message in complaint(folder, "transport", "--frame", "0.01", *option,
                                    "900=few.dump")
    (place / "few.dump").write_text((place / "few.dump").read_text().replace(" xu ", " x "))
    assert "few.dump has no column xu; dump it with the others" in complaint(
        folder, "transport", *words, "900=few.dump")


def test_quench(folder):
    """Both protocols; 4B at the end is what the glass that is written has."""
    out = run(folder, "quench", *QUENCH, "-var", "out", "fast")
    assert [s for s in re.findall(r"^(\w+): step", out, re.M)] == (
        ["heat"] * 4 + ["hold"] + ["cool"] * 4 + ["rest"] + ["average"] * 2)
    history = np.loadtxt(folder / "quench" / "fast.history")
    assert len(history) == 71 and history[0, 1] > 800 > 700 > history[-1, 1]
    final = np.loadtxt(folder / "quench" / "fast.final")
    assert len(final) == 11 and (final[:, 3:5].sum(axis=1) <= 36).all()
    assert np.allclose(final[:, 2], final[:, 4] / 36, atol=1e-4) and final[-1, 4] > 0
    assert "WARNING: the atoms are no" not in out
    out = run(folder, "quench", *QUENCH, "-var", "protocol", "hold", "-var", "out", "slow", "-var",
              "middle", "800", "-var", "fall", "4000", "-var", "stay", "0.1")
    assert {"fall", "stay"} < set(re.findall(r"^(\w+): step", out, re.M))
    slow = np.loadtxt(folder / "quench" / "slow.history")
    assert len(slow) == 51
    # 300 K to 1000 K at 2000 K/ps, 0.1 ps, 200 K at 4000 K/ps, 0.1 ps: steps of 1 fs
    assert slow[0, 0] == 350 + 100 + 50 + 100
    words = [f"LBS_40_20_40={','.join(names)}" for names in (("fast", "slow"), ("fast",))]
    out = plot(folder, "quench", *words)
    rows = re.findall(r"^LBS_40_20_40 +56.5 +(\S+) \+- +(\S+)", out, re.M)
    assert len(rows) == 2
    share = final[:, 2].mean()
    assert float(rows[1][0]) == pytest.approx(100 * share, abs=0.06)
    by_counting = 100 * np.sqrt(share * (1 - share) / final[:, 3:5].sum(axis=1).mean())
    assert float(rows[1][1]) == pytest.approx(by_counting, abs=0.06)


def test_the_reference_is_what_the_manual_says(folder):
    """The glasses that ship, by plot.py: their numbers in doc/paper.rst."""
    out = plot(folder, "quench", "LBS_20_60_20=../glasses/LBS_20_60_20-fast-1")
    assert re.search(r"^LBS_20_60_20 +36.7 +29.3 \+- +4.9 .* -0.6 \+- +0.1$", out, re.M), out
    assert re.search(r"^LBS_20_60_20 .* 8.1 \+- +2.8 .* 22.9 \+- +5.4$", out, re.M), out
    page = (ROOT / "doc" / "paper.rst").read_text().partition("\nElastic constants\n")[2]
    for name in ("20-60-20", "10-50-40", "40-20-40"):
        rows = page.partition(f"   * - {name}\n")[2]
        for potential in ("accurate", "fast"):
            said = re.search(rf"     - {potential}\n" + 4 * r" +- (\S+)\n", rows).groups()
            out = script(folder, "elastic",
                         f"../glasses/LBS_{name.replace('-', '_')}-{potential}-1")
            assert "warning" not in out
            found = re.findall(r"^(?:\S+ modulus|Poisson's ratio): (\S+)", out, re.M)
            assert [float(s) for s in said] == pytest.approx([float(f) for f in found], abs=0.006)
    other = "../glasses/LBS_10_50_40-fast-1"
    assert f"{other}.data: 76 B, 160 O and 8 Si are no LBS_20_60_20; name the" in complaint(
        folder, "quench", f"LBS_20_60_20={other}")
    twice = "../glasses/LBS_20_60_20-fast-1"
    for name, words in (("elastic", (twice, twice)), ("energies", (f"MLP={twice},{twice}",)),
                        ("quench", (f"LBS_20_60_20={twice},{twice}",))):
        assert f"{twice} is there twice; name different runs" in complaint(folder, name, *words)
    # Above the two of fast, each minimized by the judge, who is the accurate potential.
    for glass, others in (
            ("LBS_20_60_20", {"fast_hold": -5, "lbs": 35, "deng_du": 60, "accurate": 2}),
            ("LBS_10_50_40", {"fast_hold": 0, "lbs": 53, "deng_du": 47, "accurate": 0}),
            ("LBS_40_20_40", {"fast_hold": -4, "lbs": 46, "accurate": -3})):
        place = f"../glasses/{glass}"
        words = [f"fast={place}-fast-1,{place}-fast-2",
                 *(f"{name}={place}-{name}-1" for name in others)]
        first = plot(folder, "energies", *words).partition("judged by lbs ")[0]
        found = dict(re.findall(r"^ +minimized by lbs.deepsea.pt +(\w+) +(\S+)", first, re.M))
        assert {k: round(float(v)) for k, v in found.items()} == {"fast": 0, **others}, first


def test_the_table_of_glasses_is_the_manuals(folder):
    """That of glasses_table.py, with a row for each kind of run that ships."""
    place = folder / "glasses"

    def table():
        out = script(folder, "glasses", "--table", "new.inc", "--picture", "new.png",
                     file="glasses_table.py")
        return out, (place / "new.inc").read_text()

    out, made = table()
    assert made == (ROOT / "doc" / "paper_glasses.inc").read_text()
    runs = {path.name.rpartition("-")[0] for path in place.glob("LBS_*.final")}
    assert made.count("   * -") == 1 + len(runs) > 8
    assert re.search(r"^fast: \d+ glasses, mean error of 4B -\d", out, re.M), out
    (place / "LBS_20_60_20-fast-1.final").unlink()
    assert table()[1] != made
    for name in ("LBS_20_60_20-teter-1", "LBS_1_2_97-fast-1"):
        (place / f"{name}.final").write_text("")
        assert f"{name}: glasses_table.py does not know that glass or potential" in complaint(
            folder, "glasses", file="glasses_table.py")
        (place / f"{name}.final").unlink()
    (place / "LBS_20_60_20-fast-9.final").write_text("")
    assert "let the quench go on to its end" in complaint(folder, "glasses", "--table", "new.inc",
                                                          file="glasses_table.py")


def test_the_error_of_seeds_that_agree_by_chance(folder):
    """Is that of counting both; that of seeds which differ is their scatter's."""
    glass = folder / "glasses"
    for suffix in ("data", "final", "history", "npt.density"):
        shutil.copy(glass / f"LBS_20_60_20-fast-1.{suffix}", glass / f"same.{suffix}")

    def row(*names):
        words = ",".join(f"../glasses/{name}" for name in names)
        out = plot(folder, "quench", f"LBS_20_60_20={words}")
        return np.array([line.replace("+-", "").split()[1:]
                         for line in re.findall("^LBS_20_60_20 .*", out, re.M)], dtype=object)

    one, two = row("LBS_20_60_20-fast-1"), row("LBS_20_60_20-fast-1", "same")
    for first, second, begin in zip(one, two, (1, 0)):
        mean, error = np.array(first[begin:], float).reshape(-1, 2).T
        mean_of_two, error_of_two = np.array(second[begin:], float).reshape(-1, 2).T
        assert mean_of_two == pytest.approx(mean, abs=0.05)
        assert error_of_two == pytest.approx(error / np.sqrt(2.0), abs=0.09)
        assert (error > 2.0).sum() >= 1
    shares = np.loadtxt(glass / "same.final")
    shares[:, 2] += 0.2
    np.savetxt(glass / "same.final", shares)
    # Two values have an error of half their difference, times Student's factor.
    assert float(row("LBS_20_60_20-fast-1", "same")[0][2]) == pytest.approx(18.37, abs=0.06)


def test_jobs_of_all_glasses(folder):
    """Each number of batch.sh is a glass of glasses.lmp, in its order."""
    for name in ("lmp", "mpirun"):
        (folder / name).write_text(f"#!/bin/sh\necho \"$*\" >> {folder}/calls\n")
        (folder / name).chmod(0o755)
    env = {**environment(1), "PATH": f"{folder}:{os.environ['PATH']}"}

    def call_batch(number):
        return subprocess.run(["bash", "batch.sh", "plot.py", str(number)], cwd=folder / "quench",
                              env=env, capture_output=True, check=False).returncode

    text = (folder.parent / "melt-quench" / "glasses.lmp").read_text()
    known = re.findall(r'== \w*?(LBS_\w+)"', text)
    assert len(known) == 11 and [call_batch(k) for k in range(11)] == 11 * [0]
    calls = (folder / "calls").read_text()
    assert re.findall(r"in.quench -var glass (\w+)", calls) == known
    assert re.findall(r"in.glass -var glass (\w+)", calls) == known
    assert call_batch(11) != 0 and (folder / "calls").read_text() == calls


def test_density(folder):
    """Without pressure: that of the glass at the end, and its mean beside that of experiment."""
    words = ("-var", "settle", "0.2", "-var", "ps", "1", "-var", "piece", "500", "-var", "out",
             "fast.npt")
    out = run(folder, "quench", *words, deck="density")
    assert re.findall(r"^(\w+): step (\d+)", out, re.M) == [
        ("settle", "200"), ("density", "700"), ("density", "1200")]
    rows = np.loadtxt(folder / "quench" / "fast.npt.density")
    assert rows[:, 0].tolist() == list(range(200, 1201, 100)) and (rows[:, 1] > 100).all()
    assert rows[:, 2].std() > 1e-4
    cell, types, *_ = read_frame(folder / "quench" / "fast.npt.data")
    assert rows[-1, 2] == pytest.approx(density_of(cell, types), rel=1e-3)
    for suffix in ("final", "history", "data"):
        shutil.copy(folder / "glasses" / f"LBS_20_60_20-fast-1.{suffix}",
                    folder / "quench" / f"fast.{suffix}")
    out = plot(folder, "quench", "LBS_20_60_20=fast")
    off = re.search(r"^LBS_20_60_20 .* (\S+) \+- +(\S+)$", out, re.M)
    assert float(off[1]) == pytest.approx(100 * (rows[:, 2].mean() / 2.21 - 1), abs=0.06)
    assert 0 < float(off[2]) < 10


@needs_deepsea
def test_a_deep_potential_by_its_name_is_minimized(folder):
    """Energies of two-body potentials are shifted to be smooth; the others refuse that."""
    (folder / "elastic" / "in.rest").write_text(
        f"units metal\natom_style charge\nread_data {frame('glass')}\n"
        "include ../../melt-quench/potentials.lmp\ninclude ../minimizer.lmp\n"
        "minimize 0.0 1.0e-4 5 50\n")
    for name, shift in (("lbs_fast", False), ("lbs_accurate", False), ("lbs", True)):
        done = subprocess.run(["lmp", "-in", "in.rest", "-log", "log", "-var", "potential", name],
                              cwd=folder / "elastic", text=True, capture_output=True, check=False,
                              timeout=TIMEOUT, env=environment(1))
        assert done.returncode == 0, done.stdout[-2000:]
        log = (folder / "elastic/log").read_text()
        assert bool(re.search("^pair_modify shift yes", log, re.M)) == shift
        energies = [float(e) for e in re.findall(r"^ +\d+ +(-\S+)", done.stdout, re.M)]
        assert energies[-1] < energies[0]


def test_elastic_constants(folder, lmp):
    """Of a cubic crystal: the symmetry of the matrix, and the bulk modulus of its energies. Atoms
    of the data file that move are at rest in the pressures.
    """
    start = folder / "moving.data"
    atoms = len(read_frame(frame("li2o"))[1])
    start.write_text(frame("li2o").read_text() + "\nVelocities\n\n" + "".join(
        f"{k} {(-1) ** k * 10} 0 0\n" for k in range(1, atoms + 1)))
    assert run(folder, "elastic", start=start).count("of 12 done") == 12
    rest = (folder / "elastic" / "elastic.stress").read_text().splitlines()[1].split()
    assert rest[:2] == ["0", "0"] and max(abs(float(p)) for p in rest[2:]) < 0.02
    for words, other in ((("-var", "strain", "0.001"), start), ((), "li2o"),
                         (("-var", "potential", "shik"), start)):
        assert refuses(folder, "elastic", *words, start=other, kept="elastic")
    assert "of 12 done" not in run(folder, "elastic", start=start)
    (folder / "elastic" / "elastic.restart").unlink()    # what begins anew strains anew
    assert run(folder, "elastic", start=start).count("of 12 done") == 12
    out = script(folder, "elastic", "elastic").splitlines()
    c = np.array([line.split() for line in out[:6]], float)
    for a, b in ((0, 1), (1, 2)):
        assert c[a, a] == pytest.approx(c[b, b], abs=0.1)
        assert c[a + 3, a + 3] == pytest.approx(c[b + 3, b + 3], abs=0.1)
    assert c[0, 1] == pytest.approx(c[1, 2], abs=0.1) and abs(c[:3, 3:]).max() < 0.1
    assert c[0, 0] > c[0, 1] > 50 and c[3, 3] > 20
    bulk = (c[0, 0] + 2.0 * c[0, 1]) / 3.0
    # The atoms of antifluorite stay where they are when the cell grows.
    relaxed = (folder / "elastic" / "elastic.restart").resolve()
    deck = ("read_restart {0}\npair_style fmp/lbs 8.0 coul dsf 0.25 8.0\n"
            "pair_coeff * * deng-du-teter.fmp Li B O Si n4 dbx charges set\n"
            "pair_modify shift yes\nchange_box all x scale {1} y scale {1} z scale {1} remap\n"
            + thermo("step pe vol") + "run 0\n")
    e = 0.002
    low, rest, high = (lmp(deck.format(relaxed, 1 + s)).last() for s in (-e, 0.0, e))
    curvature = (low["PotEng"] + high["PotEng"] - 2.0 * rest["PotEng"]) / e ** 2
    assert bulk == pytest.approx(curvature / (9.0 * rest["Volume"]) * 160.21766, rel=0.01)


@pytest.mark.parametrize("potential", ["deng_du", "shik"])
def test_structure(folder, potential):
    """Averages of the dump, and what the script makes of them."""
    out = run(folder, "structure", "-var", "potential", potential, *STRUCTURE)
    assert "average: step 600 of 600" in out
    rows = np.loadtxt(folder / "structure" / "glass.gr", skiprows=4)
    assert rows[-1, 1] == pytest.approx(8.0, abs=0.02)    # whatever the potential's cutoff
    # Coordination of B by O, averaged over 21 frames: no multiple of 1/36.
    coordination = rows[np.argmin(np.abs(rows[:, 1] - 1.95)), 3]
    assert 3.0 < coordination < 4.0 and abs(36 * coordination - round(36 * coordination)) > 0.01
    units = np.loadtxt(folder / "structure" / "glass.units")
    assert len(units) == 21 and (units[:, 2:4].sum(axis=1) <= 36).all()
    out = plot(folder, "structure", "glass", "--qmax", "8")
    assert 1.55 < float(re.search(r"Si-O: (\S+) A", out)[1]) < 1.68
    assert 108 < float(re.search(r"O-Si-O: (\S+) degrees", out)[1]) < 111
    assert float(re.search(r"fraction of 4B: (\S+) ", out)[1]) == pytest.approx(
        units[:, 1].mean(), abs=0.001)


def test_structure_of_a_crystal_of_less(folder):
    """Pairs and angles that it does not have are left out."""
    run(folder, "structure", "-var", "hold", "0", "-var", "average", "0.6", start="li2o")
    done = call_script(folder, "structure", "glass", "--qmax", "6")
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert re.findall(r"^(\S+-O): (\S+) A", done.stdout, re.M)[0][0] == "Li-O"
    assert "B-O" not in done.stdout and "Si-O" not in done.stdout


def test_transition(folder):
    """Both ramps; energies rise with temperature on either side of the fold."""
    out = run(folder, "transition", *TRANSITION)
    assert re.findall(r"^(\w+): step", out, re.M).count("heat") == 5
    for part in ("heat", "cool"):
        rows = np.loadtxt(folder / "transition" / f"fold.{part}")
        assert len(rows) == 100 and np.ptp(rows[:, 1]) > 1000
    out = plot(folder, "transition", "--from", "1000", "--to", "3000", "fold")
    folds = re.findall(r"(\w+) (\w+): (\S+) \+- (\S+) K, slopes (\S+) below and (\S+) above", out)
    # Ramps this short may have none.
    none = re.findall(r"(\w+) (\w+): no fold lies within the temperatures", out)
    assert sorted([f[:2] for f in folds] + none) == [
        ("cool", "energy"), ("cool", "volume"), ("heat", "energy"), ("heat", "volume")]
    assert all(1000 < float(f[2]) < 3000 and float(f[3]) > 0 for f in folds)


def test_a_planted_transition(folder):
    """A kink at 1122 K in rows as in.transition writes them, in the heating and in the cooling."""
    rng = np.random.default_rng(5)
    k = 8.617333262e-5
    for part, order in (("heat", 1), ("cool", -1)):
        t = np.linspace(300.0, 2100.0, 361)[::order]
        slope = np.where(t < 1122.0, 1.5 * k, 2.5 * k)
        energy = slope * (t - 1122.0) - 7.0 + rng.normal(0.0, 0.002, len(t))
        volume = (10.0 + np.where(t < 1122.0, 5e-4, 15e-4) * (t - 1122.0)
                  + rng.normal(0.0, 0.01, len(t)))
        np.savetxt(folder / "transition" / f"fold.{part}",
                   np.column_stack([200 * np.arange(1, len(t) + 1), t, energy, volume]))
    out = plot(folder, "transition", "fold")
    folds = re.findall(r"(\w+) (\w+): (\S+) \+- (\S+) K, slopes", out)
    assert len(folds) == 4 and "warning" not in out
    for _, _, place, error in folds:
        assert abs(float(place) - 1122.0) < 3.0 * float(error) + 1 and 0 < float(error) < 50
    capacities = re.findall(r"heat capacity below: (\S+) \+- (\S+) k", out)
    assert len(capacities) == 2
    for value, error in capacities:
        assert abs(float(value) - 3.0) < 3.0 * float(error) + 0.01 and 0 < float(error) < 0.2
    cool = folder / "transition" / "fold.cool"
    rows = np.loadtxt(cool)
    rows[:, 3] *= 1.1    # a melt that has expanded for good
    np.savetxt(cool, rows)
    out = script(folder, "transition", "fold")
    assert "cold again, the volume is 10 % above that before" in out
    np.savetxt(cool, rows[:-40])    # not cold yet
    assert "warning" not in script(folder, "transition", "fold")


def follow_each_other(some, others):
    """Whether temperatures are those of the same ramp, smoothed over five rows."""
    smooth = [np.convolve(t, np.full(5, 0.2), "valid") for t in (some, others)]
    return np.abs(smooth[0] - smooth[1]).max() < 150.0    # K


# Long at the end, so that no run ends before it is killed: of two values the first holds.
@pytest.mark.parametrize("name, words, marks", [
    ("transport", ("-var", "follow", "3", *TRANSPORT), (200, 600)),
    ("quench", ("-var", "average", "2", *QUENCH), (350, 650)),
    ("structure", ("-var", "average", "3", *STRUCTURE), (100, 300)),
    ("transition", TRANSITION, (900, 2900))])
def test_a_killed_run_goes_on(folder, name, words, marks):
    """Killed twice, it loses one piece at most and ends with the rows of a whole run."""
    run(folder, name, *words, "-var", "out", "whole")
    for mark in marks:
        kill_at(mark, command(name, *words, "-var", "out", "parts"), folder / name)
    assert (folder / name / "parts.restart").exists()
    out = run(folder, name, *words, "-var", "out", "parts")
    assert "read_restart" in out or "restart file" in out
    first = re.search(r"^\w+: step (\d+) of", out, re.M)
    assert int(first[1]) > marks[1]
    steps = {}
    for out in ("whole", "parts"):
        if name in ("structure", "transport"):
            text = (folder / name / f"{out}.dump").read_text()
            found = re.findall(r"TIMESTEP\n(\d+)", text)
        else:
            found = [row[0] for part in PARTS[name]
                     for row in np.loadtxt(folder / name / f"{out}.{part}")]
        steps[out] = sorted(set(found))
        assert len(found) - len(steps[out]) <= (len(marks) if out == "parts" else 0)
    assert len(steps["whole"]) >= 20 and steps["parts"] == steps["whole"]
    for part in RAMPS.get(name, ()):
        kelvin = {out: ga.columns_in_order(folder / name / f"{out}.{part}")[0] for out in steps}
        assert follow_each_other(kelvin["parts"], kelvin["whole"])
        assert not follow_each_other(kelvin["parts"][20:], kelvin["whole"][:-20])
    # What is done is done.
    assert "min left" not in run(folder, name, *words, "-var", "out", "parts")


def test_what_is_missing_is_named(folder):
    for words, message in ((("-var", "preset", "quick"), "unknown preset quick"),
                           (("-var", "potential", "none"), "unknown potential none"),
                           (("-var", "potential", "a.pt"), "unknown potential a.pt"),
                           (("-var", "potential", "deng_du_nmr"), "use deng_du here"),
                           (("-var", "model", "none.pt"), "none.pt")):
        done = call(folder, "transport", *words)
        assert done.returncode != 0 and message in done.stdout
    done = subprocess.run(["lmp", "-in", "in.elastic", "-log", "none"], cwd=folder / "elastic",
                          text=True, capture_output=True, timeout=TIMEOUT, check=False,
                          env=environment(1))
    assert "no elastic.restart to go on from, and no -var start FILE.data" in done.stdout
    (folder / "transport/short.dump").write_text("")
    assert "short.dump has 0 frames; let the run go on" in complaint(folder, "transport",
                                                                     "500=short.dump")
    assert complaint(folder, "transport", "500=..") == "[Errno 21] Is a directory: '..'\n"
    (folder / "glasses/LBS_20_60_20-fast-1.data").unlink()    # as long as a quench goes on
    assert "fast-1.data yet; let the quench go on to its end" in complaint(
        folder, "quench", "LBS_20_60_20=../glasses/LBS_20_60_20-fast-1")
    assert "none." in complaint(folder, "quench", "LBS_40_20_40=none")
    (folder / "transition/none.cool").write_text("")
    assert "none." in complaint(folder, "transition", "none")
    assert "nowhere.heat" in complaint(folder, "transition", "nowhere")
    for name, form in (("transport", "T=DUMP"), ("quench", "GLASS=PREFIX"),
                       ("accuracy", "NAME=PARITY")):
        word = "LBS_20_60_20" if name == "quench" else "none"
        assert complaint(folder, name, word) == f"{word}: is not of the form {form}\n"
    rows = np.loadtxt(folder / "glasses/LBS_40_20_40-fast-1.final")
    shutil.copy(folder / "glasses/LBS_40_20_40-fast-1.data", folder / "quench/other.data")
    for number, others in ((14, rows[:, :-1]), (16, np.hstack([rows, rows[:, -1:]]))):
        np.savetxt(folder / "quench/other.final", others)
        assert f"other.final has {number} columns where in.quench writes 15" in complaint(
            folder, "quench", "LBS_40_20_40=other")
    np.savetxt(folder / "quench/other.final", rows)
    assert "other.history" in complaint(folder, "quench", "LBS_40_20_40=other")
    assert "--elements: nothing is known of how K scatters" in complaint(
        folder, "structure", "glass", "--elements", "K", "B", "O", "Si")
    (folder / "transition/fold.heat").write_text("# head\n1 300 -1 10\n")
    assert "too few for a fold" in complaint(folder, "transition", "fold")


def test_a_glass_of_another_composition(folder):
    """At the beginning, and again at the end, where a user looks."""
    short = ("-var", "high", "310", "-var", "up", "100000", "-var", "hold", "0", "-var", "down",
             "10000", "-var", "before", "0", "-var", "average", "0.1", "-var", "out", "other")
    out = run(folder, "quench", *short)
    assert len(re.findall(r"^WARNING: the atoms are no LBS_20_60_20; is -var glass", out,
                          re.M)) == 2


@pytest.mark.parametrize("name, deck, wrong, message", [
    ("structure", None, ("T", -300), "T and dt must be above 0, hold not below"),
    ("structure", None, ("hold", -1), "T and dt must be above 0, hold not below"),
    ("structure", None, ("average", 0), "frame from dt to average"),
    ("structure", None, ("frame", 5), "frame from dt to average"),
    ("transport", None, ("settle", -1), "T and dt must be above 0, settle not below"),
    ("transport", None, ("follow", -1), "frame from dt to follow"),
    ("transport", None, ("frame", "1e-4"), "frame from dt to follow"),
    ("transition", None, ("rate", -50), "rate, low and dt must be above 0, hold not below"),
    ("transition", None, ("high", 200), "high must be above low, average 10 steps or more"),
    ("transition", None, ("average", -1), "high must be above low, average 10 steps or more"),
    ("quench", None, ("hold", -1), "high must be above 300, up and down above 0"),
    ("quench", None, ("down", -10), "high must be above 300, up and down above 0"),
    ("quench", None, ("average", 0), "average no less than frame"),
    ("quench", "density", ("ps", -1), "ps and dt must be above 0, settle not below"),
    ("quench", "glass", ("rate", -10), "rate, average, dt and T_end must be above 0"),
    ("quench", "glass", ("melt", -1), "melt and hold must not be below 0"),
    ("quench", None, ("down", 1e13), "by 10 K in less than a step; 1e13 K/s are 10 K/ps"),
    ("quench", "glass", ("rate", 1e13), "in less than ten steps; 1e13 K/s are 10 K/ps"),
    ("elastic", None, ("strain", 0), "strain must be above 0"),
    ("elastic", None, ("strain", 0.5), "not above 0.02; it is no percentage")])
def test_lengths_that_leave_a_stage_out(folder, name, deck, wrong, message):
    """Such a stage would be passed over, and what it leaves look like a result."""
    variable, value = wrong
    done = call(folder, name, "-var", variable, str(value), "-var", "out", "wrong", deck=deck)
    assert done.returncode != 0
    assert [line for line in done.stdout.splitlines() if line.startswith("ERROR: ")
            and message in line], done.stdout[-1000:]
    assert not list((folder / name).glob("wrong.*"))
