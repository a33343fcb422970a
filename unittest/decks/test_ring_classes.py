# SPDX-License-Identifier: GPL-2.0-only
"""All classes of three-membered rings in one box of molecules whose rings are counted by hand."""
import numpy as np
import pytest

from crystals import O
from ring_molecules import SLOT, box
from rings import (ALL, B3_SHARE, FORMERS, LONE, MAX, WRAPPED, ZERO, Rings, check_by_hand, compute,
                   deck, read_data)
from test_ring_persist import persist, said

# By hand, molecule after molecule of ring_molecules.MOLECULES. Rings of three:
#   without 4B: 2 boroxol, 2 of the kite, 1 of the fold;    with one 4B: "one", 2 of the spiro;
#   with two: 2 "two";    with three: 4 "three";    one Si: 5 BBSi, B4BSi (whatever its 4B);
#   two Si: BSiSi;    three: 7 Si3
CLASSES = [5, 3, 2, 4, 6, 1, 7]
# Three-coordinated B, all but one with one more oxygen than the ring needs: in a ring of three
#   6 boroxol, 2 "one", 4 spiro, 2 "two", 10 BBSi, 1 B4BSi, 1 BSiSi, 4 kite, 3 fold = 33
# and elsewhere 2 fold, 4 "four", 1 "mixed four", 1 "five", 1 BO3 = 9. Formers, in the same order:
#   6 + 3 + 5 + 6 + 12 + 15 + 3 + 3 + 21 + 4 + 5 + 4 + 4 + 5 + 2 + 1 + 1 = 100
SHARE, FORMERS_IN_BOX = 33 / 42, 100
# By size: rings; formers in them; those for which it is the smallest; the largest. Rings of
# two: "pair"; of four: "four", "mixed four" and the fold, which shares two of its formers with a
# ring of three; of five: "five". In rings of three are all formers named up to the kite, 78, and
# three of the fold.
SIZES = {2: (1, 2, 2, 2), 3: (28, 81, 81, 79), 4: (3, 12, 10, 12), 5: (1, 5, 5, 5)}
# King alone takes ways around two rings, too: four formers around the kite, five around the fold.
# All formers of the kite are in that ring, and all of the fold.
KING = {2: (1, 2, 2, 2), 3: (28, 81, 81, 74), 4: (4, 16, 10, 12), 5: (2, 10, 5, 10)}


def rows(sizes, formers=FORMERS_IN_BOX, copies=1):
    """The global array, from counts by size."""
    out = np.zeros((MAX, 6))
    for n, (rings, inside, smallest, largest) in sizes.items():
        out[n - 1, :5] = (copies * rings, rings / formers, inside / formers, smallest / inside,
                          largest / inside)
    return out


def check(rings, sizes, copies=1):
    """All that the vector and the array say."""
    assert rings.vector[:7].tolist() == [copies * c for c in CLASSES]
    assert rings.vector[B3_SHARE] == SHARE
    assert rings.vector[FORMERS] == copies * FORMERS_IN_BOX
    assert rings.vector[ALL] == copies * sum(s[0] for s in sizes.values())
    assert rings.vector[LONE] == copies and rings.vector[WRAPPED] == 0
    assert rings.array == pytest.approx(rows(sizes, copies=copies), rel=1e-15, abs=0.0)


@pytest.mark.parametrize("definition, sizes, ranks",
                         [("primitive", SIZES, 1), ("primitive", SIZES, 2), ("primitive", SIZES, 4),
                          ("primitive", SIZES, 8), ("guttman", SIZES, 1), ("guttman", SIZES, 8),
                          ("king", KING, 1), ("king", KING, 8)])
def test_every_class(lmp, tmp_path, definition, sizes, ranks):
    cell, types, x, first = box()
    text = read_data(tmp_path / "box.data", (cell, types, x))
    rings = Rings(lmp(deck(text, f"definition {definition}"), ranks))
    check(rings, sizes)
    check_by_hand(rings, cell, types, x)
    for name, count in (("spiro", 2), ("kite", 2), ("fold", 1), ("boroxol", 1), ("four", 0)):
        assert rings.three[first[name][0]] == count, "by atom"


@pytest.mark.parametrize("ranks", [1, 2])
def test_permuted_and_moved(lmp, tmp_path, ranks):
    """Other IDs, and an origin that puts every face of the cell through molecules."""
    cell, types, x, _ = box()
    order = np.random.default_rng(7).permutation(len(types))
    one = Rings(lmp(deck(read_data(tmp_path / "box.data", (cell, types, x)))))
    for by in ((SLOT / 2, SLOT / 2, SLOT / 2), (3.3, -4.1, 16.2)):
        moved = (x + by) % np.diag(cell)
        assert np.count_nonzero(np.abs(moved - x - by).max(axis=1) > 1.0) > 100
        read = read_data(tmp_path / "moved.data", (cell, types[order], moved[order]))
        two = Rings(lmp(deck(read), ranks))
        check(two, SIZES)
        one.same(two, order, lambda i: order[i - 1] + 1)


