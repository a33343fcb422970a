# SPDX-License-Identifier: GPL-2.0-only
"""examples/paper/energies: minimized structures and their energies, and planted differences."""
import re

import numpy as np
import pytest

from deck import DEEPSEA, POTENTIALS, SHIK, data_text, thermo
from deepsea_glass import SMALL
from paper_decks import call, complaint, copy_decks, plot, refuses, run, script

FRAME = POTENTIALS / "lbs" / "data" / "validation" / "LBS-40-20-40.Li12B6O27Si6"


@pytest.fixture(name="folder")
def make_folder(tmp_path):
    """A copy of the decks with a glass of 51 atoms."""
    folder = copy_decks(tmp_path)
    x, cell = (np.load(FRAME / "set.000" / f"{n}.npy")[0].reshape(-1, 3) for n in ("coord", "box"))
    types = np.loadtxt(FRAME / "type.raw", dtype=int) + 1
    (folder / "small.data").write_text(data_text(cell, types, x, np.zeros(len(x))))
    return folder


def energies(folder):
    """{(minimizer, judge): numbers} of what the deck wrote."""
    rows = [line.split() for line in (folder / "energies" / "energies.energies")
            .read_text().splitlines()]
    assert rows[0] == "# atoms 12 6 27 6".split()
    return {(row[0], row[1]): [float(w) for w in row[2:]] for row in rows[1:]}


def test_minimized_by_each_and_judged_by_all(lmp, folder):
    judges = ["deng_du", "shik"] + ([str(SMALL[0])] if DEEPSEA else [])
    words = ("-var", "judges", " ".join(judges))
    run(folder, "energies", *words, start=folder / "small.data")
    found = energies(folder)
    assert list(found) == [(by, judge) for by in ["made", *judges] for judge in judges]
    for judge in judges:
        made, rest = found["made", judge], found[judge, judge]
        assert made[0] > rest[0] + 0.05 and made[1] > 1.0 > 0.05 > rest[1]
        for by in judges:
            assert by == judge or found[by, judge][1] > 0.2
    deck = ("units metal\natom_style charge\nread_data {}\n" + SHIK + "\npair_modify shift yes\n"
            "compute coord all boron/coord types Li B O Si\nvariable E equal pe/atoms\n"
            + thermo("step pe v_E c_coord[5]") + "run 0\n")
    for by, path in (("made", folder / "small.data"),
                     ("deng_du", folder / "energies" / "energies.1.data")):
        last = lmp(deck.format(path)).last()
        assert last["v_E"] == pytest.approx(found[by, "shik"][0], abs=1e-7)
        assert last["c_coord[5]"] == pytest.approx(found[by, "shik"][2], abs=1e-5)
    # What is there is not made again; the table is.
    (folder / "energies" / "energies.energies").unlink()
    (folder / "energies" / "energies.2.data").unlink()
    out = run(folder, "energies", *words, start=folder / "small.data")
    assert re.findall("^minimized by (.*)$", out, re.M) == ["shik"]
    again = energies(folder)
    assert all(np.allclose(again[k], found[k], atol=1e-3) for k in found)
    plot(folder, "energies", "small=energies")
    # Nor is it taken for that of another judge or glass.
    table = (folder / "energies" / "energies.energies").read_text()
    assert refuses(folder, "energies", "-var", "judges", "deng_du lbs", kept="energies.2",
                   start=folder / "small.data")
    (folder / "other.data").write_text("another " + (folder / "small.data").read_text())
    assert refuses(folder, "energies", *words, kept="energies.1", start=folder / "other.data")
    assert (folder / "energies" / "energies.energies").read_text() == table


def write(folder, name, energies, atoms="2 2 6 2"):
    """What the deck writes, with these energies of the judges A and B."""
    rows = [f"{by} {judge} {e:.6f} {0.001 if by == judge else 1.0} 0.5 3"
            for (by, judge), e in energies.items()]
    (folder / f"{name}.energies").write_text(f"# atoms {atoms}\n" + "\n".join(rows) + "\n")
    return str(folder / name)


