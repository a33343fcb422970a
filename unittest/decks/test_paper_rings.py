# SPDX-License-Identifier: GPL-2.0-only
"""examples/paper/rings: rings of glasses by size and class, against cells whose rings are known."""
import re

import numpy as np
import pytest

from deck import POTENTIALS, ROOT, data_text
from paper_decks import call, complaint, copy_decks, plot, run

BORATE = POTENTIALS / "lbs" / "data" / "validation" / "B2O3.B18O27"    # five boroxol rings in it


@pytest.fixture(name="folder")
def make_folder(tmp_path):
    """A copy of the decks."""
    return copy_decks(tmp_path)


def write_borate(path, copies):
    """So many copies of the cell along x."""
    x, cell = (np.load(BORATE / "set.000" / f"{n}.npy")[0].reshape(-1, 3) for n in ("coord", "box"))
    types = np.tile(np.loadtxt(BORATE / "type.raw", dtype=int) + 1, copies)
    x = np.vstack([x + k * cell[0] for k in range(copies)])
    path.write_text(data_text(cell * [[copies], [1], [1]], types, x, np.zeros(len(x))))


def tables(prefix):
    """The files of in.rings."""
    return np.loadtxt(f"{prefix}.sizes"), np.loadtxt(f"{prefix}.classes")


def test_rings_that_were_built_in(folder):
    """A borate with five boroxol rings; a cell of two copies has twice as many of each size."""
    for copies in (1, 2):
        write_borate(folder / f"{copies}.data", copies)
        out = run(folder, "rings", "-var", "out", str(copies), start=folder / f"{copies}.data")
    (one, of_one), (two, of_two) = (tables(folder / "rings" / name) for name in ("1", "2"))
    assert f"2: 10 three-membered rings, 3B in them {100 * of_one[8]:.1f} %" in out
    assert one[:, 0].tolist() == list(range(2, 13)) and one[1].tolist() == [3, 5, 5]
    assert of_one[0] == 18 and of_one[1] == 5 and of_one[2:8].sum() == 0
    # No B is in two of the rings, and all that are in one have three oxygens.
    assert of_one[8] * of_one[9] == pytest.approx(15.0, abs=1e-3) and of_one[9] <= 18
    # All other ways around lead through the cell's faces and end at another image.
    assert np.array_equal(one[:, 1], one[:, 2]) and one[:, 1].sum() == 5
    assert np.array_equal(two[:, 1:], 2 * one[:, 1:])
    assert of_two[8] == of_one[8]
    assert np.array_equal(np.delete(of_two, 8), 2 * np.delete(of_one, 8))
    out = plot(folder, "rings", "one=1", "two=2")
    # For a hundred formers both are the same, but the larger cell is known better.
    rows = {made: np.array(re.findall(r"\S+", words.replace("+-", "")), float).reshape(-1, 2)
            for made, words in re.findall(r"^(one|two) +(.*%.*|.*)$", out, re.M)[:2]}
    assert rows["one"][0] == pytest.approx([100 * 5 / 18, 100 * np.sqrt(5) / 18], abs=0.06)
    assert rows["two"][0] == pytest.approx([100 * 5 / 18, 100 * np.sqrt(10) / 36], abs=0.06)
    assert rows["one"][7, 0] == pytest.approx(100 * of_one[8], abs=0.06)


def write_glass(prefix, formers, sizes, classes, share=0.5, three=40):
    """Files as of in.rings: {size: (rings, of B and O)} and the seven classes."""
    rows = [f"{n} {' '.join(map(str, sizes.get(n, (0, 0))))}" for n in range(2, 6)]
    prefix.with_suffix(".sizes").write_text("# head\n" + "\n".join(rows) + "\n")
    words = " ".join(map(str, (formers, *classes, share, three)))
    prefix.with_suffix(".classes").write_text(f"# head\n{words}\n")


