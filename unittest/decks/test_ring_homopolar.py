# SPDX-License-Identifier: GPL-2.0-only
"""Direct bonds between formers: compute ring/stats ... homopolar, and ring/persist with them."""
import numpy as np
import pytest

from crystals import boroxol, diamond
from deck import ELEMENTS, data_text, system
from rings import (ALL, CUTOFFS, FORMERS, HOMOPOLAR, LONE, MAX, TYPES, WRAPPED, ZERO, Rings,
                   check_by_hand, compute, deck, output, read_data, stored)
from test_ring_example import view
from test_ring_persist import expected, persist, said, shaken, write_reference

DEFINITIONS = ("primitive", "guttman", "king")
SILICON = "homopolar Si Si 2.6"
# far longer than such bonds are, so that a glass without any has many
MANY = ((2, 2, 2.75), (2, 4, 2.95), (4, 4, 3.2))
MIXED = " ".join(f"homopolar {ELEMENTS[a - 1]} {ELEMENTS[b - 1]} {cut}" for a, b, cut in MANY)


def moved(crystal, by):
    """The same crystal with another origin."""
    cell, types, x = crystal
    return cell, types, (x + by) @ np.linalg.inv(cell) % 1.0 @ cell


@pytest.mark.parametrize("definition", DEFINITIONS)
@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("by", [(0.0, 0.0, 0.0), (1.3, -2.2, 0.7)])
def test_silicon_has_two_six_membered_rings_for_each_atom(lmp, tmp_path, ranks, by, definition):
    """By hand: each of the six pairs of bonds of an atom closes two hexagons, each of which has six
    atoms. Even one cell, 5.431 A wide, has the right number.
    """
    text = read_data(tmp_path / "si.data", moved(diamond(), by))
    for copies, atoms in (("1 1 1", 8), ("3 3 4", 288)):
        rings = Rings(lmp(deck(text + f"replicate {copies}\n",
                               f"{SILICON} definition {definition}"), ranks))
        assert rings.counts() == {6: 2 * atoms}
        assert rings.vector[HOMOPOLAR] == rings.vector[ALL] == 2 * atoms
        assert rings.vector[FORMERS] == atoms and rings.vector[LONE] == 0
        assert rings.vector[:8].tolist() == [0] * 8
        assert rings.array[5, 1:5].tolist() == [2.0, 1.0, 1.0, 1.0]
        assert rings.smallest.tolist() == [6] * atoms
        assert all(m[1::2] == (0,) * 6 for m in rings.members)
        assert (rings.vector[WRAPPED] > 0) == (atoms == 8)


def test_without_the_keyword_silicon_has_none(lmp, tmp_path):
    """Negative controls: no keyword, that of another pair, and one too short by 0.01 A."""
    text = read_data(tmp_path / "si.data", diamond())
    for words in ("", "homopolar B B 2.6", "homopolar B Si 2.6", "homopolar Si Si 2.34"):
        rings = Rings(lmp(deck(text, words)))
        assert rings.vector[ALL] == rings.vector[WRAPPED] == rings.vector[HOMOPOLAR] == 0
        assert rings.vector[LONE] == rings.vector[FORMERS] == 8


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_system_of_formers_alone(lmp, tmp_path, ranks):
    """Without oxygen among the types neither it nor its cutoffs are asked for."""
    cell, types, x = diamond()
    (tmp_path / "si.data").write_text(data_text(cell, types - 3, x, [0.0] * len(types), 1))
    text = (f"units metal\natom_style charge\nread_data {tmp_path}/si.data\n" + ZERO
            + f"compute r all ring/stats types Si {SILICON}\n" + output() + "run 0\n")
    assert Rings(lmp(text, ranks)).counts() == {6: 16}
    lmp.fails(text.replace(SILICON, ""), "no cutoff for Si and O; add 'cutoff Si O 2.15'", ranks)
    lmp.fails(text.replace(SILICON, SILICON + " oxygen O cutoff Si O 2.15"),
              "oxygen O: no atom type is O", ranks)


@pytest.mark.parametrize("ranks", [1, 2])
def test_bridged_by_oxygen_and_directly(lmp, tmp_path, ranks):
    """A direct bond is one more bridge. Of two silicons with two oxygens it makes three rings of
    two; in a boroxol ring each of three makes one of two, and the triangle itself has 2 x 2 x 2.
    """
    pair = (20.0 * np.eye(3), [4, 4, 3, 3],
            np.array([[0, 0, 0], [2.4, 0, 0], [1.2, 1.1, 0], [1.2, -1.1, 0]]) + 10.0)
    text = read_data(tmp_path / "pair.data", pair)
    rings = Rings(lmp(deck(text, "homopolar Si Si 2.5"), ranks))
    assert rings.counts() == {2: 3} and rings.vector[HOMOPOLAR] == 2
    assert sorted(rings.members) == [(1, 0, 2, 3), (1, 0, 2, 4), (1, 3, 2, 4)]
    text = read_data(tmp_path / "boroxol.data", boroxol())
    for definition in DEFINITIONS:
        rings = Rings(lmp(deck(text, f"homopolar B B 2.4 definition {definition}"), ranks))
        assert rings.vector[HOMOPOLAR] == rings.vector[ALL] - (definition != "guttman")
        assert rings.counts() == ({2: 3} if definition == "guttman" else {2: 3, 3: 8})
        assert rings.vector[7] == (definition != "guttman"), "boron is three-coordinated still"
        check_by_hand(rings, *boroxol(), homopolar=[(2, 2, 2.4)])


