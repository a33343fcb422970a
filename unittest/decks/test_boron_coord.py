# SPDX-License-Identifier: GPL-2.0-only
"""compute boron/coord beside clusters with known coordination and an independent count."""
import numpy as np
import pytest

import formulas as ref
from deck import (DSF, MORE_ARGS, data_text, dump, frame, needs_kokkos, read_frame, system,
                  thermo)

TYPES = "types Li B O Si"
B_O, SI_O = 1.95, 2.15    # defaults in A, as the log states them
FORMERS = {2: B_O, 4: SI_O}
# the vector's order: N2 N3 N4 N5 of B, fraction 4B, Si4 Si5 Si6, O with 1 2 3 0 formers, the rest
NAMES = ("B2", "B3", "B4", "B5", "4B", "Si4", "Si5", "Si6", "NBO", "BO", "O3", "free O", "other B",
         "other Si", "other O")


def coordination(cell, types, positions, cutoffs=None):
    """Bonds of every atom by numpy: formers count oxygens, oxygens count formers."""
    count = np.zeros(len(types))
    oxygens = np.nonzero(types == 3)[0]
    for former, cut in (cutoffs or FORMERS).items():
        formers = np.nonzero(types == former)[0]
        gap = positions[formers, None] - positions[None, oxygens]
        for image in ref.images(cell, cut):
            bonded = ((gap - image) ** 2).sum(-1) < cut * cut
            count[formers] += bonded.sum(1)
            count[oxygens] += bonded.sum(0)
    return count


def census(types, count):
    """The fifteen values from the coordination of every atom."""
    def number(kind, n):
        return np.count_nonzero((types == kind) & (count == n))

    b = [number(2, n) for n in (2, 3, 4, 5)]
    si = [number(4, n) for n in (4, 5, 6)]
    o = [number(3, n) for n in (1, 2, 3, 0)]
    borons, silicons, oxygens = (np.count_nonzero(types == t) for t in (2, 4, 3))
    fraction = b[2] / borons if borons else 0.0
    return np.array([*b, fraction, *si, *o, borons - sum(b), silicons - sum(si), oxygens - sum(o)])


def vector_of(result, name="coord"):
    last = result.last()
    return np.array([last[f"c_{name}[{k}]"] for k in range(1, 16)])


def coord_deck(read, words="", pair="pair_style zero 5.0\npair_coeff * *\n", group="all"):
    return (read + pair + f"compute coord {group} boron/coord {TYPES} {words}\n"
            + thermo("step c_coord[*]") + dump("id type xu yu zu c_coord"))


def cluster_read(path, types, positions, extra=""):
    moved = np.array(positions) + 12.0
    path.write_text(data_text(30.0 * np.eye(3), types, moved, [0.0] * len(types)))
    return f"units metal\natom_style charge\n{extra}read_data {path}\n"


def around(n, length):
    """Corners of a triangle, tetrahedron, bipyramid or octahedron around the origin."""
    corners = {2: [[1, 0, 0], [-1, 0, 0]],
               3: [[1, 0, 0], [-0.5, 0.75 ** 0.5, 0], [-0.5, -0.75 ** 0.5, 0]],
               4: [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]}
    corners[5] = corners[3] + [[0, 0, 1], [0, 0, -1]]
    corners[6] = corners[2] + [[0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]]
    points = np.array(corners[n], dtype=float)
    return length * points / np.linalg.norm(points, axis=1, keepdims=True)


def polyhedron(former, n, length):
    return [former] + [3] * n, np.vstack([[0.0, 0.0, 0.0], around(n, length)])


