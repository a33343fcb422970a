# SPDX-License-Identifier: GPL-2.0-only
"""compute ring/persist: which rings of a reference exist now."""
import numpy as np
import pytest

from crystals import quartz
from deck import DSF, system
from rings import MAX, TYPES, ZERO, Rings, compute, deck, dump_rings, read_data, stored

PERSIST = " ".join(["c_p", *(f"c_p[{k}]" for k in range(1, 11)),
                    *(f"c_p[{n}][{c}]" for n in range(1, MAX + 1) for c in (1, 2, 3))])
GLASS = "shik_20_60_20"


def persist(reference):
    """Lines that define the compute and print all it says."""
    return (f"compute p all ring/persist r reference {reference}\n"
            f"thermo_style custom step {PERSIST}\nthermo_modify format float %.17g line one\n")


def write_reference(lmp, text=None, words=""):
    """Path of a file with the rings of one frame, and the frame's Rings."""
    result = lmp(deck(text or system(GLASS), words))
    return result.folder / "rings.dump", Rings(result)


def expected(reference, now):
    """All numbers that ring/persist prints, from two lists of rings."""
    members = [tuple(sorted(m)) for m in now.members]
    present = np.array([tuple(sorted(m)) in members for m in reference.members])
    size, kind = reference.details[:, 0], reference.details[:, 1]

    def share(mask):
        return present[mask].sum() / mask.sum() if mask.any() else 0.0

    out = [present.mean(), *(share(kind == c) for c in range(1, 8)), len(present), present.sum(),
           share((kind >= 1) & (kind <= 4))]
    for n in range(1, MAX + 1):
        out += [np.count_nonzero(size == n), present[size == n].sum(), share(size == n)]
    return np.array(out, dtype=float)


def said(table, row=-1):
    return np.array([table[name][row] for name in PERSIST.split()])


@pytest.mark.parametrize("ranks", [1, 2, 4, 8])
@pytest.mark.parametrize("definition", ["primitive", "king"])
def test_share_of_a_file(lmp, ranks, definition):
    """Some formers leave; what is left of the rings is counted by numpy from two lists."""
    words = f"definition {definition}"
    file, reference = write_reference(lmp, words=words)
    gone = system(GLASS) + "group gone id 51 75 100\ndelete_atoms group gone compress no\n"
    _, now = write_reference(lmp, gone, words)
    text = ZERO + compute(words) + persist(f"file {file}") + "run 0\n"
    whole = said(lmp(system(GLASS) + text, ranks).thermo()[-1])
    assert np.array_equal(whole, expected(reference, reference)) and whole[0] == 1.0
    result = lmp.run(gone + text, ranks)
    assert "it is of another system: no atom" in result.log
    # moved away instead of deleted, the atoms are still those of the reference
    moved = system(GLASS) + "group gone id 51 75 100\nset group gone type 1\n"
    assert "of another system" in lmp.run(moved + text, ranks).log
    assert 0.5 < expected(reference, now)[0] < 1.0


def shaken(name, sigma):
    """The stored frame with every atom moved by a normal deviate."""
    cell, types, x = stored(name)
    rng = np.random.default_rng(11)
    moved = (x + rng.normal(0.0, sigma, x.shape)) @ np.linalg.inv(cell) % 1.0
    return cell, types, moved @ cell


@pytest.mark.parametrize("ranks", [1, 2, 4, 8])
def test_shaken_glass(lmp, tmp_path, ranks):
    file, reference = write_reference(lmp)
    frame = read_data(tmp_path / "shaken.data", shaken(GLASS, 0.25))
    _, now = write_reference(lmp, frame)
    got = said(lmp(frame + ZERO + compute() + persist(f"file {file}") + "run 0\n",
                   ranks).thermo()[-1])
    assert np.array_equal(got, expected(reference, now))
    assert 0.02 < got[0] < 0.98 and got[8] > 50


RELAXED = system("glass") + DSF + "\nminimize 0.0 1.0 30 300\nreset_timestep 0\n" + compute()
HOT = ("velocity all create 4000.0 31 loop geom\nfix nve all nve\nthermo 10\n"
       "neigh_modify every 1 delay 0 check yes\nrun 60\n")


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("reference, at", [("first", 0), ("step 20", 20)])
def test_forwards_and_by_rerun(lmp, ranks, reference, at):
    """A set kept in the run itself gives what its file gives afterwards."""
    rings = dump_rings(every=20, file="all.dump")
    atoms = "dump a all custom 10 run.dump id type x y z\ndump_modify a format float %.17g\n"
    live = lmp(RELAXED + persist(reference) + rings + atoms + HOT, ranks)
    table = live.thermo()[-1]
    again = lmp(RELAXED + persist(f"file {live.folder}/all.dump frame {at}")
                + f"thermo 1\nrerun {live.folder}/run.dump dump x y z\n").thermo()[-1]
    shares = []
    for k, step in enumerate(again["Step"]):
        row = list(table["Step"]).index(step)
        if step < at:
            assert not said(table, row).any(), "nothing is remembered before that step"
            continue
        assert np.array_equal(said(table, row), said(again, k)), f"step {step}"
        shares.append(table["c_p"][row])
    assert shares[0] == 1.0 and 0.1 < shares[-1] < 1.0 and len(shares) > 3


