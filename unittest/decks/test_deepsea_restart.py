# SPDX-License-Identifier: GPL-2.0-only
"""pair_style deepsea in restart files and data files: what needs the models, and when."""
import re
import shutil
import struct
import subprocess

import numpy as np
import pytest

from deck import TIMEOUT, agree, dump, environment, thermo
from deepsea_glass import COEFF, GLASS, MOVE, ONE, SMALL, TWO, energy, forces, rows

SAME = 1.0e-12
READ = "read_restart {}/kept\n"


@pytest.fixture
def elsewhere(lmp, tmp_path):
    """A restart file that names a model in a folder of its own; (file's folder, model)."""
    model = tmp_path / "there" / "glass.pt"
    model.parent.mkdir()
    shutil.copy(SMALL[0], model)
    lmp(GLASS + f"pair_style deepsea {model}\n" + COEFF + f"run 0\nwrite_restart {tmp_path}/kept\n")
    return tmp_path, model


def test_a_model_that_has_moved(lmp, elsewhere):
    folder, model = elsewhere
    moved = folder / "moved.pt"
    model.rename(moved)
    again = f"pair_style deepsea {moved}\n"
    expected = lmp(GLASS + again + COEFF + energy()).last()["PotEng"]
    for coeff in (COEFF, ""):    # names of the restart file stay
        got = lmp(READ.format(folder) + again + coeff + energy()).last()["PotEng"]
        agree([got], [expected], SAME, 1.0)
    failed = lmp.fails(READ.format(folder) + "run 0\n", "(named by the restart file; bring it "
                       "there, or give pair_style and pair_coeff again after read_restart)")
    assert str(model) in failed.log.split("ERROR", 1)[1]


@pytest.mark.parametrize("then", ["write_data {}/out.data noinit nocoeff\n",
                                  "write_restart {}/second noinit\n",
                                  "pair_style zero 3.0\npair_coeff * *\nrun 0\n",
                                  "write_dump all custom {}/out.dump id x modify sort id\n"])
def test_nothing_needs_the_model_but_a_run(lmp, elsewhere, then):
    folder, model = elsewhere
    model.unlink()
    lmp(READ.format(folder) + then.format(folder))


def test_a_second_restart_file_without_the_model(lmp, elsewhere):
    """It has what the first one had."""
    folder, model = elsewhere
    hidden = model.rename(folder / "hidden.pt")
    lmp(READ.format(folder) + f"write_restart {folder}/kept noinit\n")
    hidden.rename(model)
    got = lmp(READ.format(folder) + energy()).last()["PotEng"]
    agree([got], [lmp(GLASS + f"{ONE}\n" + COEFF + energy()).last()["PotEng"]], SAME, 1.0)
    shutil.copy(SMALL[1], model)
    lmp.fails(READ.format(folder) + "run 0\n",
              "is not the model that the restart file was written with")


def test_restart2data(elsewhere):
    """lmp -r2data makes a data file without the model."""
    folder, model = elsewhere
    model.unlink()
    done = subprocess.run(["lmp", "-r2data", "kept", "out.data"], cwd=folder, timeout=TIMEOUT,
                          capture_output=True, text=True, check=False, env=environment(1))
    assert done.returncode == 0, done.stdout[-2000:]
    assert "300 atoms" in (folder / "out.data").read_text()


def test_a_given_model_may_be_another(lmp, elsewhere):
    """pair_style after read_restart is a new choice; its own names go on being mapped."""
    folder, _ = elsewhere
    text = READ.format(folder) + f"pair_style deepsea {SMALL[1]}\n" + energy()
    expected = lmp(GLASS + f"pair_style deepsea {SMALL[1]}\n" + COEFF + energy()).last()["PotEng"]
    agree([lmp(text).last()["PotEng"]], [expected], SAME, 1.0)


def test_hybrid(lmp, tmp_path):
    """A hybrid style keeps the words of its styles, and wants pair_coeff again."""
    style = TWO.replace("deepsea", "hybrid/overlay deepsea", 1) + " core/zbl 1.0 1.9 lj/cut 5.0\n"
    coeff = COEFF.replace("* *", "* * deepsea") + "pair_coeff * * lj/cut 0.01 2.0\n"
    whole = lmp(GLASS + style + coeff + energy() + f"write_restart {tmp_path}/kept\n")
    again = lmp(READ.format(tmp_path) + coeff + energy())
    agree(forces(again), forces(whole), SAME, 0.1)
    # pair_style anew, with another file
    other = style.replace(str(SMALL[1]), str(SMALL[2]))
    lmp(READ.format(tmp_path) + other + coeff + energy())
    lmp.fails(READ.format(tmp_path) + "run 0\n", "All pair coeffs are not set")


