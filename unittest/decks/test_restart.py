# SPDX-License-Identifier: GPL-2.0-only
"""Restart and data files: the same run goes on, with the same parameters."""
import shutil
import struct

import numpy as np
import pytest

from deck import DENG_DU, DSF, GIVEN, POTENTIALS, SHIK, agree, compare, observe, read_frame, system

SAME = 1.0e-12
STEPS = 15

MODELS = {
    "dsf": DSF,
    "dsf shift": DSF + "\npair_modify shift yes",
    "wolf": f"pair_style fmp/lbs 8.0 coul wolf 0.25 8.0\n{DENG_DU} n4 0.55",
    "composition": DSF + " composition Li2O 0.3 B2O3 0.3 SiO2 0.4 n4 dbx",
    "shik": SHIK,
    "pppm": "kspace_style pppm 1.0e-4\npair_style fmp/lbs 8.0 coul long 8.0\n" + DENG_DU,
    "pppm exact": "kspace_style pppm 1.0e-4\npair_style fmp/lbs 8.0 coul long 8.0\n"
                  "pair_modify table 0\n" + DENG_DU,
}
STILL = "atom_modify sort 0 0.0\n"    # the order of the atoms decides the order of the sums
MOVE = "fix nve all nve\ntimestep 0.001\n"
COLUMNS = "id type q x y z vx vy vz fx fy fz c_pea"


def first_half(model, columns=COLUMNS):
    return (system() + STILL + MODELS[model] + "\nvelocity all create 1000.0 77 loop geom\n" + MOVE
            + observe(columns, every=STEPS) + f"run {STEPS}\nwrite_restart half.restart\n")


def second_half(folder, extra=""):
    """Reads the restart file; no pair_style, no pair_coeff."""
    return f"read_restart {folder}/half.restart\n{STILL}{extra}"


@pytest.mark.parametrize("model", MODELS)
def test_continues_bit_for_bit(lmp, model):
    whole = lmp(first_half(model) + f"run {STEPS}\n")
    kspace = "kspace_style pppm 1.0e-4\n" if "pppm" in model else ""
    again = lmp(second_half(whole.folder, kspace) + MOVE + observe(COLUMNS, every=STEPS)
                + f"run {STEPS}\n")
    assert whole.last() == again.last()
    one, two = whole.atoms(), again.atoms()
    assert np.abs(one["fx"]).max() > 1.0
    for name in COLUMNS.split():
        assert np.array_equal(one[name], two[name]), name


def test_restart_on_two_ranks(lmp):
    whole = lmp(first_half("dsf") + f"run {STEPS}\n", ranks=2)
    again = lmp(second_half(whole.folder) + MOVE + observe(COLUMNS, every=STEPS)
                + f"run {STEPS}\n", ranks=4)
    compare(again, whole, 1.0e-9, skip=("stresses",))


def test_restart_holds_the_potential_file(lmp):
    """The file may be gone: the restart file has its text."""
    whole = lmp(first_half("shik"))
    again = lmp("shell putenv LAMMPS_POTENTIALS=/nowhere\n" + second_half(whole.folder)
                + observe(COLUMNS) + "run 0\n")
    agree(again.last()["PotEng"], whole.last()["PotEng"], SAME, 1.0)


@pytest.mark.parametrize("path", ["my models/p q.fmp", "models #2/p.fmp", "n4"])
def test_a_path_stays_one_word(lmp, tmp_path, path):
    """With blanks, with a sign that begins comments, or like a keyword; also after a restart."""
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    shutil.copy(POTENTIALS / "deng-du-teter.fmp", file)
    model = DSF.replace("deng-du-teter.fmp", f'"{path}"') + " n4 0.5"
    deck = f'shell cd "{tmp_path}"\n{system()}{{}}\n' + observe(COLUMNS) + "run 0\n"
    first = lmp(deck.format(model) + f"write_restart {tmp_path}/half.restart\n")
    assert f"from {path} (DATE" in first.log
    file.unlink()
    again = lmp(f"read_restart {tmp_path}/half.restart\n" + observe(COLUMNS) + "run 0\n")
    expected = lmp(system() + DSF + " n4 0.5\n" + observe(COLUMNS) + "run 0\n")
    for result in (first, again):
        agree(result.last()["PotEng"], expected.last()["PotEng"], SAME, 1.0)
    if " " in path:
        lmp.fails(deck.format(model.replace('"', "")), "pair_coeff fmp/lbs")