def test_numbers_by_hand(folder):
    """Of cells of different sizes; seeds are averaged."""
    place = folder / "rings"
    write_glass(place / "a", 50, {3: (8, 6), 5: (4, 0)}, (1, 2, 3, 0, 2, 0, 0))
    write_glass(place / "b", 200, {3: (8, 6), 5: (4, 0)}, (6, 0, 0, 0, 0, 2, 0), 0.25, 100)
    write_glass(place / "c", 50, {3: (2, 0)}, (0, 0, 0, 0, 0, 0, 2), 0.1)
    out = plot(folder, "rings", "MLP=a", "FMP=b", "both=a,c")

    def row(made, heading):
        found = re.search(rf"^{made} +(.*)$", out[out.index(heading):], re.M)[1]
        return np.array(found.replace("+-", "").split(), float).reshape(-1, 2)

    mlp = row("MLP", "three-membered")
    assert mlp[:, 0].tolist() == [2.0, 4.0, 6.0, 0.0, 4.0, 0.0, 0.0, 50.0]
    assert mlp[2, 1] == pytest.approx(2 * np.sqrt(3), abs=0.06)
    assert mlp[7, 1] == pytest.approx(100 * np.sqrt(0.25 / 40), abs=0.06)
    assert row("FMP", "three-membered")[[0, 5, 7], 0].tolist() == [3.0, 1.0, 25.0]
    assert row("MLP", "\nall ")[:, 0].tolist() == [0.0, 16.0, 0.0, 8.0]
    assert row("FMP", "\nall ")[:, 0].tolist() == [0.0, 4.0, 0.0, 2.0]
    assert row("MLP", "\nB-O ")[:, 0].tolist() == [0.0, 12.0, 0.0, 0.0]
    both = row("both", "\nall ")
    # 16 and 4: half their difference, times Student's factor of two
    assert both[1] == pytest.approx([10.0, 6.0 * 1.837], abs=0.06)


def test_the_numbers_of_the_manual(folder):
    """Three-membered rings that Deep Potentials make and two-body potentials do not."""
    runs = {"fast": [f"fast-{k}" for k in (1, 2, 3)], "accurate": ["accurate-1"],
            "lbs.fmp": ["lbs-1"], "Deng-Du/Teter": ["deng_du-1"]}
    words = []
    for made, names in runs.items():
        names = [n for n in names if (folder / "glasses" / f"LBS_20_60_20-{n}.data").exists()]
        for name in names:
            run(folder, "rings", "-var", "out", name,
                start=folder / "glasses" / f"LBS_20_60_20-{name}.data")
            sizes, classes = tables(folder / "rings" / name)
            assert sizes[1].tolist() == [3, classes[1:8].sum(), classes[1:5].sum()]
            assert 0 < sizes[:, 2].sum() < sizes[:, 1].sum()
        words.append(f"{made}={','.join(names)}")
    out = plot(folder, "rings", *words)
    page = " ".join((ROOT / "doc" / "paper.rst").read_text().split())
    found = {made: re.findall(rf"^{made} +(.*)$", out, re.M)[1] for made in runs}
    three = [float(found[made].split()[3]) for made in runs]
    assert "has {:.0f} by the fast, {:.0f} by the accurate, {:.0f} by *lbs.fmp* and {:.0f}".format(
        *three) in page, out


def test_what_is_wrong_is_named(folder):
    (folder / "rings" / "no").write_text("")
    for words, message in ((("-var", "max", "2"), "max must be 3 or more"),
                           (("-var", "elements", "Li B N Si"), "no atom type is O"),
                           (("-var", "elements", "Li B O"), "3 elements for 4 atom types")):
        done = call(folder, "rings", *words)
        assert done.returncode != 0 and message in done.stdout, done.stdout
        assert not list((folder / "rings").glob("rings.*"))
    done = call(folder, "rings", "-var", "out", "my rings")
    assert done.returncode != 0 and "use names of files without blanks" in done.stdout
    write_glass(folder / "rings" / "a", 50, {}, 7 * (0,))
    write_glass(folder / "rings" / "b", 50, {}, 6 * (0,))
    run(folder, "rings")
    for words, message in ((("MLP",), "MLP: is not of the form MADE=PREFIX"),
                           (("MLP=a,a",), "a is there twice"), (("MLP=none",), "none.sizes"),
                           (("MLP=b",), "b: its .sizes or .classes are none of in.rings"),
                           (("MLP=a", "FMP=rings"), "FMP: the rings of another max than that of")):
        assert message in complaint(folder, "rings", *words)