def planted(shift):
    """Minimized structures lie `shift` eV/atom above -7 for A, and twice that above -8 for B."""
    return {("made", "A"): -6.9 + shift, ("made", "B"): -7.9 + 2 * shift, ("A", "A"): -7.0 + shift,
            ("A", "B"): -7.95 + 2 * shift, ("B", "A"): -6.97 + shift, ("B", "B"): -8.0 + 2 * shift}


def test_planted_differences(folder):
    one, two, three, four = (write(folder, name, planted(shift)) for name, shift in
                             (("a", 0.010), ("b", 0.020), ("c", 0.001), ("d", 0.003)))
    out = plot(folder, "energies", f"FMP@1={one},{two}", f"MLP@10={three},{four}")
    rows = re.findall(r"^  (\S.*?)  +(\S+ \S+ K/ps) +(\S+) \+- +(\S+)", out, re.M)
    found = [(state, name, float(value), float(error)) for state, name, value, error in rows]
    assert found[:6] == [
        ("as made", "FMP 1 K/ps", 100.0, 5.0), ("as made", "MLP 10 K/ps", 87.0, 1.0),
        ("minimized by A", "FMP 1 K/ps", 0.0, 5.0), ("minimized by A", "MLP 10 K/ps", -13.0, 1.0),
        ("minimized by B", "FMP 1 K/ps", 30.0, 5.0), ("minimized by B", "MLP 10 K/ps", 17.0, 1.0)]
    assert found[9] == ("minimized by A", "MLP 10 K/ps", 24.0, 2.0)
    assert found[11] == ("minimized by B", "MLP 10 K/ps", -26.0, 2.0)
    assert "4B 50.0 %, 3.0 B-O 3MR" in out and "warning" not in out
    # A third judge by hand, who minimized nothing; single glasses have no errors.
    for name, energy in (("a", -9.0), ("c", -9.02)):
        with open(folder / f"{name}.energies", "a") as file:
            file.write(f"A DFT {energy} 0 0.5 3\n")
    out = script(folder, "energies", f"FMP={one}", f"MLP={three}")
    assert re.search(r"judged by DFT .*\n  minimized by A +FMP +0.0 .*\n.* MLP +-20.0  ", out)


def test_what_is_wrong_is_named(folder):
    a = write(folder, "a", planted(0.01))
    other = write(folder, "b", planted(0.01), "2 2 6 3")
    assert "MLP: the glasses differ in composition" in complaint(folder, "energies", f"FMP={a}",
                                                                 f"MLP={other}")
    fewer = {way: e for way, e in planted(0.0).items() if way[1] == "A"}
    c = write(folder, "c", fewer)
    assert "MLP: the glasses were not judged by the same potentials" in complaint(
        folder, "energies", f"FMP={a}", f"MLP={c}")
    assert "is not of the form MADE=PREFIX" in complaint(folder, "energies", a)
    (folder / "d.energies").write_text("# atoms 1 1 1 1\n")
    assert "d.energies: is no whole file of in.energies" in complaint(
        folder, "energies", f"FMP={folder / 'd'}")
    text = (folder / "a.energies").read_text().replace("0.001", "0.3")
    (folder / "a.energies").write_text(text)
    assert text.count("0.3") >= 2 and "forces of up to 0.3 eV/A are left after A" in script(
        folder, "energies", f"FMP={a}")
    done = call(folder, "energies")
    assert done.returncode != 0 and "-var judges NAMES are needed" in done.stdout
    done = call(folder, "energies", "-var", "judges", "deng_du", "shik",
                start=folder / "small.data")
    assert done.returncode != 0 and "judges are one word on the command line" in done.stdout
    done = call(folder, "energies", "-var", "judges", "deng_du none", start=folder / "small.data")
    assert done.returncode != 0 and "unknown potential none" in done.stdout
    assert [p.name for p in (folder / "energies").glob("energies.*")] == ["energies.png"]
