# SPDX-License-Identifier: GPL-2.0-only
"""Settings of LAMMPS that take pairs out of neighbor lists, or ghost atoms out of reach, do not
change bonds and rings; where atoms are missing, the run stops.
"""
import numpy as np
import pytest

import formulas as ref
from deck import ROOT, data_text, frame, read_frame, system, thermo
from rings import ALL, CUTOFFS, TYPES, VALUES, ZERO, compute

NAME = "shik_20_60_20"
ASK = (f"compute b all boron/coord {TYPES}\n" + compute(limit=6)
       + "compute p all ring/persist r reference first\n"
       + "compute near all coord/atom cutoff 2.15 3\ncompute near_all all reduce sum c_near\n"
       + thermo("step c_near_all c_p[8] " + " ".join(f"c_b[{k}]" for k in range(1, 16)) + " "
                + " ".join(f"c_r[{k}]" for k in range(1, VALUES + 1))))
FROZEN = "region low block INF INF INF INF INF 7.0\ngroup frozen region low\n"
NETWORK = "group network type 2 3 4\natom_modify first network\n"

# What LAMMPS' own compute coord/atom loses by them shows that the lists lack pairs.
SETTINGS = {
    "exclude type": "neigh_modify exclude type 2 3 exclude type 3 4\n",
    "exclude group": FROZEN + "neigh_modify exclude group frozen frozen\n",
    "hybrid": "pair_style hybrid zero 5.0 zero 6.0\npair_coeff 1 1 zero 1\n"
              "pair_coeff * 2*4 zero 2\n",
    "multi": "neighbor 1.0 multi\ncomm_modify mode multi\n",
    "newton": "newton off\n",
    "sort": "atom_modify sort 1 3.0\n",
    "include": NETWORK + "neigh_modify include network\n",
    "nsq": "neighbor 1.0 nsq\n",
}
LOSES = ("exclude type", "exclude group", "include")


def values(result):
    """All that the computes say in the first line of each run."""
    table = result.thermo()[-1]
    return np.array([c[0] for name, c in table.items() if name[:4] in ("c_b[", "c_r[", "c_p[")])


@pytest.fixture(scope="module")
def plain(shared):
    result = shared(system(NAME) + ZERO + ASK + "run 0\n")
    assert result.last()[f"c_r[{ALL + 1}]"] > 20 and result.last()["c_b[2]"] > 10
    return result


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", SETTINGS)
def test_settings_do_not_matter(lmp, plain, name, ranks):
    read = system(NAME)
    if name in ("newton", "include", "sort"):
        text = read.replace("read_data", ("newton off\n" if name == "newton" else "") + "read_data")
        text += ("" if name == "newton" else SETTINGS[name]) + ZERO
    else:
        text = read + ZERO + SETTINGS[name]
    result = lmp(text + ASK + "run 0\n", ranks)
    assert np.array_equal(values(result), values(plain))
    lost = plain.last()["c_near_all"] - result.last()["c_near_all"]
    assert (lost > 10) == (name in LOSES)


# Values that thermo_modify norm yes leaves alone, as the manual says.
INTENSIVE = {"c_b[5]", "c_r[8]"}


def test_counts_are_divided_by_atoms_where_thermo_is_told_to(lmp):
    """Fractions and shares are not; of all computes, and with qn/atom."""
    ask = (f"compute b all boron/coord {TYPES}\n" + compute(limit=6)
           + f"compute q all qn/atom {TYPES}\ncompute p all ring/persist r reference first\n")
    words = ("step c_p " + " ".join(f"c_b[{k}]" for k in range(1, 16)) + " "
             + " ".join(f"c_r[{k}]" for k in range(1, VALUES + 1)) + " c_r[3][1] "
             + " ".join(f"c_q[{k}]" for k in range(1, 17)) + " "
             + " ".join(f"c_p[{k}]" for k in range(1, 11)))
    glass = ROOT / "examples" / "paper" / "glasses" / "LBS_20_60_20-fast-1.data"    # has 3MR
    read = system(NAME).replace(str(frame(NAME)), str(glass))
    plain, norm = (lmp(read + ZERO + ask + thermo(words) + f"thermo_modify norm {how}\n"
                       "run 0\n").last() for how in ("no", "yes"))
    natoms = 299
    counted = 0
    for name, value in plain.items():
        if name == "Step":
            continue
        intensive = (name in INTENSIVE or name in ("c_p", "c_r[3][1]")
                     or name.startswith("c_p[") and name not in ("c_p[8]", "c_p[9]"))
        assert norm[name] == pytest.approx(value / (1 if intensive else natoms), rel=1e-12), name
        counted += value != 0.0
    assert counted > 20 and all(plain[name] > 0.0 for name in INTENSIVE) and plain["c_p[8]"] > 20