def test_forward_reference_outlives_runs(lmp):
    """A second run goes on with the rings of the first."""
    first, second = lmp(RELAXED + persist("first") + HOT + "run 0\n").thermo()[-2:]
    assert first["c_p"][0] == 1.0 and 0.1 < first["c_p"][-1] < 1.0
    assert second["c_p"][0] == first["c_p"][-1]


@pytest.mark.parametrize("ranks, then", [(1, 1), (2, 1), (1, 4)])
@pytest.mark.parametrize("reference", ["first", "step 20"])
def test_reference_outlives_a_restart(lmp, tmp_path, reference, ranks, then):
    """The job after read_restart goes on with the rings of the job before, on other ranks, too."""
    file = tmp_path / "state.restart"
    before = lmp(RELAXED + persist(reference) + HOT + f"write_restart {file}\n",
                 ranks).thermo()[-1]
    assert 0.1 < before["c_p"][-1] < 1.0
    head = f"read_restart {file}\n{DSF}\n"
    asked = head + compute() + persist(reference) + "run 0\n"
    result = lmp(asked, then)
    assert np.array_equal(said(result.thermo()[-1]), said(before))
    step = 0 if reference == "first" else 20
    assert f"ring/persist: {before['c_p[8]'][-1]:.0f} rings of step {step} in the restart file" \
        in result.log
    # and the job after that
    again = lmp(asked + f"write_restart {file}\nclear\n" + asked, then).thermo()[-1]
    assert np.array_equal(said(again), said(before))
    # another ID begins anew
    other = head + compute() + (persist("first") + "run 0\n").replace("compute p", "compute q") \
        .replace("c_p", "c_q")
    assert lmp(other, then).thermo()[-1]["c_q"][0] == 1.0
    lmp.fails(head + compute(limit=2) + persist(reference).split("thermo")[0],
              " formers for p; give the compute ring/stats at least 'max ", then)
    lmp.fails(head + compute() + persist("step 30") + "run 0\n",
              "the rings of step 30 are not known at step 60", then)


def test_restart_before_there_is_a_reference(lmp, tmp_path):
    """Nothing was remembered yet, so the first step of the next job is the first one."""
    file = tmp_path / "state.restart"
    head = RELAXED + "compute p all ring/persist r reference first\n"
    lmp(head + f"run 0\nwrite_restart {file}\n")
    table = lmp(f"read_restart {file}\n{DSF}\n" + compute() + persist("first")
                + HOT).thermo()[-1]
    assert table["c_p"][0] == 1.0 and 0.1 < table["c_p"][-1] < 1.0


def test_type_labels(lmp):
    """With labels neither the rings nor what remembers them need types."""
    file, _ = write_reference(lmp)
    text = system(GLASS) + "labelmap atom 1 Li 2 B 3 O 4 Si\n" + ZERO + compute()
    assert TYPES in text
    text = text.replace(TYPES, "") + persist(f"file {file}") + "run 0\n"
    table = lmp(text).thermo()[-1]
    assert table["c_p"][0] == 1.0 and table["c_p[8]"][0] > 20


def test_small_cell(lmp, tmp_path):
    """In one cell of quartz a ring passes several images of an atom, and rings share members."""
    read = read_data(tmp_path / "q.data", quartz())
    file, reference = write_reference(lmp, read)
    assert len(reference.members) == 18
    for ranks in (1, 4):
        got = said(lmp(read + ZERO + compute() + persist(f"file {file}") + "run 0\n",
                       ranks).thermo()[-1])
        assert got[0] == 1.0 and got[8] == 18


BAD = [
    ("no arguments", "", "the arguments are the ID of a compute ring/stats and 'reference file"),
    ("no reference", "r since first", "the arguments are the ID of a compute ring/stats"),
    ("unknown ID", "x reference first", "there is no compute x; define it before"),
    ("other style", "thermo_temp reference first", "compute thermo_temp is of style temp, not"),
    ("unknown source", "r reference last", "unknown reference 'last'; known are file, step and"),
    ("no file name", "r reference file", "reference file needs a value"),
    ("no frame", "r reference file x frame", "frame needs a value"),
    ("no number", "r reference step soon", "soon"),
    ("more words", "r reference first time", "'time' after the reference is not known"),
    ("no such file", "r reference file gone.dump", "reference gone.dump: it cannot be read"),
    ("too early", "r reference step -7", "the rings of step -7 are not known at step 0"),
]