def folder_with_blank(tmp_path):
    """A model whose path holds what a shell or a splitter would trip over."""
    folder = tmp_path / "my models #1 $"
    folder.mkdir()
    for k, model in enumerate(SMALL[:2], 1):
        shutil.copy(model, folder / f"m {k}.pt")
    return folder


@pytest.mark.parametrize("kind", ["", "hybrid/overlay "])
def test_blanks_in_paths(lmp, tmp_path, kind):
    """Words of pair_style stay apart, also in restart files, in hybrid, and for out_file."""
    folder = folder_with_blank(tmp_path)
    words = f"deepsea '{folder}/m 1.pt' '{folder}/m 2.pt' out_file 'de vi #.out' out_freq 5"
    partner = " zero 3.0" if kind else ""
    coeff = COEFF
    if kind:
        coeff = "pair_coeff * * zero\n" + COEFF.replace("* *", "* * deepsea")
    deck = GLASS + f"pair_style {kind}{words}{partner}\n" + coeff
    tail = MOVE + energy(run="run 5\n")
    plain = lmp(GLASS + f"{TWO} out_freq 5\n" + COEFF + tail)
    whole = lmp(deck + tail + f"write_restart {tmp_path}/kept\n")
    agree(forces(whole), forces(plain), SAME, 0.1)
    agree(rows(whole, "de vi #.out"), rows(plain), 1e-6, 0.1)
    again = lmp(READ.format(tmp_path) + (coeff if kind else "") + energy())
    agree(forces(again), forces(whole), 1e-9, 0.1)
    assert list(rows(again, "de vi #.out")[:, 0]) == [5]


def test_blanks_in_a_folder_of_potentials(lmp, tmp_path):
    folder = folder_with_blank(tmp_path)
    text = f"shell putenv 'LAMMPS_POTENTIALS={folder}'\n" + GLASS + "pair_style deepsea 'm 1.pt'\n"
    agree([lmp(text + COEFF + energy()).last()["PotEng"]],
          [lmp(GLASS + f"{ONE}\n" + COEFF + energy()).last()["PotEng"]], SAME, 1.0)


def entry(text):
    return struct.pack("i", len(text)) + text.encode()


def rewrite(path, layout):
    """Gives what pair_style deepsea has in a restart file another layout.

    Layout 1, of the first version, has the words of pair_style, the checksums and the words of
    pair_coeff as one string each. Other numbers stand for versions to come.
    """
    data = path.read_bytes()
    start = data.index(entry("\nlayout 2"))
    at = start + len(entry("\nlayout 2"))
    lists = []
    for _ in range(3):
        count, = struct.unpack_from("i", data, at)
        at += 4
        lists.append([])
        for _ in range(count):
            length, = struct.unpack_from("i", data, at)
            lists[-1].append(data[at + 4:at + 4 + length].decode())
            at += 4 + length
    assert lists[0][0].endswith(".pt") and lists[2][:2] == ["*", "*"]
    assert re.fullmatch("[0-9a-f]{64}", lists[1][0])
    if layout == 1:
        texts = [" ".join(lists[0]), " ".join(lists[1]) + " ", " ".join(lists[2])]
        section = b"".join(map(entry, texts))
    else:
        section = entry(f"\nlayout {layout}") + data[start + len(entry("\nlayout 2")):at]
    path.write_bytes(data[:start] + section + data[at:])


@pytest.mark.parametrize("ranks", [1, 2])
def test_restart_files_of_the_first_version(lmp, tmp_path, ranks):
    whole = lmp(GLASS + f"{TWO} short off table 1.0e-6\n" + COEFF + energy()
                + f"write_restart {tmp_path}/kept\n")
    rewrite(tmp_path / "kept", 1)
    again = lmp(READ.format(tmp_path) + energy(), ranks)
    agree(forces(again), forces(whole), SAME if ranks == 1 else 1e-10, 0.1)
    assert again.log.count(", SHA-256 ") == 2


def test_restart_files_of_later_versions(lmp, tmp_path):
    lmp(GLASS + f"{ONE}\n" + COEFF + f"run 0\nwrite_restart {tmp_path}/kept\n")
    rewrite(tmp_path / "kept", 9)
    lmp.fails(READ.format(tmp_path), "the restart file has layout 9 of this style")


def test_goes_on_bit_for_bit(lmp, tmp_path):
    """With two models, of which one is evaluated in some steps only."""
    still = "neigh_modify every 1 delay 0 check no\natom_modify sort 0 0.0\n"
    tail = thermo("step pe press") + dump("id fx fy fz") + "run 10\n"
    start = still + GLASS + f"{TWO} out_freq 5\n" + COEFF + MOVE
    whole = lmp(start + f"run 10\nwrite_restart {tmp_path}/kept\n" + tail)
    again = lmp(still + READ.format(tmp_path) + "fix nve all nve\ntimestep 0.0005\n" + tail)
    assert np.array_equal(forces(again), forces(whole))
    assert np.abs(forces(again)).max() > 0.5
