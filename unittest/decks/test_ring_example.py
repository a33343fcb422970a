"""examples/rings with a protocol of a few hundred steps, and what its programs make of it."""
import re
import subprocess
import sys

import numpy as np
import pytest

from deck import ROOT, Result

FOLDER = ROOT / "examples" / "rings"
SHORT = {"natoms": 60, "melt": 0.1, "rate": 10000, "average": 0.2}
EVERY = 5    # steps; at this rate 10 K are one step, and the deck takes five at least


@pytest.fixture(scope="module")
def finished(shared):
    """Prefix of the files of a short run, and its Result."""
    words = []
    prefix = shared.folder / "glass"
    for name, value in {**SHORT, "out": prefix}.items():
        words += ["-var", name, str(value)]
    result = shared.run((FOLDER / "in.rings").read_text(), 1, words, cwd=FOLDER)
    assert result.status == 0, result.log[-3000:]
    return prefix, result


def program(name, *args):
    return subprocess.run([sys.executable, FOLDER / name, *map(str, args)], capture_output=True,
                          text=True, check=False)


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
    line = re.search(r"^LBS_20_60_20 shik: (\d+) rings, 3B in 3MR (\S+) %", result.log, re.M)
    last = Result(prefix.parent, 0, "").frames("glass.list")[-1][2]
    assert int(line[1]) == len(last["index"]) > 5


def test_plot(finished):
    prefix, _ = finished
    done = program("plot.py", prefix)
    assert done.returncode == 0, done.stderr
    picture = prefix.with_suffix(".png").read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) > 20000
    prefix.with_name("empty.rings").write_text("# nothing\n")
    done = program("plot.py", prefix.with_name("empty"))
    assert done.returncode != 0 and "less than two lines; did the run end?" in done.stderr


def test_rings_for_viewers(finished, tmp_path):
    """Extended XYZ: every frame, and for each atom the rings that the list has for it."""
    prefix, _ = finished
    out = tmp_path / "rings.xyz"
    done = program("rings2xyz.py", f"{prefix}.dump", f"{prefix}.list", out)
    assert done.returncode == 0, done.stderr
    lines = out.read_text().splitlines()
    number = int(lines[0])
    assert 55 < number < 65 and len(lines) == 321 * (number + 2)
    *_, (_, _, atoms) = Result(prefix.parent, 0, "").frames("glass.dump")
    *_, (_, _, rings) = Result(prefix.parent, 0, "").frames("glass.list")
    sizes = [int(n) for n in re.findall(r":rings_(\d+):I:1", lines[-number - 1])]
    assert "Lattice=" in lines[-number - 1] and "Timestep=1600" in lines[-number - 1]
    row = {int(w[4]): w for w in (line.split() for line in lines[-number:])}
    signal = 0
    for k, atom in enumerate(atoms["id"].astype(int)):
        words = row[atom]
        assert words[0] == ("Li", "B", "O", "Si")[int(atoms["type"][k]) - 1]
        assert float(words[1]) == pytest.approx(atoms["x"][k], abs=1e-3)
        member = [int(rings["c_rings[1]"][r]) for r in range(len(rings["index"]))
                  if any(rings[f"c_rings[{c}]"][r] == atom for c in range(5, 21))]
        assert int(words[5]) == min(member, default=0)
        assert [int(w) for w in words[6:6 + len(sizes)]] == [member.count(n) for n in sizes]
        signal += len(member)
    assert signal > 20


def test_viewer_file_needs_matching_dumps(finished, tmp_path):
    prefix, _ = finished
    other = tmp_path / "other.list"
    text = (prefix.parent / "glass.list").read_text()
    other.write_text(re.sub(r"(TIMESTEP\n)(\d+)", r"\g<1>77777\2", text))
    done = program("rings2xyz.py", f"{prefix}.dump", other, tmp_path / "x.xyz")
    assert done.returncode != 0 and "no time step in common" in done.stderr
    done = program("rings2xyz.py", f"{prefix}.dump", f"{prefix}.dump", tmp_path / "x.xyz")
    assert done.returncode != 0 and "needs all local columns of compute ring/stats" in done.stderr
