# SPDX-License-Identifier: GPL-2.0-only
"""examples/paper/memory: rings of a quench, against rings that are written by hand."""
import collections
import re

import numpy as np
import pytest

from deck import POTENTIALS, ROOT, data_text
from paper_decks import call, complaint, copy_decks, plot, run, script

QUENCH = ("-var", "glass", "LBS_20_60_20", "-var", "potential", "shik", "-var", "high", "1000",
          "-var", "up", "2000", "-var", "hold", "0.1", "-var", "down", "2000", "-var", "before",
          "0.01", "-var", "average", "0.1", "-var", "out", "cold")
RINGS = POTENTIALS / "lbs" / "data" / "validation" / "B2O3.B18O27"    # with five of them
RUN = ("-var", "run", "../quench/cold")


@pytest.fixture(name="folder")
def make_folder(tmp_path):
    """A copy of the decks."""
    return copy_decks(tmp_path)


def borate_rings(path):
    """The members of the three-membered B-O rings of each frame of a list of rings."""
    found = []
    for text in path.read_text().split("ITEM: TIMESTEP\n")[1:]:
        rows = [line.split() for line in text.splitlines() if line[0] in "0123456789"]
        rows = [r[1:] for r in rows if len(r) > 8]
        found.append([frozenset(r[4:10]) for r in rows if r[0] == "3" and r[1] in "1234"])
    return found


def cold_glass():
    """Positions, cell and types of a borate with five rings."""
    x, cell = (np.load(RINGS / "set.000" / f"{n}.npy")[0].reshape(-1, 3) for n in ("coord", "box"))
    return x, cell, np.loadtxt(RINGS / "type.raw", dtype=int) + 1


def test_what_a_quench_leaves(folder):
    """Rings of the list are those that the deck counted, frame by frame."""
    x, cell, types = cold_glass()
    (folder / "rings.data").write_text(data_text(cell, types, x, np.zeros(len(x))))
    run(folder, "quench", *QUENCH, start=folder / "rings.data")
    rings = borate_rings(folder / "quench" / "cold.list")
    history = np.loadtxt(folder / "quench" / "cold.history")
    assert [len(r) for r in rings] == history[:, 7:11].sum(axis=1).astype(int).tolist()
    assert len(rings) == 71 and sum(len(r) for r in rings) > 71
    run(folder, "memory", *RUN)
    rows = np.loadtxt(folder / "quench" / "cold.memory")
    assert len(rows) == 71 and rows[-1, 3] == 1.0
    out = plot(folder, "memory", "../quench/cold")
    assert f"{len(rings[0])}.0 at 1000 K, {len(rings[-1])}.0 at 300 K" in out


def write_quench(lmp, folder, order):
    """cold.data, .dump and .list as of a quench in which rings close one after the other: of each
    frame k those of `order` that stand before the k-th have an oxygen far from its place.
    """
    x, cell, types = cold_glass()
    (folder / "cold.data").write_text(data_text(cell, types, x, np.zeros(len(x))))
    first = ("units metal\natom_style charge\n" f"read_data {folder / 'cold.data'}\n"
             "pair_style zero 5.0\npair_coeff * *\n"
             "compute rings all ring/stats types Li B O Si cutoff B O 1.95 cutoff Si O 2.15\n")
    columns = " ".join(f"c_rings[{k}]" for k in range(1, 11))
    seen = lmp(first + f"dump a all local 1 first.list index {columns}\nrun 0\n")
    oxygen = [max(map(int, ring), key=lambda atom: types[atom - 1])
              for ring in borate_rings(seen.folder / "first.list")[0]]
    assert len(oxygen) == 5
    text = ""
    for step in range(len(order) + 1):
        moved = x.copy()
        for ring in order[step:]:
            moved[oxygen[ring] - 1] += 2.5
        text += (f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n{len(x)}\n"
                 "ITEM: BOX BOUNDS pp pp pp\n" + f"0 {cell[0, 0]:.16g}\n" * 3
                 + "ITEM: ATOMS id type x y z\n" + "".join(
                     f"{i} {t} {a:.10g} {b:.10g} {c:.10g}\n"
                     for i, (t, (a, b, c)) in enumerate(zip(types, moved), 1)))
    (folder / "cold.dump").write_text(text)
    lmp(first + f"dump a all local 1 {folder / 'cold.list'} index {columns}\n"
        "dump_modify a format float %.0f\n" f"rerun {folder / 'cold.dump'} dump x y z\n")
    return text


def test_memory_of_a_quench(lmp, folder):
    """Shares by ring/persist are those of the list; a frame that was written twice counts once."""
    text = write_quench(lmp, folder / "quench", (3, 0, 4, 1, 2))
    rings = borate_rings(folder / "quench" / "cold.list")
    assert len(rings) == 6
    run(folder, "memory", *RUN)
    path = folder / "quench" / "cold.memory"
    rows = np.loadtxt(path)
    shares = [sum(ring in now for ring in rings[-1]) / len(rings[-1]) for now in rings]
    assert np.allclose(rows[:, 3], shares, atol=1e-5) and shares[0] < 0.5 < shares[-1] == 1.0
    assert (rows[:, 1] >= 5).all() and (np.diff(rows[:, 2]) >= 0).all()
    out = plot(folder, "memory", "../quench/cold")
    born = sum(len(set(b) - set(a)) for a, b in zip(rings, rings[1:]))
    assert f"births on the way: {born}.0" in out and born >= 3
    half = 350 - 10 * next(k for k, share in enumerate(shares) if share >= 0.5)
    assert f"50 % of the rings at 300 K are there below {half} K" in out

    frames = text.split("ITEM: TIMESTEP\n")
    (folder / "quench" / "cold.dump").write_text("ITEM: TIMESTEP\n".join(frames[:4] + frames[2:]))
    path.unlink()
    run(folder, "memory", *RUN)
    assert np.array_equal(np.loadtxt(path), rows)


