# SPDX-License-Identifier: GPL-2.0-only
"""examples/rings with a protocol of a few hundred steps, and what its programs make of it."""
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from crystals import boroxol
from deck import DEEPSEA, ELEMENTS, ROOT, Result, as_by_windows, system
from ring_molecules import box
from rings import Rings, deck, read_data, stored

try:
    import ase.io
except ImportError:
    ase = None    # then only the parser below reads what is written

FOLDER = ROOT / "examples" / "rings"
SHORT = {"natoms": 60, "melt": 0.1, "rate": 10000, "average": 0.2}
POTENTIAL = "lbs_fast" if DEEPSEA else "shik"    # the example's own is the first
if not DEEPSEA:
    SHORT["potential"] = POTENTIAL
EVERY = 5    # steps; at this rate 10 K are one step, and the deck takes five at least


def run_deck(shared, **variables):
    """Result of in.rings with these variables on the command line."""
    words = [word for name, value in variables.items() for word in ("-var", name, str(value))]
    return shared.run((FOLDER / "in.rings").read_text(), 1, words, cwd=FOLDER)


@pytest.fixture(scope="module")
def finished(shared):
    """Prefix of the files of a short run, and its Result."""
    prefix = shared.folder / "glass"
    result = run_deck(shared, **SHORT, out=prefix)
    assert result.status == 0, result.log[-3000:]
    return prefix, result


def program(name, *args):
    return subprocess.run([sys.executable, FOLDER / name, *map(str, args)], capture_output=True,
                          text=True, check=False)


def viewer_frames(path):
    """(head, cell vectors as rows, columns by name) of each frame of an extended XYZ file. Where
    there is ASE it has to find the same in it.
    """
    lines = path.read_text().splitlines()
    out, at = [], 0
    while at < len(lines):
        number, head = int(lines[at]), lines[at + 1]
        cell = np.array(re.search('Lattice="([^"]*)"', head)[1].split(), dtype=float)
        rows = np.array([line.split() for line in lines[at + 2:at + 2 + number]])
        assert len(rows) == number
        columns, place = {}, 0
        for name, kind, width in re.findall(r"(\w+):([SRI]):(\d)", head):
            words = rows[:, place:place + int(width)]
            column = words.astype({"S": str, "R": float, "I": int}[kind])
            columns[name] = column[:, 0] if width == "1" else column
            place += int(width)
        assert place == rows.shape[1]
        out.append((head, cell.reshape(3, 3), columns))
        at += 2 + number
    if ase:
        for (_, cell, columns), atoms in zip(out, ase.io.read(path, index=":"), strict=True):
            assert atoms.pbc.all() and np.array_equal(np.array(atoms.cell), cell)
            assert atoms.get_chemical_symbols() == columns["species"].tolist()
            assert np.array_equal(atoms.positions, columns["pos"])
            for name in columns.keys() - {"species", "pos"}:
                assert np.array_equal(atoms.arrays[name], columns[name])
    return out


def view(result, path):
    """The only frame that rings2xyz.py makes of the dumps of a deck; atoms are sorted by ID."""
    done = program("rings2xyz.py", result.folder / "atoms.dump", result.folder / "rings.dump", path)
    assert done.returncode == 0, done.stderr
    frame, = viewer_frames(path)
    return frame


def test_files_of_the_run(finished):
    prefix, result = finished
    rings = np.loadtxt(f"{prefix}.rings")
    memory = np.loadtxt(f"{prefix}.memory")
    assert len(rings) == 320 and len(memory) == 321
    assert rings.shape[1] == 2 + 8 + 7 and memory.shape[1] == 2 + 6
    assert np.array_equal(np.diff(memory[:, 0]), [EVERY] * 320)
    assert (memory[0, 1], memory[-1, 1]) == (3500.0, 300.0)
    assert memory[-1, 2] == 1.0 and 0.0 <= memory[0, 2] < 1.0
    assert rings[-50:, 10:].sum() > 50, "rings in the glass"
    line = re.search(rf"^LBS_20_60_20 {POTENTIAL}: (\d+) rings, 3B in 3MR (\S+) %", result.log,
                     re.M)
    last = Result(prefix.parent, 0, "").frames("glass.list")[-1][2]
    assert int(line[1]) == len(last["index"]) > 5


def test_no_ring(shared):
    """A glass without rings has no memory of them; the deck says so, or what it needs for some."""
    few = {**SHORT, "natoms": 30, "glass": "LBS_10_20_70", "max": 6}
    result = run_deck(shared, **few, out=shared.folder / "few")
    assert "The glass has no ring of up to 6 formers" in result.log and result.status == 0
    assert (shared.folder / "few.data").is_file() and not (shared.folder / "few.memory").exists()
    result = run_deck(shared, max=5)
    assert result.status != 0 and "max must be 6 or more" in result.log