@pytest.mark.parametrize("ranks", [1, 8])
def test_replicated(lmp, tmp_path, ranks):
    cell, types, x, _ = box()
    read = read_data(tmp_path / "box.data", (cell, types, (x + SLOT / 2) % np.diag(cell)))
    check(Rings(lmp(deck(read + "replicate 2 2 2\n"), ranks)), SIZES, copies=8)


def test_a_boron_that_loses_an_oxygen_changes_the_class(lmp, tmp_path):
    """Negative control: the fourth oxygen is what makes the class of a ring, and its B no 3B."""
    cell, types, x, first = box()
    atom = first["three"][0]    # 3 B, 3 bridges, then the other oxygens of the first B
    x[atom + 6] += 4.0          # still in the slot, but out of reach
    rings = Rings(lmp(deck(read_data(tmp_path / "box.data", (cell, types, x)))))
    assert rings.vector[:7].tolist() == [5, 3, 3, 3, 6, 1, 7]
    assert rings.vector[B3_SHARE] == 34 / 43


def broken():
    """The box after some atoms have gone to its empty slots, or have changed places, and the
    numbers of rings of each class and size that are still there.
    """
    cell, types, x, first = box()
    empty = (np.diag(cell) - SLOT / 2) - np.array([[0, 0, 3.0 * k - 9.0] for k in range(7)])
    spots = iter(np.vstack([empty, empty + (3.0, 0.0, 0.0), empty - (3.0, 0.0, 0.0)]))

    def take(name, copy, atom):
        x[first[name][copy] + atom] = next(spots)

    def swap(name, one, two, atom):
        pair = [first[name][one] + atom, first[name][two] + atom]
        x[pair] = x[pair[::-1]]

    take("boroxol", 0, 3)        # a bridge; the other boroxol ring is left
    take("kite", 0, 7)           # a B of the second ring; the first is left
    take("spiro", 0, 0)          # the B of both rings; "one" is left
    take("two", 1, 0)            # a four-coordinated B
    take("three", 2, 6)          # no member of a ring: all four are left, one in another class
    take("BBSi", 3, 4)
    take("B4BSi", 0, 0)          # the Si; four of six are left
    take("BSiSi", 0, 3)          # the only one
    take("Si3", 0, 3)
    take("Si3", 1, 2)
    swap("Si3", 2, 3, 4)         # each ring with a bridge of the other; three of seven are left
    take("fold", 0, 7)           # a B of the ring of four; that of three is left
    take("five", 0, 9)
    classes = [3, 1, 1, 4, 4, 0, 3]
    sizes = {2: 1, 3: 16, 4: 2, 5: 0}
    return (cell, types, x), classes, sizes


@pytest.mark.parametrize("ranks", [1, 2, 4, 8])
def test_memory_by_class(lmp, tmp_path, ranks):
    cell, types, x, _ = box()
    whole = read_data(tmp_path / "box.data", (cell, types, x))
    written = lmp(deck(whole))
    file = written.folder / "rings.dump"
    assert Rings(written).vector[:7].tolist() == CLASSES
    text = ZERO + compute() + persist(f"file {file}") + "run 0\n"
    frame, classes, sizes = broken()
    assert (types[(np.abs(frame[2] - x) > 0).any(axis=1)] == O).sum() > 5
    got = said(lmp(read_data(tmp_path / "broken.data", frame) + text, ranks).thermo()[-1])
    assert got[1:8] == pytest.approx([c / n for c, n in zip(classes, CLASSES)], rel=1e-15)
    all_rings, left = sum(s[0] for s in SIZES.values()), sum(sizes.values())
    assert got[0] == left / all_rings and got[8:10].tolist() == [all_rings, left]
    assert got[10] == sum(classes[:4]) / sum(CLASSES[:4])
    by_size = np.zeros((MAX, 3))
    for n, count in sizes.items():
        by_size[n - 1] = SIZES[n][0], count, count / SIZES[n][0]
    assert np.array_equal(got[11:].reshape(MAX, 3), by_size)
    same = said(lmp(whole + text, ranks).thermo()[-1])
    assert same[:8].tolist() == [1.0] * 8


def test_swapped_bridges_are_other_rings(lmp, tmp_path):
    """As many rings of three silicons as before but for two that are open, yet two more are gone:
    number and class alone are no memory.
    """
    frame, classes, _ = broken()
    rings = Rings(lmp(deck(read_data(tmp_path / "broken.data", frame))))
    assert rings.vector[6] == CLASSES[6] - 2 == classes[6] + 2
