# SPDX-License-Identifier: GPL-2.0-only
"""compute ring/stats beside other programs, known crystals and its own answers in other guises."""
import itertools
import json

import numpy as np
import pytest

from crystals import CRYSTALS, diamond, replicate
from deck import HERE, system
from ring_molecules import ring
from rings import (ALL, CUT, CUTOFFS, FORMERS, LONE, MAX, WRAPPED, ZERO, Rings, check_by_hand,
                   compute, deck, output, read_data, stored)

REFERENCE = json.loads((HERE.parent / "reference" / "rings" / "reference.json").read_text())
KNOWN_WRONG = REFERENCE.pop("known_wrong")
DEFINITIONS = ("primitive", "guttman", "king")
GLASSES = ("shik_20_60_20", "shik_30_30_40", "glass", "glass_triclinic")


def read(tmp_path, name, extra=""):
    """Lines that read a crystal or a stored frame."""
    if name in CRYSTALS or name == "diamond":
        crystal = diamond if name == "diamond" else CRYSTALS[name]
        return read_data(tmp_path / f"{name}.data", crystal(), extra)
    return extra + system(name)


def check_counts(lmp, text, expected, by_definition, atoms=None):
    """Asserts the numbers of rings of each size, by definition, of the frame that `text` reads."""
    copies = " ".join(map(str, expected["replicas"]))
    limit = expected.get("limit", MAX)
    words = " ".join(f"c_{d}[{n}][1]" for d in by_definition for n in range(1, limit + 1))
    text += f"replicate {copies}\n" + ZERO
    text += "".join(compute(f"definition {d} {expected.get('homopolar', '')}", name=d, limit=limit,
                            cutoffs=expected.get("cutoffs", CUTOFFS)) for d in by_definition)
    last = lmp(text + f"thermo_style custom step atoms {words}\nrun 0\n").last()
    assert atoms is None or last["Atoms"] == atoms
    for definition, counts in by_definition.items():
        got = {str(n): last[f"c_{definition}[{n}][1]"] for n in range(1, limit + 1)}
        assert {n: c for n, c in got.items() if c} == counts, definition


@pytest.mark.parametrize("name", REFERENCE)
def test_same_rings_as_other_programs(lmp, tmp_path, name):
    """matscipy for primitive rings, sovapy for the others; see unittest/reference/rings."""
    expected = REFERENCE[name]
    check_counts(lmp, read(tmp_path, name.split()[0]), expected,
                 {d: expected[d] for d in DEFINITIONS if d in expected}, expected["atoms"])


@pytest.mark.parametrize("case", KNOWN_WRONG, ids=lambda c: "{program} {frame} {definition}".format(
    **c))
def test_where_other_programs_are_wrong(lmp, tmp_path, case):
    """What they say is stored beside what is right: in a narrow cell the number that they find
    in a wide one, one ring in a triangle, and one ring among more atoms than they can take.
    """
    assert case["theirs"] != case["right"] and sum(case["right"].values()) > 0
    if case["frame"] == "triangle":
        text = cluster(tmp_path, [4, 4, 4], [[0, 0, 0], [2.3, 0, 0], [1.15, 2.0, 0]])
    elif case["frame"] == "hexagon":
        text = read_data(tmp_path / "h.data", hexagon_among(case["atoms"]))
    else:
        text = read(tmp_path, case["frame"])
    check_counts(lmp, text, case, {case["definition"]: case["right"]}, case.get("atoms"))