def entries(blob, start, count):
    """`count` strings with their lengths in front, and where they end."""
    words = []
    for _ in range(count):
        length, = struct.unpack_from("=i", blob, start)
        words.append(blob[start + 4:start + 4 + length])
        start += 4 + length
    return words, start


def in_first_layout(blob):
    """A restart file as plugins wrote it before layouts had numbers: no entry for the layout, the
    words of pair_style and of pair_coeff as one string each."""
    def words(start):
        return entries(blob, start + 4, *struct.unpack_from("=i", blob, start))

    def joined(parts):
        line = b" ".join(parts)
        return struct.pack("=i", len(line)) + line

    start = blob.index(LAYOUT) - 4
    style, flags = words(start + 4 + len(LAYOUT))
    coeff, rest = words(flags + FLAGS)
    return blob[:start] + joined(style) + blob[flags:flags + FLAGS] + joined(coeff) + blob[rest:]


LAYOUT = b"\nlayout 2"
FLAGS = 4 * 4 + 8    # bytes of the settings of pair_modify


def test_reads_restart_files_of_the_first_layout(lmp):
    whole = lmp(first_half("composition") + f"run {STEPS}\n")
    file = whole.folder / "half.restart"
    old = in_first_layout(file.read_bytes())
    assert b"8.0 coul dsf 0.25 8.0" in old and LAYOUT not in old
    file.write_bytes(old)
    again = lmp(second_half(whole.folder) + MOVE + observe(COLUMNS, every=STEPS)
                + f"run {STEPS}\n")
    assert whole.last() == again.last()


@pytest.mark.parametrize("old, new, message", [
    (LAYOUT, b"\nlayout 3", "has layout 3 of this style, and this plugin reads up to 2: update the"
     " plugin"),
    (struct.pack("=i", len(LAYOUT)) + LAYOUT, struct.pack("=i", -9) + LAYOUT,
     "the restart file is damaged"),
], ids=["newer", "damaged"])
def test_restart_files_that_cannot_be_read(lmp, old, new, message):
    whole = lmp(first_half("dsf"))
    file = whole.folder / "half.restart"
    content = file.read_bytes()
    assert content.count(old) == 1
    file.write_bytes(content.replace(old, new))
    lmp.fails(second_half(whole.folder) + "run 0\n", message)


def test_a_second_restart_is_equal(lmp):
    """A file written before any run of the second deck still holds everything."""
    whole = lmp(first_half("dsf"))
    copy = lmp(second_half(whole.folder) + "write_restart half.restart\n")
    again = lmp(second_half(copy.folder) + observe(COLUMNS) + "run 0\n")
    agree(again.last()["PotEng"], whole.last()["PotEng"], SAME, 1.0)


def drop(*, silica):
    """Deletes one atom of oxygen, or one silicon and two oxygens, and keeps the IDs."""
    _, types, *_ = read_frame(system_path())
    first = {t: list(np.nonzero(types == t)[0] + 1) for t in (3, 4)}
    ids = first[3][:2] + first[4][:1] if silica else first[3][:1]
    return f"group gone id {' '.join(map(str, ids))}\ndelete_atoms group gone compress no\n"


def system_path():
    return system().split("read_data ")[1].split()[0]


EVAPORATE = """
group si type 4
region all block INF INF INF INF INF INF
fix gone si evaporate 5 1 all 12345
fix nve all nve
neigh_modify delay 0 every 1 check no
run 20
"""
MESSAGE = "the composition has changed"


@pytest.mark.parametrize("silica", [True, False])
def test_a_changed_composition_stops(lmp, silica):
    lmp.fails(system() + DSF + "\nrun 0\n" + drop(silica=silica) + "run 0\n", MESSAGE)


def test_a_changed_composition_stops_after_restart(lmp):
    whole = lmp(first_half("dsf"))
    lmp.fails(second_half(whole.folder) + drop(silica=True) + "run 0\n", MESSAGE)