def test_plot(finished):
    prefix, _ = finished
    done = program("plot.py", prefix)
    assert done.returncode == 0, done.stderr
    picture = prefix.with_suffix(".png").read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) > 20000
    prefix.with_name("empty.rings").write_text("# nothing\n")
    done = program("plot.py", prefix.with_name("empty"))
    assert done.returncode != 0 and "no row of numbers yet; has the run begun?" in done.stderr


def test_rings_for_viewers(finished, tmp_path):
    """Extended XYZ: every frame, and for each atom the rings that the list has for it."""
    prefix, _ = finished
    out = tmp_path / "rings.xyz"
    done = program("rings2xyz.py", f"{prefix}.dump", f"{prefix}.list", out)
    assert done.returncode == 0, done.stderr
    frames = viewer_frames(out)
    head, _, columns = frames[-1]
    assert len(frames) == 321 and "Timestep=1600" in head and 55 < len(columns["id"]) < 65
    *_, (_, _, atoms) = Result(prefix.parent, 0, "").frames("glass.dump")
    *_, (_, _, rings) = Result(prefix.parent, 0, "").frames("glass.list")
    sizes = [int(n) for n in re.findall(r":rings_(\d+):I:1", head)]
    place = {atom: k for k, atom in enumerate(columns["id"])}
    signal = 0
    for k, atom in enumerate(atoms["id"].astype(int)):
        here = place[atom]
        assert columns["species"][here] == ELEMENTS[int(atoms["type"][k]) - 1]
        assert columns["pos"][here, 0] == pytest.approx(atoms["x"][k], abs=1e-3)
        member = [int(rings["c_rings[1]"][r]) for r in range(len(rings["index"]))
                  if any(rings[f"c_rings[{c}]"][r] == atom for c in range(5, 21))]
        assert columns["smallest_ring"][here] == min(member, default=0)
        assert [columns[f"rings_{n}"][here] for n in sizes] == [member.count(n) for n in sizes]
        signal += len(member)
    assert signal > 20


@pytest.mark.parametrize("cut", [15, 50, 300])
def test_dumps_of_other_systems(finished, tmp_path, cut):
    """What an editor of Windows has saved gives the same; a frame that was cut off is passed over,
    and a folder is one line.
    """
    prefix, _ = finished
    for name in ("dump", "list"):
        text = (prefix.parent / f"glass.{name}").read_text()
        end = text.index("ITEM: TIMESTEP\n50\n")
        (tmp_path / f"short.{name}").write_text(text[:end])
        (tmp_path / f"cut.{name}").write_text(text[:end + cut])
        shutil.copy(tmp_path / f"short.{name}", tmp_path / f"windows.{name}")
        as_by_windows(tmp_path / f"windows.{name}")
    made = []
    for name in ("short", "cut", "windows"):
        done = program("rings2xyz.py", tmp_path / f"{name}.dump", tmp_path / f"{name}.list",
                       tmp_path / "x.xyz")
        assert done.returncode == 0, done.stderr
        made.append((tmp_path / "x.xyz").read_text())
    assert made[0].count("Timestep=") == 10 and made == 3 * made[:1]
    done = program("rings2xyz.py", tmp_path, f"{prefix}.list", tmp_path / "x.xyz")
    assert done.returncode == 1 and done.stderr == f"[Errno 21] Is a directory: '{tmp_path}'\n"