def test_what_the_documentation_tells_of_them():
    """The numbers of doc/rings.rst."""
    told = {(c["program"], c["frame"], *c["replicas"], c["definition"]): c for c in KNOWN_WRONG}
    glass = told["matscipy", "shik_20_60_20", 1, 1, 1, "primitive"]
    assert (glass["theirs"]["8"], glass["right"]["8"]) == (13, 17)
    quartz = told["matscipy", "quartz", 2, 2, 2, "primitive"]
    assert (quartz["theirs"]["8"], quartz["right"]["8"]) == (24, 120)
    assert told["matscipy", "quartz", 1, 1, 1, "primitive"]["theirs"] == {}
    king = told["sovapy", "shik_20_60_20", 1, 1, 1, "king"]
    assert (king["theirs not closed"], sum(king["theirs"].values())) == (124, 145)
    guttman = told["sovapy", "shik_20_60_20", 1, 1, 1, "guttman"]
    assert (guttman["theirs"]["8"], guttman["right"]["8"]) == (5, 17)
    assert told["sovapy", "triangle", 1, 1, 1, "primitive"]["theirs"] == {}
    crash = told["matscipy", "hexagon", 1, 1, 1, "primitive"]
    assert crash["theirs"] == {"exit status": -11} and crash["atoms"] == 46340 + 1


# rings of each size for one former, in the infinite crystal
PER_FORMER = {"cristobalite": {6: 2.0}, "quartz": {6: 1.0, 8: 5.0}, "b2o3": {},
              "disilicate": {6: 0.5}, "boroxol": {3: 1 / 3}}


@pytest.mark.parametrize("definition", DEFINITIONS)
@pytest.mark.parametrize("name", CRYSTALS)
def test_one_cell_has_the_rings_of_many(lmp, tmp_path, name, definition):
    """Rings close in space, so that even one cell, where most chains wrap, gives the right number
    for a former; what wraps is counted apart, and is gone in a large cell.
    """
    text = read(tmp_path, name)
    one = Rings(lmp(deck(text, f"definition {definition}")))
    formers = one.vector[FORMERS]
    if definition == "primitive":
        assert {n: c / formers for n, c in one.counts().items()} == pytest.approx(PER_FORMER[name])
    assert one.vector[WRAPPED] == one.array[:, 5].sum()
    assert (one.vector[WRAPPED] > 0) == (name != "boroxol")
    copies = REFERENCE[name]["replicas"]
    many = Rings(lmp(deck(text + "replicate {} {} {}\n".format(*copies),
                          f"definition {definition}")))
    assert many.vector[WRAPPED] == 0
    assert {n: c * np.prod(copies) for n, c in one.counts().items()} == many.counts()


@pytest.mark.parametrize("definition", DEFINITIONS)
@pytest.mark.parametrize("name", GLASSES)
def test_all_numbers_follow_from_the_rings(lmp, name, definition):
    rings = Rings(lmp(deck(system(name), f"definition {definition}")))
    check_by_hand(rings, *stored(name))
    assert len(rings.members) > 20
    assert rings.vector[CUT] == 0


@pytest.mark.parametrize("definition", DEFINITIONS)
@pytest.mark.parametrize("name", ["shik_20_60_20", "glass_triclinic"])
@pytest.mark.parametrize("ranks", [2, 4, 8])
def test_ranks_agree(lmp, name, definition, ranks):
    text = deck(system(name), f"definition {definition}")
    Rings(lmp(text)).same(Rings(lmp(text, ranks)))


@pytest.mark.parametrize("grid", ["8 1 1", "1 1 4"])
def test_thin_domains(lmp, grid):
    """Slices of 1.8 A: a ring of eight formers passes all of them."""
    text = deck(system("shik_30_30_40"), "definition king")
    ranks = int(np.prod([int(n) for n in grid.split()]))
    Rings(lmp(text)).same(Rings(lmp(f"processors {grid}\n" + text, ranks)))


def test_tiny_triclinic_cell_on_ranks(lmp, tmp_path):
    """Quartz in one cell of 4.9 A over four ranks; rings pass several images of an atom."""
    text = deck(read(tmp_path, "quartz"))
    Rings(lmp(text)).same(Rings(lmp(text, 4)))


@pytest.mark.parametrize("name", ["shik_20_60_20", "glass_triclinic"])
def test_permuted_and_moved(lmp, tmp_path, name):
    """Other atom IDs, another origin: the same rings, atom by atom."""
    cell, types, x = stored(name)
    rng = np.random.default_rng(3)
    order = rng.permutation(len(types))
    moved = ((x + rng.normal(0, 10, 3)) @ np.linalg.inv(cell) % 1.0) @ cell
    one = Rings(lmp(deck(system(name))))
    two = Rings(lmp(deck(read_data(tmp_path / "p.data", (cell, types[order], moved[order])))))
    one.same(two, order, lambda i: order[i - 1] + 1)


