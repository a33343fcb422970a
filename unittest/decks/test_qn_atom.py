# SPDX-License-Identifier: GPL-2.0-only
"""compute qn/atom beside molecules with known units and an independent count."""
import numpy as np
import pytest

import formulas as ref
from deck import DSF, dump, frame, read_frame, system, thermo
from test_boron_coord import FORMERS, TYPES, around, cluster_read, coordination, polyhedron

NAMES = ("Q0", "Q1", "Q2", "Q3", "Q4", "other Si", "B3 0", "B3 1", "B3 2", "B3 3",
         "B4 0", "B4 1", "B4 2", "B4 3", "B4 4", "other B")


def units(cell, types, positions, cutoffs=FORMERS):
    """Bridging oxygens of every former by numpy, from the formers of every oxygen."""
    formers = coordination(cell, types, positions, cutoffs)
    bridging = np.zeros(len(types))
    oxygens = np.nonzero((types == 3) & (formers >= 2))[0]
    for kind, cut in cutoffs.items():
        mine = np.nonzero(types == kind)[0]
        gap = positions[mine, None] - positions[None, oxygens]
        for image in ref.images(cell, cut):
            bridging[mine] += (((gap - image) ** 2).sum(-1) < cut * cut).sum(1)
    return bridging


def census(types, count, bridging):
    """The sixteen values."""
    def numbers(kind, bonds):
        return [np.count_nonzero((types == kind) & (count == bonds) & (bridging == n))
                for n in range(bonds + 1)]

    silicon, three, four = numbers(4, 4), numbers(2, 3), numbers(2, 4)
    return np.array([*silicon, np.count_nonzero(types == 4) - sum(silicon), *three, *four,
                     np.count_nonzero(types == 2) - sum(three) - sum(four)])


def vector_of(result):
    last = result.last()
    return np.array([last[f"c_qn[{k}]"] for k in range(1, 17)])


def qn_deck(read, words="", pair="pair_style zero 5.0\npair_coeff * *\n", group="all"):
    return (read + pair + f"compute qn {group} qn/atom {TYPES} {words}\n" + thermo("step c_qn[*]")
            + dump("id type xu yu zu c_qn"))


def two_tetrahedra(shared):
    """Two SiO4 that share a corner (1) or an edge (2)."""
    corners = around(4, 1.62)
    other = 2.0 * corners[:shared].mean(axis=0)
    return ([4, 4] + [3] * (8 - shared),
            np.vstack([[0, 0, 0], other, corners, (other - corners)[shared:]]))


CLUSTERS = {
    "SiO4": (polyhedron(4, 4, 1.62), {"Q0": 1}),
    "Si2O7": (two_tetrahedra(1), {"Q1": 2}),
    "edge-sharing Si2O6": (two_tetrahedra(2), {"Q2": 2}),
    "SiO5": (polyhedron(4, 5, 1.8), {"other Si": 1}),
    "BO3": (polyhedron(2, 3, 1.37), {"B3 0": 1}),
    "BO4": (polyhedron(2, 4, 1.48), {"B4 0": 1}),
    "BO2": (polyhedron(2, 2, 1.3), {"other B": 1}),
    # an orthoborate with one more B at a corner
    "B-O-BO2": (([2, 2, 3, 3, 3], [[0, 0, 0], 2 * around(3, 1.37)[0], *around(3, 1.37)]),
                {"B3 1": 1, "other B": 1}),
    "lithium bridges nothing": (([2, 1, 3, 3, 3], [[0, 0, 0], 2 * around(3, 1.37)[0],
                                                   *around(3, 1.37)]), {"B3 0": 1}),
    "no former": (([3, 1], [[0, 0, 0], [1.5, 0, 0]]), {}),
}


@pytest.mark.parametrize("name", CLUSTERS)
def test_cluster(lmp, tmp_path, name):
    (types, positions), expected = CLUSTERS[name]
    result = lmp(qn_deck(cluster_read(tmp_path / "c.data", types, positions)) + "run 0\n")
    got = dict(zip(NAMES, vector_of(result)))
    assert {k: v for k, v in got.items() if v} == expected
    bridging = units(30.0 * np.eye(3), np.array(types), np.array(positions) + 12.0)
    assert np.array_equal(result.atoms()["c_qn"], bridging)