def test_dumps_of_killed_runs(finished, tmp_path):
    """Frames that were written twice count once, as they were last; a frame in the middle that was
    cut off is told and does not lend its step to the atoms of the next.
    """
    prefix, _ = finished
    text = (prefix.parent / "glass.dump").read_text()
    first, second, third = ("ITEM: TIMESTEP\n" + part
                            for part in text.split("ITEM: TIMESTEP\n")[1:4])
    atoms, out = tmp_path / "atoms.dump", tmp_path / "x.xyz"

    def convert(written):
        atoms.write_text(written)
        return program("rings2xyz.py", atoms, f"{prefix}.list", out)

    assert convert(first + second + third).returncode == 0
    once = out.read_text()
    assert re.findall(r"Timestep=(\d+)", once) == ["0", "5", "10"]
    early = second.replace(" 2 ", " 3 ")
    assert early != second and convert(first + early + second + third).returncode == 0
    assert out.read_text() == once
    half = second[:len(second) // 2]
    whole_lines = half[:half.rindex("\n") + 1]
    header = second[:second.index("ITEM: BOX") + 12]
    for cut in (half, whole_lines, header, header + "\n"):
        done = convert(first + cut + third)
        assert done.returncode == 1
        assert done.stderr == f"{atoms}: a frame in the middle is broken; take it out\n"
        assert out.read_text() == once


def test_boroxol_flag(lmp, tmp_path):
    """On the six atoms of a boroxol ring, not on the three oxygens that it carries, and on no ring
    of three with a four-coordinated B or Si.
    """
    result = lmp(deck(read_data(tmp_path / "one.data", boroxol())))
    _, _, columns = view(result, tmp_path / "one.xyz")
    assert columns["species"].tolist() == ["B"] * 3 + ["O"] * 6
    assert columns["boroxol"].tolist() == columns["rings_3"].tolist() == [1] * 6 + [0] * 3
    cell, types, x, first = box()
    _, _, columns = view(lmp(deck(read_data(tmp_path / "box.data", (cell, types, x)))),
                         tmp_path / "box.xyz")
    # formers and bridges; the kite has a second ring, the fold has one of four formers
    flagged = [first["boroxol"][copy] + k for copy in range(2) for k in range(6)]
    flagged += [first["kite"][0] + k for k in (0, 1, 2, 3, 4, 5, 7, 8, 9)]
    flagged += [first["fold"][0] + k for k in range(6)]
    assert np.flatnonzero(columns["boroxol"]).tolist() == sorted(flagged)
    assert np.count_nonzero(columns["rings_3"]) > 2 * len(flagged)
    assert columns["rings_3"][first["spiro"][0]] == columns["rings_3"][first["kite"][0]] == 2


@pytest.mark.parametrize("origin", [(0.0, 0.0, 0.0), (-7.5, 3.25, 11.0)])
def test_triclinic_frame(lmp, tmp_path, origin):
    """The cell is that of the data file, not the box around it; members of rings are near."""
    expected, types, x = stored("glass_triclinic")
    by = " ".join(map(str, origin))
    moved = "".join(f"change_box all {k} delta {o} {o}\n" for k, o in zip("xyz", origin))
    result = lmp(deck(system("glass_triclinic") + moved + f"displace_atoms all move {by}\n"))
    head, cell, columns = view(result, tmp_path / "t.xyz")
    assert cell == pytest.approx(expected, abs=1e-8)
    assert (cell[[1, 2, 2], [0, 0, 1]] != 0.0).all(), "tilted in all three ways"
    found = np.array(re.search('Origin="([^"]*)"', head)[1].split(), dtype=float)
    assert found == pytest.approx(np.array(origin), abs=1e-8)
    gap = (columns["pos"] - x - origin) @ np.linalg.inv(cell)
    assert gap == pytest.approx(np.rint(gap), abs=1e-8)
    inside = (columns["pos"] - found) @ np.linalg.inv(cell)
    assert -1e-8 < inside.min() < 0.05 and 0.95 < inside.max() < 1.0 + 1e-8
    rings = Rings(result)
    counts = np.zeros((len(types), 9), dtype=int)
    for members in rings.members:
        atoms = np.array(members) - 1
        step = (columns["pos"][np.roll(atoms, -1)] - columns["pos"][atoms]) @ np.linalg.inv(cell)
        assert np.linalg.norm((step - np.rint(step)) @ cell, axis=1).max() < 2.15
        counts[atoms, len(members) // 2] += 1
    assert len(rings.members) > 20
    for n in range(2, 9):
        assert np.array_equal(columns[f"rings_{n}"], counts[:, n])


def test_viewer_file_needs_matching_dumps(finished, tmp_path):
    prefix, _ = finished
    other = tmp_path / "other.list"
    text = (prefix.parent / "glass.list").read_text()
    other.write_text(re.sub(r"(TIMESTEP\n)(\d+)", r"\g<1>77777\2", text))
    (tmp_path / "x.xyz").write_text("as before")
    done = program("rings2xyz.py", f"{prefix}.dump", other, tmp_path / "x.xyz")
    assert done.returncode != 0 and "no time step in common" in done.stderr
    done = program("rings2xyz.py", f"{prefix}.dump", f"{prefix}.dump", tmp_path / "x.xyz")
    assert done.returncode != 0 and "needs all local columns of compute ring/stats" in done.stderr
    done = program("rings2xyz.py", f"{prefix}.dump", f"{prefix}.list", tmp_path / "x.xyz",
                   "--elements", "Li", "B", "O")
    assert done.returncode != 0 and "--elements has 3 elements for 4 atom types" in done.stderr
    done = program("rings2xyz.py", f"{prefix}.dump", f"{prefix}.list", f"{prefix}.list")
    assert done.returncode != 0 and ".list is to be read; name another file" in done.stderr
    assert (tmp_path / "x.xyz").read_text() == "as before"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["other.list", "x.xyz"]