@pytest.mark.parametrize("definition", DEFINITIONS)
@pytest.mark.parametrize("name", ["shik_30_30_40", "glass_triclinic"])
def test_replica_has_eight_times_as_many(lmp, name, definition):
    words = f"definition {definition}"
    one = Rings(lmp(deck(system(name), words)))
    eight = Rings(lmp(deck(system(name) + "replicate 2 2 2\n", words)))
    assert one.vector[ALL] > 20
    assert {n: 8 * c for n, c in one.counts().items()} == eight.counts()
    assert np.array_equal(eight.array[:, 1:5], one.array[:, 1:5])
    assert np.array_equal(eight.vector[:7], 8 * one.vector[:7])
    assert one.vector[WRAPPED] > eight.vector[WRAPPED]


def test_size_limit_and_cutoffs_matter(lmp):
    """Negative controls: rings beyond max, and bonds beyond the cutoffs, are not seen."""
    full = Rings(lmp(deck(system("shik_20_60_20"))))
    assert full.counts()[6] > 0 and full.counts()[8] > 0
    five = Rings(lmp(deck(system("shik_20_60_20"), limit=5)), limit=5)
    assert five.counts() == {n: c for n, c in full.counts().items() if n <= 5}
    short = Rings(lmp(deck(system("shik_20_60_20"), cutoffs="cutoff B O 1.0 cutoff Si O 1.0")))
    assert short.vector[ALL] == 0 and short.vector[LONE] == short.vector[FORMERS] > 0
    silica = Rings(lmp(deck(system("shik_30_30_40"), "formers Si")))
    assert 0 < silica.vector[FORMERS] < full.vector[FORMERS]
    assert silica.vector[:6].sum() == 0


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("definition", DEFINITIONS)
def test_large_rings(lmp, definition, ranks):
    """Up to 16 formers, as many as in an eighth of the frame that the other programs had; smaller
    rings do not depend on the limit.
    """
    words = f"definition {definition}"
    eight = Rings(lmp(deck(system("shik_20_60_20"), words)))
    more = Rings(lmp(deck(system("shik_20_60_20"), words, limit=16), ranks), limit=16)
    assert {n: c for n, c in more.counts().items() if n <= MAX} == eight.counts()
    large = REFERENCE["shik_20_60_20 large"][definition]
    assert {str(n): 8 * c for n, c in more.counts().items()} == large
    assert max(more.counts()) > 11


CLUSTER_CELL = 20.0 * np.eye(3)


def cluster(tmp_path, types, x):
    return read_data(tmp_path / "c.data", (CLUSTER_CELL, types, np.array(x, dtype=float) + 10.0))


def hexagon_among(atoms):
    """A ring of six silicons, the last atoms, and lithium on a grid beside it."""
    grid = 3.0 * np.array(list(itertools.product(range(36), repeat=3)))[:atoms - 12]
    kinds, x = ring(" ".join(["Si"] * 6))
    cell = np.diag([108.0, 108.0, 128.0])
    return (cell, [1] * len(grid) + kinds[:12],
            np.vstack([grid + (0.0, 0.0, 20.0), x[:12] + (54.0, 54.0, 8.0)]))


def test_boroxol_molecule(lmp, tmp_path):
    rings = Rings(lmp(deck(read(tmp_path, "boroxol"))))
    assert rings.vector.tolist() == [1, 0, 0, 0, 0, 0, 0, 1.0, 0, 0, 1, 0, 3, 0]
    assert rings.details.tolist() == [[3, 1, 0, 0]]
    assert rings.members == [(1, 4, 2, 5, 3, 6)]
    assert rings.smallest.tolist() == [3] * 6 + [0] * 3
    assert rings.three.tolist() == [1] * 6 + [0] * 3