@pytest.mark.parametrize("definition", DEFINITIONS)
@pytest.mark.parametrize("name", ["shik_20_60_20", "shik_30_30_40", "glass_triclinic"])
def test_glasses_with_direct_bonds(lmp, name, definition):
    """All numbers follow from the list; the same on 2 to 8 ranks; boron/coord does not change."""
    text = deck(system(name), f"{MIXED} definition {definition}").replace(
        "thermo_style custom step",
        "compute n all boron/coord types Li B O Si\nthermo_style custom step c_n[*]")
    one = lmp(text)
    rings = Rings(one)
    check_by_hand(rings, *stored(name), homopolar=MANY)
    assert 20 < rings.vector[HOMOPOLAR] < rings.vector[ALL] - 5
    plain = lmp(text.replace(MIXED, ""))
    assert Rings(plain).vector[HOMOPOLAR] == 0 < Rings(plain).vector[ALL]
    assert Rings(plain).counts() != rings.counts()
    census = [k for k in one.last() if k.startswith("c_n[")]
    assert len(census) == 15
    assert [one.last()[k] for k in census] == [plain.last()[k] for k in census]
    for ranks in (2, 4, 8):
        other = Rings(lmp(text, ranks))
        rings.same(other)
        assert sorted(rings.members) == sorted(other.members), "in the same direction, too"


@pytest.mark.parametrize("ranks", [1, 2])
def test_thin_domains(lmp, ranks):
    """Slices of 1.8 A; a ring of eight formers passes all of them."""
    text = deck(system("shik_30_30_40"), f"{MIXED} definition king")
    Rings(lmp(text, ranks)).same(Rings(lmp("processors 8 1 1\n" + text, 8)))


@pytest.mark.parametrize("name", ["shik_20_60_20", "glass_triclinic"])
def test_permuted_moved_and_replicated(lmp, tmp_path, name):
    cell, types, x = stored(name)
    rng = np.random.default_rng(5)
    order = rng.permutation(len(types))
    cell, other, y = moved((cell, types[order], x[order]), rng.normal(0, 10, 3))
    one = Rings(lmp(deck(system(name), MIXED)))
    two = Rings(lmp(deck(read_data(tmp_path / "p.data", (cell, other, y)), MIXED)))
    one.same(two, order, lambda i: order[i - 1] + 1 if i else 0)
    eight = Rings(lmp(deck(system(name) + "replicate 2 2 2\n", MIXED)))
    assert {n: 8 * c for n, c in one.counts().items()} == eight.counts()
    assert eight.vector[HOMOPOLAR] == 8 * one.vector[HOMOPOLAR] > 100


@pytest.mark.parametrize("ranks", [1, 2, 4, 8])
def test_memory_of_rings_with_direct_bonds(lmp, tmp_path, ranks):
    file, reference = write_reference(lmp, words=MIXED)
    assert sum(0 in m for m in reference.members) > 20
    frame = read_data(tmp_path / "shaken.data", shaken("shik_20_60_20", 0.2))
    _, now = write_reference(lmp, frame, MIXED)
    text = ZERO + compute(MIXED) + persist(f"file {file}") + "run 0\n"
    got = said(lmp(frame + text, ranks).thermo()[-1])
    assert np.array_equal(got, expected(reference, now)) and 0.02 < got[0] < 0.98
    same = said(lmp(system("shik_20_60_20") + text, ranks).thermo()[-1])
    assert same[0] == 1.0 and same[8] == len(reference.members)
    lmp.fails(system("shik_20_60_20") + text.replace(MIXED, ""),
              "has two formers bonded directly; give the compute ring/stats the 'homopolar'", ranks)


def test_oxygen_comes_between(lmp, tmp_path):
    """The boroxol ring with one oxygen taken away is another ring than the whole one."""
    cell, types, x = boroxol()
    words = "homopolar B B 2.4 max 8"
    file, reference = write_reference(lmp, read_data(tmp_path / "b.data", boroxol()), words)
    assert sum(len(m) == 6 for m in reference.members) == 8
    x[3] = x[3] + [0.0, 0.0, 3.0]
    gone = read_data(tmp_path / "gone.data", (cell, types, x))
    got = lmp(gone + ZERO + compute(words) + persist(f"file {file}") + "run 0\n").last()
    # the ring of two and the four of three through that oxygen are no more
    assert [got["c_p[2][1]"], got["c_p[2][2]"]] == [3, 2]
    assert [got["c_p[3][1]"], got["c_p[3][2]"]] == [8, 4]


def test_rings_for_viewers(lmp, tmp_path):
    """The program of the example takes a list of such rings."""
    text = read_data(tmp_path / "si.data", diamond())
    result = lmp(deck(text + "replicate 3 3 3\n", SILICON))
    _, _, columns = view(result, tmp_path / "si.xyz")
    assert columns["rings_6"].tolist() == [12] * 216


def test_order_of_the_words_of_the_words(lmp, tmp_path):
    """The keyword ends a list of types or formers, and may stand anywhere."""
    text = read_data(tmp_path / "si.data", diamond())
    one = Rings(lmp(deck(text, SILICON)))
    for words in (f"{TYPES} {SILICON} {CUTOFFS} max {MAX}",
                  f"{SILICON} {CUTOFFS} formers Si B {TYPES} max {MAX}",
                  f"{TYPES} formers Si homopolar Si Si 2.6 cutoff Si O 2.15 max {MAX}"):
        one.same(Rings(lmp(text + ZERO + f"compute r all ring/stats {words}\n" + output()
                           + "run 0\n")))