def write_list(path, frames):
    """A list of rings of a quench that has ended: each is (size, class, first member)."""
    head = " ".join(f"c_rings[{k}]" for k in range(1, 11))
    text = ""
    for step, rings in enumerate(frames):
        text += (f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ENTRIES\n{len(rings)}\n"
                 "ITEM: BOX BOUNDS pp pp pp\n0 1\n0 1\n0 1\n" f"ITEM: ENTRIES index {head}\n")
        for k, (size, kind, first) in enumerate(rings, 1):
            members = range(first, first + 6)
            text += f"{k} {size} {kind} 0 0 " + " ".join(map(str, members)) + "\n"
    path.write_text(text)
    path.with_suffix(".data").touch()


A, B, C = (3, 1, 1), (3, 4, 11), (3, 2, 21)
SMALL, MIXED = (2, 0, 31), (3, 5, 41)


def test_births_and_deaths_by_hand(folder):
    """A is there always, B comes, C comes and goes twice; other kinds of rings do not count."""
    frames = [[A, MIXED], [A, C], [A, B, SMALL], [B, A, C], [A, B, MIXED, SMALL]]
    write_list(folder / "one.list", frames)
    out = script(folder, "memory", folder / "one")
    assert "1.0 at 340 K, 2.0 at 300 K" in out
    assert "births on the way: 3.0" in out and "deaths on the way: 2.0" in out
    assert "at 300 K are there: run in.memory" in out
    shares = (0.5, 0.5, 1.0, 1.0, 1.0)
    (folder / "one.memory").write_text(
        "# head\n" + "".join(f"{k} 2 {2 * s} {s}\n" for k, s in enumerate(shares)))
    out = script(folder, "memory", folder / "one")
    assert "50 % of the rings at 300 K are there below 340 K" in out
    assert "80 % of the rings at 300 K are there below 320 K" in out
    # A second seed without C: means and errors of two.
    write_list(folder / "two.list", [[A], [A], [A, B], [B, A], [A, B]])
    out = script(folder, "memory", folder / "one", folder / "two")
    assert "births on the way: 2.0 +- 1.0" in out and "deaths on the way: 1.0 +- 1.0" in out
    # Two rings of the same members, and one of them goes.
    write_list(folder / "twice.list", [[A, A], [A, A], [A]])
    out = script(folder, "memory", folder / "twice")
    assert "2.0 at 320 K, 1.0 at 300 K" in out and "deaths on the way: 1.0" in out
    assert collections.Counter(re.findall(r"births on the way: (\S+)", out)) == {"0.0": 1}


def test_a_glass_without_rings(folder):
    """It is no error, and there is nothing to remember."""
    run(folder, "quench", *QUENCH, "-var", "max", "2", start="glass")
    done = call(folder, "memory", *RUN, "-var", "max", "2")
    none = "The cold glass has no ring of up to 2 formers." in done.stdout
    assert done.returncode == 0
    assert none != (folder / "quench" / "cold.memory").exists()
    write_list(folder / "none.list", [[A], [MIXED], []])
    assert "are there: there are none" in script(folder, "memory", folder / "none")


def test_what_is_missing_is_named(folder):
    done = call(folder, "memory")
    assert done.returncode != 0 and "-var run NAME has to name what in.quench wrote" in done.stdout
    assert "there is no none.data yet; let the quench go on to its end" in complaint(
        folder, "memory", "none")
    (folder / "none.data").touch()
    assert "none.list" in complaint(folder, "memory", folder / "none")
    write_list(folder / "short.list", [[A], [A]])
    assert "short.list has 2 frames; let the run go on" in complaint(folder, "memory",
                                                                     folder / "short")
    write_list(folder / "one.list", [[A], [A], [A]])
    write_list(folder / "two.list", [[A], [A], [A], [A]])
    assert "do not begin at one temperature: 320 K, 330 K" in complaint(
        folder, "memory", folder / "one", folder / "two")
    (folder / "one.memory").write_text("# head\n1 2 3 4\n2 2 3 4\n")
    assert "has 2 rows for 3 frames; run in.memory again" in complaint(folder, "memory",
                                                                       folder / "one")
    text = (folder / "one.list").read_text()
    (folder / "one.list").write_text(text.replace("c_rings[10]", "x"))
    assert "the list of rings has no members" in complaint(folder, "memory", folder / "one")


def test_the_glasses_that_ship(folder):
    """The numbers of the manual, from the rings of all glasses that have some."""
    runs = sorted((folder / "glasses").glob("*-fast-?.memory"))
    out = plot(folder, "memory", *(f"../glasses/{path.stem}" for path in runs))
    page = " ".join((ROOT / "doc" / "paper.rst").read_text().split())
    shares = re.findall(r"of the rings at 300 K are there below (\d+) \+- (\d+) K", out)
    assert len(runs) >= 20 and len(shares) == 2
    assert f"B-O rings of {len(runs)} quenches of ten glasses" in page
    assert f"at every temperature below {shares[0][0]} +- {shares[0][1]} K" in page
    assert f"at least four fifths below {shares[1][0]} +- {shares[1][1]} K" in page