def test_a_changed_composition_stops_within_a_run(lmp):
    """Atoms that a fix takes away are noticed at the next rebuild of the neighbor list."""
    lmp.fails(system() + DSF + "\n" + EVAPORATE, MESSAGE)


def test_recompute_follows_the_atoms(lmp):
    """As a deck that has never seen the deleted atoms; the parameters are others than before."""
    tail = observe() + "run 0\n"
    model = DSF + " recompute yes\n"
    followed = lmp(system() + model + "run 0\n" + drop(silica=True) + tail)
    fresh = lmp(system() + drop(silica=True) + DSF + "\n" + tail)
    compare(followed, fresh, SAME)
    frozen = lmp(system() + DSF + GIVEN + "\n" + drop(silica=True) + tail)
    assert abs(frozen.last()["E_vdwl"] - fresh.last()["E_vdwl"]) > 1.0e-3


def test_recompute_sets_new_charges(lmp):
    """SHIK's oxygen gets a new charge when silicon and oxygen leave together."""
    tail = observe("id type q fx fy fz c_pea c_sa[*]") + "run 0\n"
    followed = lmp(system() + SHIK + " recompute yes\nrun 0\n" + drop(silica=True) + tail)
    fresh = lmp(system() + drop(silica=True) + SHIK + "\n" + tail)
    compare(followed, fresh, SAME)
    assert np.array_equal(followed.atoms()["q"], fresh.atoms()["q"])
    before = lmp(system() + SHIK + "\n" + tail)
    assert before.atoms()["q"].min() != followed.atoms()["q"].min()


def test_recompute_within_a_run_needs_oxides(lmp):
    lmp.fails(system() + DSF + " recompute yes\n" + EVAPORATE, "no mixture of oxides")


def test_a_given_composition_stays(lmp):
    result = lmp(system() + DSF + GIVEN + "\nrun 0\n" + drop(silica=False) + observe() + "run 0\n")
    assert result.last()["E_vdwl"] != 0.0


def test_a_given_composition_has_no_parameters_for_others(lmp):
    """Boron that turns up after a composition without it was given would have no B-O term."""
    glass = system() + "set type 2 type 1\nset type 1 charge 0.6\n" + DSF
    given = " composition Li2O 0.6 SiO2 0.4 charges set\n"
    assert lmp(glass + given + observe() + "run 0\n").last()["E_vdwl"] != 0.0
    for late in ("run 0\nset atom 5 type 2\nrun 0\n",
                 "write_restart late.restart\nrun 0\nwrite_restart late.restart\nclear\n"
                 "read_restart late.restart\nset atom 5 type 2\nrun 0\n"):
        lmp.fails(glass + given + late, "the composition given has no B, but 1 atoms of it exist")


def test_a_new_pair_coeff_allows_the_change(lmp):
    tail = observe() + "run 0\n"
    again = lmp(system() + DSF + "\nrun 0\n" + drop(silica=True) + DENG_DU + "\n" + tail)
    fresh = lmp(system() + drop(silica=True) + DSF + "\n" + tail)
    compare(again, fresh, SAME)


@pytest.mark.parametrize("model", ["dsf", "shik"])
def test_replicate_keeps_the_parameters(lmp, model):
    whole = lmp(first_half(model))
    tail = observe(COLUMNS) + "run 0\n"
    once = lmp(second_half(whole.folder) + tail).last()
    twice = lmp(second_half(whole.folder) + "replicate 2 1 1\n" + tail).last()
    for name in ("PotEng", "E_vdwl", "E_coul"):
        agree(twice[name], 2.0 * once[name], SAME, 1.0)


@pytest.mark.parametrize("name", ["glass", "glass_triclinic"])
def test_data_file_round_trip(lmp, name):
    tail = observe() + "run 0\n"
    first = lmp(system(name) + SHIK + "\nwrite_data early.data\n" + tail + "write_data out.data\n")
    again = lmp(f"units metal\natom_style charge\nread_data {first.folder}/out.data\n"
                + SHIK.replace(" charges set", "") + "\n" + tail)
    compare(again, first, 1.0e-11)