BRIDGE = ([2, 3, 4], [[0.0, 0.0, 0.0], [1.4, 0.0, 0.0], [1.4, 1.6, 0.0]])
TRICLUSTER = ([4, 2, 2, 3], [*around(3, 1.7), [0.0, 0.0, 0.0]])
CLUSTERS = {
    "BO2": (polyhedron(2, 2, 1.3), {"B2": 1, "NBO": 2}),
    "BO3": (polyhedron(2, 3, 1.37), {"B3": 1, "NBO": 3}),
    "BO4": (polyhedron(2, 4, 1.48), {"B4": 1, "4B": 1.0, "NBO": 4}),
    "BO5": (polyhedron(2, 5, 1.7), {"B5": 1, "NBO": 5}),
    "BO6": (polyhedron(2, 6, 1.9), {"other B": 1, "NBO": 6}),
    "SiO3": (polyhedron(4, 3, 1.6), {"other Si": 1, "NBO": 3}),
    "SiO4": (polyhedron(4, 4, 1.62), {"Si4": 1, "NBO": 4}),
    "SiO5": (polyhedron(4, 5, 1.8), {"Si5": 1, "NBO": 5}),
    "SiO6": (polyhedron(4, 6, 1.8), {"Si6": 1, "NBO": 6}),
    "B-O-Si": (BRIDGE, {"other B": 1, "other Si": 1, "BO": 1}),
    "three formers on one O": (TRICLUSTER, {"other B": 2, "other Si": 1, "O3": 1}),
    "four formers on one O": (([2] * 4 + [3], [*around(4, 1.5), [0, 0, 0]]),
                              {"other B": 4, "other O": 1}),
    "free O": (([3, 1], [[0.0, 0.0, 0.0], [1.5, 0.0, 0.0]]), {"free O": 1}),
    "B-O just bonded": (([2, 3], [[0, 0, 0], [1.949, 0, 0]]), {"other B": 1, "NBO": 1}),
    "B-O just too long": (([2, 3], [[0, 0, 0], [1.951, 0, 0]]), {"other B": 1, "free O": 1}),
    "Si-O just bonded": (([4, 3], [[0, 0, 0], [2.149, 0, 0]]), {"other Si": 1, "NBO": 1}),
    "Si-O just too long": (([4, 3], [[0, 0, 0], [2.151, 0, 0]]), {"other Si": 1, "free O": 1}),
    "nothing but lithium": (([1, 1], [[0, 0, 0], [1.0, 0, 0]]), {}),
}


@pytest.mark.parametrize("name", CLUSTERS)
def test_cluster(lmp, tmp_path, name):
    (types, positions), expected = CLUSTERS[name]
    result = lmp(coord_deck(cluster_read(tmp_path / "c.data", types, positions)) + "run 0\n")
    got = dict(zip(NAMES, vector_of(result)))
    assert {k: v for k, v in got.items() if v} == expected
    count = coordination(30.0 * np.eye(3), np.array(types), np.array(positions) + 12.0)
    assert np.array_equal(result.atoms()["c_coord"], count)


def test_type_labels(lmp, tmp_path):
    """The element of a type can be its label, if all are elements."""
    types, positions = CLUSTERS["B-O-Si"][0]
    text = coord_deck(cluster_read(tmp_path / "c.data", types, positions)
                      + "labelmap atom 1 Li 2 B 3 O 4 Si\n").replace(TYPES, "") + "run 0\n"
    if "-k" in MORE_ARGS:
        lmp.fails(text, "Label maps are currently not supported with Kokkos")
        return
    got = dict(zip(NAMES, vector_of(lmp(text))))
    assert {k: v for k, v in got.items() if v} == CLUSTERS["B-O-Si"][1]
    for labels, type_ in (("1 Li 2 B 3 O 4 Silicon", 4), ("1 Li 2 B 4 Si", 3)):
        lmp.fails(text.replace("1 Li 2 B 3 O 4 Si", labels),
                  f"compute boron/coord: the label of atom type {type_} is no element's symbol; "
                  "add 'types EL ...' with one element for each of the 4 types, or NULL")
    lmp.fails(text.replace("labelmap atom 1 Li 2 B 3 O 4 Si\n", ""),
              "compute boron/coord: the elements of the atom types are not known")


@pytest.mark.parametrize("ranks", [1, 2])
def test_no_number(lmp, tmp_path, ranks):
    """An atom that is nowhere is no atom without bonds."""
    types, positions = polyhedron(2, 4, 1.48)
    text = coord_deck(cluster_read(tmp_path / "c.data", types, positions, "boundary f f f\n"))
    text += ("fix nve all nve\nneigh_modify every 100 delay 0 check no\ntimestep 1000\n"
             "velocity all set 0 0 0\nset atom 1 vx 1.0e308\nrun 1\n")
    lmp.fails(text, "compute boron/coord: atom 1 is lost", ranks)


CASES = {
    "glass": ("glass", ""), "triclinic": ("glass_triclinic", ""), "tiny": ("tiny", ""),
    "long cutoffs": ("glass", "cutoff B O 3.1 cutoff Si O 2.9"),
    "tiny cell, long cutoffs": ("tiny", "cutoff O B 5.8 cutoff Si O 5.7"),
    "one cutoff": ("glass", "cutoff O Si 1.7"),
}