@pytest.mark.parametrize("ranks", [1, 2, 4, 8])
@pytest.mark.parametrize("name", ["glass", "glass_triclinic", "tiny"])
def test_glass(lmp, name, ranks):
    """Oxygens across the border of a rank have formers that it does not see."""
    result = lmp(qn_deck(system(name), "", DSF + "\n") + "run 0\n", ranks)
    cell, types, x, _ = read_frame(frame(name))
    bridging = units(cell, types, x)
    assert bridging.sum() > 10
    assert np.array_equal(result.atoms()["c_qn"], bridging)
    values = census(types, coordination(cell, types, x), bridging)
    assert np.array_equal(vector_of(result), values)
    if name != "tiny":
        assert np.count_nonzero(values) > 6
    # Formers in all.
    assert vector_of(result).sum() == np.count_nonzero((types == 2) | (types == 4))


@pytest.mark.parametrize("words, cutoffs", [
    ("cutoff B O 1.42", {2: 1.42, 4: 2.15}), ("cutoff O Si 1.6", {2: 1.95, 4: 1.6}),
    ("cutoff Si O 2.9 cutoff B O 3.1", {2: 3.1, 4: 2.9})])
def test_cutoffs(lmp, words, cutoffs):
    """Of either element; they make other numbers than those that are there without them."""
    result = lmp(qn_deck(system(), words, DSF + "\n") + "run 0\n")
    cell, types, x, _ = read_frame(frame("glass"))
    bridging = units(cell, types, x, cutoffs)
    assert np.array_equal(result.atoms()["c_qn"], bridging)
    values = census(types, coordination(cell, types, x, cutoffs), bridging)
    assert np.array_equal(vector_of(result), values)
    assert not np.array_equal(bridging, units(cell, types, x)) and bridging.sum() > 10


def test_group(lmp):
    """Only atoms of the group are counted; oxygens bridge to atoms outside, too."""
    result = lmp(system() + "group silicon type 4\n" + qn_deck("", group="silicon") + "run 0\n")
    cell, types, x, _ = read_frame(frame("glass"))
    bridging = units(cell, types, x)
    expected = census(types, coordination(cell, types, x), bridging)
    assert np.array_equal(vector_of(result)[:6], expected[:6])
    assert expected[:6].sum() > 10 and vector_of(result)[6:].sum() == 0
    assert np.array_equal(result.atoms()["c_qn"], np.where(types == 4, bridging, 0.0))


def test_every_step_of_a_run(lmp):
    """Hot glass on two ranks: bonds form and break, atoms move to the other rank."""
    result = lmp(qn_deck(system("glass"), pair=DSF + "\n") + "neighbor 2.0 bin\n"
                 "minimize 0.0 1.0 30 300\nvelocity all create 4000.0 31 loop geom\n"
                 "fix nve all nve\nundump all\nreset_timestep 0\n"
                 + dump("id type xu yu zu c_qn", file="run.dump", every=5)
                 + thermo("step c_qn[*]") + "thermo 5\nrun 100\n", 2)
    table, seen = result.thermo()[-1], set()
    for k, (_, cell, atoms) in enumerate(result.frames("run.dump")):
        types = atoms["type"].astype(int)
        x = np.column_stack([atoms[c] for c in ("xu", "yu", "zu")])
        x = (x @ np.linalg.inv(cell) % 1.0) @ cell
        bridging = units(cell, types, x)
        assert np.array_equal(atoms["c_qn"], bridging), f"frame {k}"
        values = np.array([table[f"c_qn[{n}]"][k] for n in range(1, 17)])
        assert np.array_equal(values, census(types, coordination(cell, types, x), bridging))
        seen.add(tuple(values))
    assert len(seen) > 5, "no bond has changed"


def test_bad_input(lmp):
    deck = qn_deck(system())
    for old, new, words in (
            (TYPES, "types Li B O", "types gives 3 elements for 4 atom types"),
            (TYPES, "types Li B N Si", "no atom type is O, so there are no bridging oxygens"),
            (TYPES, TYPES + " rings 3", "'rings' in types is neither an element nor a keyword"),
            (TYPES, "rings 3", "unknown keyword 'rings'; known are types and cutoff"),
            (TYPES, TYPES + " cutoff B B 2", "cutoff B B: bonds are counted between B or Si and O"),
            (TYPES, "", "the elements of the atom types are not known"),
            ("zero 5.0", "zero 1.0", "ghost atoms reach")):
        lmp.fails(deck.replace(old, new) + "run 0\n", words)