@pytest.mark.parametrize("words, message", [c[1:] for c in BAD], ids=[c[0] for c in BAD])
def test_bad_input(lmp, words, message):
    lmp.fails(system(GLASS) + ZERO + compute() + f"compute p all ring/persist {words}\n"
              "thermo_style custom step c_p\nrun 0\n", message)


@pytest.mark.parametrize("ranks", [1, 2])
def test_bad_files(lmp, tmp_path, ranks):
    file, _ = write_reference(lmp)
    text = file.read_text()
    cut = tmp_path / "cut.dump"
    half = text[:len(text) // 2]
    cases = [(half, "", f"line {len(half.splitlines())}: the row is too short"),
             (text.replace(" c_r[20]", ""), "",
              "line 9: the columns are not those of compute ring/stats"),
             (text, "frame 5", "there are no rings of step 5 in it"),
             ("", "", "there is no frame of rings in it")]
    for content, words, message in cases:
        cut.write_text(content)
        lmp.fails(system(GLASS) + ZERO + compute() + persist(f"file {cut} {words}") + "run 0\n",
                  f"compute ring/persist: reference {cut}: {message}", ranks)


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_frame_without_rings_is_no_reference(lmp, ranks):
    """Cutoffs too short for any bond: the lists of eight steps have no row."""
    text = deck(system(GLASS), cutoffs="cutoff B O 1.0 cutoff Si O 1.0").replace("run 0", "run 7")
    empty = lmp(text).folder / "rings.dump"
    assert empty.read_text().count("ITEM: NUMBER OF ENTRIES\n0\n") == 8
    for words, step in (("", 7), ("frame 0", 0)):
        lmp.fails(system(GLASS) + ZERO + compute() + persist(f"file {empty} {words}") + "run 0\n",
                  f"compute ring/persist: reference {empty}: there are no rings at step {step}",
                  ranks)


@pytest.mark.parametrize("ranks", [1, 2])
def test_rings_defined_anew_need_a_run(lmp, ranks):
    """Between two runs a variable can ask for the memory, but not of rings no run has seen."""
    head = (system(GLASS) + ZERO + compute() + "compute p all ring/persist r reference first\n"
            "run 0\nuncompute r\n" + compute())
    ask = "variable p equal c_p\nprint 'share ${p}'\n"
    lmp.fails(head + ask, "compute ring/persist: compute r has not seen the start of a run", ranks)
    assert "share 1\n" in lmp(head + "run 0\n" + ask, ranks).log


def test_other_systems(lmp):
    file, reference = write_reference(lmp)
    persist_deck = ZERO + compute() + persist(f"file {file}") + "run 0\n"
    lmp.fails(system("shik_30_30_40") + persist_deck, "it is of another system: ")
    swapped = persist_deck.replace(TYPES, TYPES.replace("Li B", "B Li"))
    lmp.fails(system("li2o") + "mass * 1.0\n" + swapped,
              "it is of another system: ")
    small = persist_deck.replace("max 8", "max 4")
    array = " ".join(f"c_p[{n}][{c}]" for n in range(5, 9) for c in (1, 2, 3))
    assert array in small
    largest = next(n for n in reference.details[:, 0] if n > 4)
    lmp.fails(system(GLASS) + small.replace(array, ""),
              f"it holds a ring of {largest} formers; give the compute ring/stats at least "
              f"'max {largest}'")


def test_its_fix_is_deleted(lmp):
    """By a script that removes all fixes."""
    head = system(GLASS) + ZERO + compute() + persist("first")
    lmp.fails(head + "unfix p_RING_REFERENCE\nrun 0\n",
              "compute ring/persist: its fix p_RING_REFERENCE was deleted; define compute p anew")


def test_deleted_or_changed_rings(lmp):
    """The compute ring/stats is looked for at every run."""
    head = system(GLASS) + ZERO + compute() + persist("first") + "run 0\n"
    lmp.fails(head + "uncompute r\nrun 0\n", "there is no compute r")
    lmp.fails(head + "uncompute r\n" + compute(limit=6) + "run 0\n",
              "'max' of compute r was 8 and is 6; define p anew")
    again = lmp(head + "uncompute r\n" + compute() + "run 0\n")
    assert again.thermo()[-1]["c_p"][0] == 1.0