def test_edge_sharing_and_three_coordinated_oxygen(lmp, tmp_path):
    """Two Si share two O: a ring of two. Three B share one O: no ring at all."""
    pair = cluster(tmp_path, [4, 4, 3, 3], [[0, 0, 0], [2.4, 0, 0], [1.2, 1.1, 0], [1.2, -1.1, 0]])
    rings = Rings(lmp(deck(pair)))
    assert rings.counts() == {2: 1} and rings.members == [(1, 3, 2, 4)]
    angles = np.arange(3) * 2 * np.pi / 3
    corners = 1.4 * np.array([np.cos(angles), np.sin(angles), 0 * angles]).T
    heart = cluster(tmp_path, [2, 2, 2, 3], [*corners, [0, 0, 0]])
    none = Rings(lmp(deck(heart)))
    assert none.vector[ALL] == 0 and none.vector[LONE] == 0 and none.vector[FORMERS] == 3


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_group_cuts_rings(lmp, tmp_path, ranks):
    """A ring counts if all of its formers are in the group; a ring that is cut is counted apart."""
    two = read(tmp_path, "boroxol") + "group part id 1 2 4 5 6\n"
    rings = Rings(lmp(deck(two, group="part"), ranks))
    assert rings.vector[ALL] == 0 and rings.vector[CUT] == 1 and rings.vector[FORMERS] == 2
    formers = read(tmp_path, "boroxol") + "group part type 2\n"
    rings = Rings(lmp(deck(formers, group="part"), ranks))
    assert rings.vector[ALL] == 1 and rings.vector[CUT] == 0
    assert rings.three.tolist() == [1] * 3 + [0] * 6, "atoms outside the group have no values"


@pytest.mark.parametrize("ranks", [1, 2, 4])
@pytest.mark.parametrize("definition", ["primitive", "king"])
def test_group_cuts_a_glass(lmp, ranks, definition):
    """A slab of it: rings inside, cut ones and others, told apart in the list of all rings."""
    words = f"definition {definition}"
    whole = Rings(lmp(deck(system("shik_20_60_20"), words)))
    cell, types, x = stored("shik_20_60_20")
    mine = x[:, 0] < 0.7 * cell[0, 0]
    slab = "region s block INF {:.17g} INF INF INF INF\n".format(0.7 * cell[0, 0])
    part = Rings(lmp(deck(system("shik_20_60_20") + slab + "group part region s\n", words,
                          group="part"), ranks))
    inside = [mine[np.array(m[0::2]) - 1] for m in whole.members]
    kept = [m for m, i in zip(whole.members, inside) if i.all()]
    assert sorted(kept) == sorted(part.members)
    assert part.vector[ALL] == len(kept) > 20
    assert part.vector[CUT] == sum(i.any() and not i.all() for i in inside) > 20
    kinds = whole.details[[bool(i.all()) for i in inside], 1]
    assert part.vector[:7].tolist() == [np.count_nonzero(kinds == k) for k in range(1, 8)]
    formers = np.isin(types, (2, 4)) & mine
    assert part.vector[FORMERS] == np.count_nonzero(formers)
    threes = np.array([sum(k + 1 in m and len(m) == 6 for m in kept) for k in range(len(types))])
    assert np.array_equal(part.three, np.where(mine, threes, 0)) and part.three.any()


def test_no_network(lmp, tmp_path):
    """Nothing but oxygen and a silicon without bonds, over ranks without atoms."""
    text = cluster(tmp_path, [3, 4, 1], [[0, 0, 0], [5, 0, 0], [0, 5, 0]])
    rings = Rings(lmp(deck(text, cutoffs="cutoff Si O 2.15", words="formers Si"), 4))
    assert rings.vector[LONE] == rings.vector[FORMERS] == 1 and rings.vector[ALL] == 0