@pytest.mark.parametrize("ranks", [1, 2, 4, 8])
@pytest.mark.parametrize("case", CASES)
def test_glass(lmp, case, ranks):
    """Also where bonds are longer than the cell, so that an atom is bonded to several images."""
    name, words = CASES[case]
    cutoffs = dict(FORMERS)
    for text in words.split("cutoff")[1:]:
        a, b, length = text.split()
        cutoffs[2 if "B" in (a, b) else 4] = float(length)
    result = lmp(coord_deck(system(name), words, DSF + "\n") + "run 0\n", ranks)
    cell, types, x, _ = read_frame(frame(name))
    count = coordination(cell, types, x, cutoffs)
    assert count.sum() > 10
    assert np.array_equal(result.atoms()["c_coord"], count)
    assert np.allclose(vector_of(result), census(types, count), rtol=1e-15, atol=0.0)
    assert f"B-O {cutoffs[2]:g} A, Si-O {cutoffs[4]:g} A" in result.log


def test_no_boron(lmp):
    """A crystal of Li2O: every oxygen is free, and 0/0 borons is 0."""
    result = lmp(coord_deck(system("li2o")) + "run 0\n")
    assert {k: v for k, v in zip(NAMES, vector_of(result)) if v} == {"free O": 4}


def test_empty_ranks(lmp, tmp_path):
    types, positions = polyhedron(2, 4, 1.48)
    read = cluster_read(tmp_path / "c.data", types, positions, "processors 8 1 1\n")
    result = lmp(coord_deck(read) + "run 0\n", 8)
    assert vector_of(result)[NAMES.index("B4")] == 1.0


def test_group(lmp):
    """Only atoms of the group are counted; their bonds to all atoms are."""
    result = lmp(system() + "group boron type 2\n" + coord_deck("", group="boron") + "run 0\n")
    cell, types, x, _ = read_frame(frame("glass"))
    count = np.where(types == 2, coordination(cell, types, x), 0.0)
    assert np.array_equal(result.atoms()["c_coord"], count)
    values = dict(zip(NAMES, vector_of(result)))
    assert values["B3"] + values["B4"] > 0 and values["BO"] == values["Si4"] == 0


OUTPUTS = """
variable percent equal 100.0*c_coord[5]
variable twice atom 2*c_coord
compute total all reduce sum c_coord v_twice
fix average all ave/time 1 1 1 c_coord[5] c_coord[10] v_percent c_total[1] c_total[2] &
  file average.txt
fix vector all ave/time 1 1 1 c_coord mode vector file vector.txt
fix histogram all ave/histo 1 1 1 -0.5 8.5 9 c_coord mode vector &
  kind peratom file histogram.txt
"""


def test_every_kind_of_output(lmp):
    result = lmp(coord_deck(system()) + OUTPUTS + thermo("step c_coord[*] v_percent f_average[1]")
                 + "run 1\n")
    cell, types, x, _ = read_frame(frame("glass"))
    count = coordination(cell, types, x)
    values = census(types, count)
    last = result.last()
    assert last["v_percent"] == pytest.approx(100.0 * values[4]) and values[4] > 0.2
    assert last["f_average[1]"] == pytest.approx(values[4])
    row = result.averages("average.txt")[-1]
    expected = [values[4], values[9], 100 * values[4], count.sum(), 2 * count.sum()]
    assert row[1:] == pytest.approx(expected, rel=1e-5)
    rows = [line.split() for line in (result.folder / "vector.txt").read_text().splitlines()]
    column = [float(r[1]) for r in rows if r[0] != "#" and len(r) == 2][-15:]
    assert column == pytest.approx(values, rel=1e-5)
    rows = [line.split() for line in (result.folder / "histogram.txt").read_text().splitlines()]
    bins = [float(r[2]) for r in rows if r[0] != "#" and len(r) == 4][-9:]
    assert bins == [np.count_nonzero(count == n) for n in range(9)]


