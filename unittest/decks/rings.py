# SPDX-License-Identifier: GPL-2.0-only
"""Helpers of the ring tests: decks with compute ring/stats, and its outputs read back."""
import collections

import numpy as np

import formulas as ref
from deck import data_text, frame, read_frame, system

TYPES = "types Li B O Si"
CUTOFFS = "cutoff B O 1.95 cutoff Si O 2.15"
ZERO = "pair_style zero 5.0\npair_coeff * *\nneighbor 1.0 bin\n"
VALUES, COLUMNS = 14, 6
MAX = 8
# places in the global vector, from 0
B3_SHARE, WRAPPED, LONE, ALL, CUT, FORMERS, HOMOPOLAR = 7, 8, 9, 10, 11, 12, 13


def compute(words="", name="r", group="all", cutoffs=CUTOFFS, limit=MAX):
    """Line that defines compute ring/stats."""
    return f"compute {name} {group} ring/stats {TYPES} {cutoffs} max {limit} {words}\n"


def dump_rings(name="r", limit=MAX, file="rings.dump", every=1):
    """Lines that write the list of rings; a wildcard would mean the columns of the global array."""
    columns = " ".join(f"c_{name}[{k}]" for k in range(1, 5 + 2 * limit))
    return (f"dump rings all local {every} {file} index {columns}\n"
            "dump_modify rings format float %.0f\n")


def output(name="r", limit=MAX, extra=""):
    """Lines that print the vector and the array, dump atoms and rings, and run no step."""
    array = " ".join(f"c_{name}[{n}][{c}]" for n in range(1, limit + 1)
                     for c in range(1, COLUMNS + 1))
    vector = " ".join(f"c_{name}[{k}]" for k in range(1, VALUES + 1))
    return (f"thermo_style custom step {vector} {array} {extra}\n"
            "thermo_modify format float %.17g line one\n"
            f"dump atoms all custom 1 atoms.dump id type x y z c_{name}[1] c_{name}[2]\n"
            "dump_modify atoms sort id format float %.17g\n"
            + dump_rings(name, limit))


def deck(read, words="", limit=MAX, group="all", cutoffs=CUTOFFS, pair=ZERO):
    """A deck that evaluates one frame and prints everything."""
    return (read + pair + compute(words, group=group, cutoffs=cutoffs, limit=limit)
            + output(limit=limit) + "run 0\n")


def read_data(path, crystal, extra=""):
    """Writes a structure to a data file; lines that read it."""
    cell, types, x = crystal
    path.write_text(data_text(cell, types, x, [0.0] * len(types)))
    return f"units metal\natom_style charge\n{extra}read_data {path}\n"


class Rings:
    """What compute ring/stats said at the end of a run."""

    def __init__(self, result, name="r", limit=MAX):
        last = result.last()
        self.vector = np.array([last[f"c_{name}[{k}]"] for k in range(1, VALUES + 1)])
        self.array = np.array([[last[f"c_{name}[{n}][{c}]"] for c in range(1, COLUMNS + 1)]
                               for n in range(1, limit + 1)])
        atoms = result.atoms()
        self.smallest, self.three = atoms[f"c_{name}[1]"], atoms[f"c_{name}[2]"]
        frame_ = result.frames("rings.dump")[-1][2]
        rows = np.array([frame_[f"c_{name}[{k}]"] for k in range(1, 5 + 2 * limit)]).T.astype(int)
        self.details = rows[:, :4]
        self.members = [tuple(row[4:4 + 2 * row[0]]) for row in rows]

    def counts(self):
        """Number of rings by size in formers, where there are any."""
        return {n: int(c) for n, c in enumerate(self.array[:, 0], 1) if c}

    def same(self, other, atoms=slice(None), rename=lambda i: i):
        """Asserts equality in all that is said; atom k of `other` is atom atoms[k] here."""
        assert self.vector[ALL] > 0
        assert np.array_equal(self.vector, other.vector)
        assert np.array_equal(self.array, other.array)
        assert np.array_equal(self.smallest[atoms], other.smallest)
        assert np.array_equal(self.three[atoms], other.three)
        mine = collections.Counter(tuple(sorted(m)) for m in self.members)
        theirs = collections.Counter(tuple(sorted(rename(i) for i in m)) for m in other.members)
        assert mine == theirs