def molecules():
    """A data file of atom_style full: the stored glass, its B-O and Si-O bonds as bonds."""
    cell, types, x, _ = read_frame(frame(NAME))
    cut = {(2, 3): 1.95, (3, 4): 2.15}
    bonds = [(a, b) for a, b, v in zip(*ref.distances(cell, x, 2.15)) if a < b
             and np.linalg.norm(v) < cut.get(tuple(sorted((types[a], types[b]))), 0.0)]
    head, atoms = data_text(cell, types, x, [0.0] * len(types)).split("Atoms\n\n")
    head = head.replace("4 atom types\n", f"4 atom types\n{len(bonds)} bonds\n1 bond types\n")
    rows = [line.split() for line in atoms.splitlines()]
    assert len(bonds) > 200
    return (head + "Atoms\n\n" + "".join(f"{r[0]} 1 {' '.join(r[1:])}\n" for r in rows)
            + "\nBonds\n\n" + "".join(f"{k} 1 {a + 1} {b + 1}\n"
                                      for k, (a, b) in enumerate(bonds, 1)))


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("setting, loses", [("special_bonds lj/coul 0 0 0", True),
                                            ("special_bonds lj/coul 0 0.5 1", True),
                                            ("special_bonds lj/coul 1 1 1", False),
                                            ("neigh_modify exclude molecule/intra all", True)])
def test_molecules(lmp, plain, tmp_path, setting, loses, ranks):
    data = tmp_path / "full.data"
    data.write_text(molecules())
    text = ("units metal\natom_style full\n"
            f"read_data {data} extra/special/per/atom 60 extra/bond/per/atom 8\n"
            f"bond_style zero\nbond_coeff *\n{setting}\n{ZERO}{ASK}run 0\n")
    if "exclude" in setting:
        text = text.replace("bond_style", "special_bonds lj/coul 1 1 1\nbond_style")
    result = lmp(text, ranks)
    assert np.array_equal(values(result), values(plain))
    assert (result.last()["c_near_all"] < plain.last()["c_near_all"] - 10) == loses


@pytest.mark.parametrize("ranks", [1, 2])
def test_dynamic_group(lmp, ranks):
    """The atoms of a dynamic group are those of the moment."""
    region = "region low block INF INF INF INF INF 9.0\ngroup part {}\n"
    text = compute(group="part") + thermo("step c_r[11] c_r[12] c_r[13]") + "run 0\n"
    one = lmp(system(NAME) + region.format("region low") + ZERO + text, ranks).last()
    two = lmp(system(NAME) + region.format("dynamic all region low every 1") + ZERO + text,
              ranks).last()
    assert one == two and one["c_r[11]"] > 5 and one["c_r[12]"] > 5


STYLES = (f"boron/coord {TYPES}", f"ring/stats {TYPES} {CUTOFFS}")


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("words", STYLES)
def test_ghosts_of_a_group_only(lmp, words, ranks):
    """comm_modify group leaves ghosts out: refused where the network needs them, fine elsewhere."""
    text = ("{}atom_modify first some\ncomm_modify group some\n" + ZERO
            + f"compute c all {words}\n" + thermo("step c_c[3] c_c[11]") + "run 0\n")
    read = system(NAME)
    lmp.fails(read + text.format("group some type 2 4\n"),
              f"compute {words.split()[0]}: 'comm_modify group some' keeps ghost atoms out of the "
              "network, atom ", ranks)
    whole = lmp(read + text.format("group some type 2 3 4\n"), ranks).last()
    plain_text = text.format("").replace("atom_modify first some\ncomm_modify group some\n", "")
    assert whole == lmp(read + plain_text).last() and whole["c_c[11]"] > 0


@pytest.mark.parametrize("words", STYLES)
def test_multi_without_reach(lmp, words):
    """In mode multi the reach of ghost atoms is one of each type."""
    text = (system(NAME) + "neighbor 0.3 multi\ncomm_modify mode multi\npair_style zero 1.5 full\n"
            "pair_coeff * * 1.5\npair_coeff 1 1 8.0\n"
            f"compute c all {words}\n" + thermo("step c_c[3]") + "run 0\n")
    lmp.fails(text, "add 'comm_modify mode single cutoff 3'")


@pytest.mark.parametrize("words", STYLES)
def test_several_computes_and_definitions_anew(lmp, words):
    """Two of a style do not disturb each other, nor one after uncompute or clear."""
    other = words.replace("2.15", "1.5").replace("B O 1.95", "B O 1.3")
    if other == words:
        other += " cutoff B O 1.3"
    one = f"compute one all {words}\ncompute two all {other}\n"
    ask = thermo("step c_one[3] c_one[11] c_two[3] c_two[11]") + "run 0\n"
    text = (system(NAME) + ZERO + one + ask + "uncompute one\n"
            + one.split("\n", maxsplit=1)[0] + "\n" + ask + "clear\n"
            + system(NAME) + ZERO + one + ask)
    runs = [{k: v[0] for k, v in t.items()} for t in lmp(text).thermo()]
    assert runs[0] == runs[1] == runs[2]
    assert any(runs[0][f"c_one[{k}]"] != runs[0][f"c_two[{k}]"] for k in (3, 11))