def test_type_labels(lmp, tmp_path):
    """The element of a type can be its label, if all are elements."""
    text = deck(read(tmp_path, "boroxol") + "labelmap atom 1 Li 2 B 3 O 4 Si\n")
    assert "types Li B O Si" in text
    bare = text.replace("types Li B O Si", "")
    Rings(lmp(text)).same(Rings(lmp(bare)))
    for labels, type_ in (("1 Li 2 B 3 Ox 4 Si", 3), ("1 Li 2 B 3 O", 4)):
        lmp.fails(bare.replace("1 Li 2 B 3 O 4 Si", labels),
                  f"compute ring/stats: the label of atom type {type_} is no element's symbol; add "
                  "'types EL ...' with one element for each of the 4 types")


QUARTZ = {n: int(81 * c) for n, c in PER_FORMER["quartz"].items()}


@pytest.mark.parametrize("ranks", [1, 2])
def test_large_rings_of_a_crystal(lmp, tmp_path, ranks):
    """Between opposite atoms of a ring there are exponentially many ways in a crystal; the search
    takes them pair by pair, so that it ends within a second.
    """
    text = read(tmp_path, "quartz") + "replicate 3 3 3\n"
    rings = Rings(lmp(deck(text, "wrapped no", limit=24), ranks, timeout=60), limit=24)
    assert rings.counts() == QUARTZ and rings.vector[WRAPPED] == 0
    small = Rings(lmp(deck(text), ranks))
    assert small.counts() == QUARTZ and small.vector[WRAPPED] > 0
    lmp.fails(deck(text, limit=24), "the search for wrapped rings at atom ", ranks)


@pytest.mark.parametrize("ranks", [1, 2])
def test_cutoffs_longer_than_bonds(lmp, ranks):
    """A typing error in a cutoff ends in a message, not in a search without end."""
    cutoffs = "cutoff B O 4.0 cutoff Si O 4.0"
    lmp.fails(deck(system("glass"), cutoffs=cutoffs),
              "shorten 'cutoff' and 'homopolar' if they are longer than bonds", ranks)
    all_bonded = "cutoff B O 6.0 cutoff Si O 6.0"
    lmp.fails(deck(system("glass"), "wrapped no", cutoffs=all_bonded, pair=ZERO.replace("5", "8")),
              "or the cutoffs are too long", ranks)
    rings = Rings(lmp(deck(system("glass"), "wrapped no", cutoffs=cutoffs), ranks, timeout=60))
    assert rings.vector[ALL] > 10000, "they are many, but can be counted"


@pytest.mark.parametrize("ranks", [1, 2])
def test_overlapping_atoms(lmp, tmp_path, ranks):
    """Two atoms on one spot are two atoms; a heap of them stops the run with the remedy."""
    twins = cluster(tmp_path, [4, 4, 3, 3], [[0, 0, 0], [0, 0, 0], [1.6, 0, 0], [1.6, 0, 0]])
    assert Rings(lmp(deck(twins), ranks)).counts() == {2: 1}
    heap = cluster(tmp_path, [4] * 30 + [3] * 30, np.zeros((60, 3)))
    lmp.fails(deck(heap), "bonds; atoms overlap, or the cutoffs are too long", ranks)


@pytest.mark.parametrize("ranks", [1, 2])
def test_lost_atoms(lmp, tmp_path, ranks):
    """Atoms that have left an open box take their rings with them."""
    text = read(tmp_path, "boroxol", "boundary f f f\n") + ZERO + compute() + output()
    text += ("fix nve all nve\nthermo_modify lost ignore\nneigh_modify every 1 delay 0 check no\n"
             "velocity all set 0 0 0\nset atom 1 vx 1.0e4\nrun 4\n")
    result = lmp(text, ranks)
    before, after = result.thermo()[-1]["c_r[11]"][[0, -1]]
    assert before == 1 and after == 0


@pytest.mark.parametrize("ranks", [1, 2])
def test_no_number(lmp, tmp_path, ranks):
    """An atom that is nowhere is no atom without bonds."""
    text = read(tmp_path, "boroxol", "boundary f f f\n") + ZERO + compute() + output()
    text += ("fix nve all nve\nneigh_modify every 100 delay 0 check no\ntimestep 1000\n"
             "velocity all set 0 0 0\nset atom 1 vx 1.0e308\nrun 1\n")
    lmp.fails(text, "compute ring/stats: atom 1 is lost", ranks)