def check_by_hand(rings, cell, types, x, cutoffs=((2, 1.95), (4, 2.15)), homopolar=()):
    """Everything that follows from the list of rings and the bonds, by numpy. `homopolar` has two
    types and a length in each item.
    """
    cutoff = dict(cutoffs)
    length = {tuple(sorted(pair)): cut for *pair, cut in homopolar}
    bonds = [[] for _ in types]    # atoms they are bonded to, once for each image
    direct = [[] for _ in types]   # formers among themselves
    for a, b, v in zip(*ref.distances(cell, x, max([*cutoff.values(), *length.values()]))):
        former, other = (a, b) if types[b] == 3 else (b, a)
        if types[other] == 3 and np.linalg.norm(v) < cutoff.get(types[former], 0.0):
            bonds[a].append(int(b))
        if np.linalg.norm(v) < length.get(tuple(sorted(types[[a, b]])), 0.0):
            direct[a].append(int(b))
    degree = np.array([len(b) for b in bonds])
    sizes = [set() for _ in types]
    three = np.zeros(len(types))
    by_class = np.zeros(7)
    mixed = 0
    for (n, kind, silicon, four), members in zip(rings.details, rings.members):
        atoms = np.array(members) - 1
        assert len(atoms) == 2 * n
        formers, bridges = atoms[0::2], atoms[1::2]
        assert set(types[bridges[bridges >= 0]]) <= {3} and set(types[formers]) <= set(cutoff)
        assert atoms[0] == formers.min()
        for a, o, b in zip(formers, bridges, np.roll(formers, -1)):
            if o < 0:
                assert int(b) in direct[a], "a direct bond"
            else:
                assert int(o) in bonds[a] and int(b) in bonds[o], "members follow each other"
        mixed += (bridges < 0).any()
        atoms = atoms[atoms >= 0]
        assert silicon == np.count_nonzero(types[atoms] == 4)
        assert four == np.count_nonzero((types[atoms] == 2) & (degree[atoms] == 4))
        expected = 0 if n != 3 else 1 + four if silicon == 0 else 4 + silicon
        assert kind == expected
        if n == 3:
            by_class[kind - 1] += 1
            np.add.at(three, atoms, 1)
        for a in atoms:
            sizes[a].add(int(n))
    formers = np.isin(types, list(cutoff))
    of_formers = [s for s, f in zip(sizes, formers) if f]
    total = len(of_formers)
    b3 = (types == 2) & (degree == 3)
    assert np.array_equal(rings.smallest, [min(s, default=0) for s in sizes])
    assert np.array_equal(rings.three, three)
    assert np.array_equal(rings.vector[:7], by_class)
    assert rings.vector[B3_SHARE] == (np.count_nonzero(b3 & (three > 0)) / b3.sum() if b3.any()
                                      else 0.0)
    assert rings.vector[LONE] == np.count_nonzero(
        formers & (degree == 0) & np.array([not d for d in direct]))
    assert rings.vector[HOMOPOLAR] == mixed
    assert rings.vector[ALL] == len(rings.members)
    assert rings.vector[FORMERS] == total
    for n, row in enumerate(rings.array, 1):
        count = np.count_nonzero(rings.details[:, 0] == n)
        inside = [s for s in of_formers if n in s]
        low = sum(min(s) == n for s in inside)
        high = sum(max(s) == n for s in inside)
        expected = [count, count / total, len(inside) / total, low / max(1, len(inside)),
                    high / max(1, len(inside))]
        assert row[:5].tolist() == expected


def stored(name):
    """(cell, types, positions) of a stored frame."""
    return read_frame(frame(name))[:3]


def stored_system(name):
    """Lines that read it."""
    return system(name)