def test_fresh_after_atoms_have_moved_at_one_step(lmp, tmp_path):
    """Two runs of no step at step 0, with a bond broken in between."""
    types, positions = polyhedron(2, 4, 1.48)
    read = cluster_read(tmp_path / "c.data", types, positions)
    result = lmp(coord_deck(read) + "run 0\ngroup last id 5\n"
                 "displace_atoms last move -1.0 -1.0 2.0\nrun 0\n")
    before, after = result.thermo()
    assert before["c_coord[3]"][0] == 1.0 and before["c_coord[2]"][0] == 0.0
    assert after["c_coord[3]"][0] == 0.0 and after["c_coord[2]"][0] == 1.0


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", ["glass", "glass_triclinic"])
def test_every_step_of_a_run(lmp, name, ranks):
    """Hot glass with rare rebuilds: bonds form and break between them, and none is missed."""
    result = lmp(coord_deck(system(name), pair=DSF + "\n") + "neighbor 2.0 bin\n"
                 "neigh_modify every 10 delay 20 check yes\nminimize 0.0 1.0 30 300\n"
                 "velocity all create 4000.0 31 loop geom\nfix nve all nve\n"
                 "undump all\nreset_timestep 0\n"
                 + dump("id type xu yu zu c_coord", file="run.dump")
                 + thermo("step c_coord[*]") + "thermo 1\nrun 60\n", ranks)
    assert "Dangerous builds = 0" in result.log
    seen = check_frames(result.frames("run.dump"), result.thermo()[-1])
    assert len(seen) > 5, "no bond has changed"


@needs_kokkos
@pytest.mark.parametrize("ranks", [1, 2])
def test_several_runs_under_kokkos(lmp, ranks):
    """KOKKOS sorts atoms and rebuilds lists in its own way; every run must see the right bonds."""
    deck = (coord_deck(system("glass"), pair=DSF + "\n") + "neighbor 1.0 bin\n"
            "minimize 0.0 1.0 30 300\nvelocity all create 4000.0 31 loop geom\nfix nve all nve\n"
            "undump all\nreset_timestep 0\n"
            + dump("id type xu yu zu c_coord", file="run.dump", every=20)
            + thermo("step c_coord[*]") + "thermo 20\n" + "run 200\n" * 3)
    result = lmp(deck, ranks, ("-k", "on", "t", "1", "-sf", "kk"))
    assert "KOKKOS mode" in result.log
    tables = result.thermo()[-3:]
    for before, after in zip(tables, tables[1:]):
        assert [after[n][0] for n in after] == [before[n][-1] for n in before], "start of a run"
    rows = {name: np.concatenate([tables[0][name], tables[1][name][1:], tables[2][name][1:]])
            for name in tables[0]}
    frames = {frame_[0]: frame_ for frame_ in result.frames("run.dump")}
    assert len(check_frames(list(frames.values()), rows)) > 5, "no bond has changed"


def check_frames(frames, table):
    """Compares every frame of a dump and its row of thermo with numpy; returns the rows seen."""
    seen = set()
    for k, (_, cell, atoms) in enumerate(frames):
        types = atoms["type"].astype(int)
        x = np.column_stack([atoms[c] for c in ("xu", "yu", "zu")])
        x = (x @ np.linalg.inv(cell) % 1.0) @ cell
        count = coordination(cell, types, x)
        assert np.array_equal(atoms["c_coord"], count), f"frame {k}"
        values = np.array([table[f"c_coord[{n}]"][k] for n in range(1, 16)])
        assert np.allclose(values, census(types, count), rtol=1e-15, atol=0.0)
        seen.add(tuple(values))
    assert len(frames) == len(table["c_coord[1]"])
    return seen


@pytest.mark.parametrize("style", ["boron/coord", "qn/atom", "ring/stats"])
def test_elements_in_another_order(lmp, style):
    """Masses tell: another order of the names would count other bonds."""
    more = " cutoff B O 1.95 cutoff Si O 2.15 max 3" if style == "ring/stats" else ""
    deck = system() + "pair_style zero 5.0\npair_coeff * *\n"
    lmp.fails(deck + f"compute c all {style} types B Li O Si{more}\nrun 0\n",
              f"compute {style}: atom types 1 and 2 are B and Li, but their masses are those of Li "
              "and B; name the elements in the order of the atom types")
    doubt = f"WARNING: compute {style}: atom type 1 is Li, but its mass is that of B; are the "
    heavy = f"mass 1 10.811\ncompute c all {style} types Li B O Si{more}\nrun 0\nrun 0\n"
    assert lmp(deck + heavy).log.count(doubt) == 1
    right = lmp(deck + f"compute c all {style} types Li B O Si{more}\nrun 0\n").log
    assert "are the elements in the order" not in right
