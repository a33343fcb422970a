# SPDX-License-Identifier: GPL-2.0-only
"""Settings of LAMMPS that take atoms or neighbors away from pair_style deepsea."""
import numpy as np
import pytest

from deck import agree, thermo
from deepsea_glass import COEFF, FOLDER, GLASS, MOVE, ONE, TWO, energy, forces, rows

SAME = 1.0e-11
DEEPSEA = f"{ONE}\n{COEFF}"
LJ = "pair_style lj/cut 5.0\npair_coeff * * 0.01 2.0\npair_modify shift yes\n"
GONE = "group gone id 5 17 60\n"
DELETE = GONE + "delete_atoms group gone compress no\n"
THIRD = "region low block INF INF INF INF INF 5.0\ngroup low region low\n"
PARTIAL = "takes neighbors away from atoms of the model"


@pytest.mark.parametrize("style", [DEEPSEA, LJ], ids=["deepsea", "lj"])
@pytest.mark.parametrize("setting", ["neigh_modify exclude group gone all\n",
                                     "neigh_modify exclude group all gone\n"])
@pytest.mark.parametrize("ranks, newton", [(1, "on"), (2, "on"), (2, "off")])
def test_excluded_atoms_are_as_deleted(lmp, style, setting, ranks, newton):
    """As for LAMMPS' own styles; of three kinds of atoms."""
    start = f"newton {newton}\n" + GLASS + style
    excluded = lmp(start + GONE + setting + energy(), ranks)
    deleted = lmp(start + DELETE + energy(), ranks)
    whole = lmp(start + energy(), ranks).last()["PotEng"]
    agree([excluded.last()["PotEng"]], [deleted.last()["PotEng"]], SAME, 1.0)
    assert abs(whole - deleted.last()["PotEng"]) > 0.02
    kept = ~np.isin(excluded.atoms()["id"], [5, 17, 60])
    assert kept.sum() == 297
    agree(forces(excluded)[kept], forces(deleted), 10 * SAME, 0.1)
    assert np.all(forces(excluded)[~kept] == 0.0)


def test_excluded_types_are_as_deleted(lmp):
    """Lithium excluded from each type is excluded from all."""
    each = "".join(f"neigh_modify exclude type 1 {k}\n" for k in (1, 2, 3, 4))
    excluded = lmp(GLASS + DEEPSEA + each + energy())
    deleted = lmp(GLASS + DEEPSEA + "group li type 1\ndelete_atoms group li\n" + energy())
    agree([excluded.last()["PotEng"]], [deleted.last()["PotEng"]], SAME, 1.0)
    assert "keeps 70 atoms out of all pairs" in excluded.log


def test_excluded_atoms_are_told(lmp):
    """Once in a run; without any there is no word."""
    log = lmp(GLASS + DEEPSEA + GONE + "neigh_modify exclude group gone all\n" + MOVE + "run 20\n"
              "neigh_modify exclude none\nrun 0\n").log
    assert log.count("keeps 3 atoms out of all pairs") == 1


def test_include_leaves_the_others_out(lmp):
    start = GLASS.replace("read_data", "atom_modify first low\nread_data") + DEEPSEA + THIRD
    included = lmp(start + "neigh_modify include low\n" + energy())
    deleted = lmp(start + "group high subtract all low\ndelete_atoms group high compress no\n"
                  + energy())
    agree([included.last()["PotEng"]], [deleted.last()["PotEng"]], SAME, 1.0)
    assert "exclude or include keeps" in included.log


@pytest.mark.parametrize("setting, name", [
    ("neigh_modify exclude type 1 1\n", "exclude type 1 1"),
    ("neigh_modify exclude type 3 4\n", "exclude type 3 4"),
    (THIRD + "neigh_modify exclude group low low\n", "exclude group low low"),
    (THIRD + "group high subtract all low\nneigh_modify exclude group low high\n",
     "exclude group low high"),
])
@pytest.mark.parametrize("ranks", [1, 2])
def test_lacking_neighbors_stop(lmp, setting, name, ranks):
    said = lmp.fails(GLASS + DEEPSEA + setting + "run 0\n", PARTIAL, ranks)
    assert f"'neigh_modify {name}'" in said.log


@pytest.mark.parametrize("setting", [
    "neigh_modify exclude type 1 1\ngroup li type 1\ndelete_atoms group li\n",
    "group one id 5\nneigh_modify exclude group one one\n",
    THIRD + "group none empty\nneigh_modify exclude group low none\n",
])
def test_settings_without_such_pairs_are_fine(lmp, setting):
    """Negative control: the same energy as without the setting."""
    deleted = setting.split("\n", 1)[1] if "delete" in setting else ""
    got = lmp(GLASS + DEEPSEA + setting + energy()).last()["PotEng"]
    agree([got], [lmp(GLASS + DEEPSEA + deleted + energy()).last()["PotEng"]], SAME, 1.0)


# A cell smaller than the cutoff, where a lone atom is a neighbor of its own images.
SMALL_CELL = ("units metal\natom_style atomic\nregion cell block 0 4.2 0 4.2 0 4.2\n"
              "create_box 4 cell\ncreate_atoms 4 single 0 0 0\ncreate_atoms 3 single 2.1 2.1 2.0\n"
              "mass 1 6.94\nmass 2 10.81\nmass 3 16.0\nmass 4 28.085\ngroup si type 4\n")


@pytest.mark.parametrize("setting", ["type 4 4", "group si si"])
def test_own_images_are_neighbors(lmp, setting):
    lmp.fails(SMALL_CELL + DEEPSEA + f"neigh_modify exclude {setting}\nrun 0\n", PARTIAL)


@pytest.mark.parametrize("ranks", [1, 2])
def test_atoms_that_are_no_ghosts(lmp, ranks):
    """'comm_modify group' leaves neighbors out across borders, and periodic ones too."""
    start = GLASS.replace("read_data", "atom_modify first low\nread_data") + DEEPSEA + THIRD
    said = lmp.fails(start + "comm_modify group low\nrun 0\n", PARTIAL, ranks)
    assert "'comm_modify group low'" in said.log
    # negative control: the others do not exist for the model
    without = "neigh_modify include low\n"
    included = lmp(start + without + energy(), ranks).last()["PotEng"]
    agree([lmp(start + without + "comm_modify group low\n" + energy(), ranks).last()["PotEng"]],
          [included], SAME, 1.0)


def test_types_of_another_style_may_be_excluded(lmp):
    """Lithium is no part of the model here."""
    hybrid = (GLASS + ONE.replace("deepsea", "hybrid deepsea", 1) + " lj/cut 3.0\n"
              + "pair_coeff * * deepsea NULL B O Si\npair_coeff 1 * lj/cut 0.01 2.0\n")
    without = lmp(hybrid + energy()).last()["PotEng"]
    excluded = lmp(hybrid + "neigh_modify exclude type 1 1\n" + energy()).last()["PotEng"]
    assert 1e-6 < abs(excluded - without) < 1.0


def test_a_pair_of_another_style_stops(lmp):
    """Both types are the model's, but a hybrid gives their pairs away."""
    hybrid = (GLASS + ONE.replace("deepsea", "hybrid deepsea", 1) + " lj/cut 3.0\n"
              + COEFF.replace("* *", "* * deepsea"))
    lmp.fails(hybrid + "pair_coeff 1 3 lj/cut 0.01 2.0\nrun 0\n",
              "atoms of types 1 and 3 are the model's, but pair_coeff gives the pair to another "
              "style of the hybrid style")
    overlay = hybrid.replace("hybrid", "hybrid/overlay") + "pair_coeff 1 3 lj/cut 0.0 2.0\n"
    agree([lmp(overlay + energy()).last()["PotEng"]],
          [lmp(GLASS + DEEPSEA + energy()).last()["PotEng"]], SAME, 1.0)


@pytest.fixture
def glass_with_bonds(tmp_path):
    """Lines that read the glass with two bonds of one boron, and two molecules."""
    head, atoms = (FOLDER / "glass.data").read_text().split("Atoms")
    atoms = [line.split() for line in atoms.split("Velocities")[0].split("\n")[1:]]
    atoms = [a for a in atoms if a]
    boron = next(a for a in atoms if a[1] == "2")
    apart = {a[0]: np.linalg.norm(np.subtract(*(np.array(x[2:5], dtype=float) for x in (a, boron))))
             for a in atoms if a[1] == "3"}
    near = sorted(apart, key=apart.get)[:2]
    assert apart[near[1]] < 1.8
    lines = [" ".join([a[0], str(1 + (int(a[0]) > 150)), *a[1:5]]) for a in atoms]
    bonds = [f"{k} 1 {boron[0]} {oxygen}" for k, oxygen in enumerate(near, 1)]
    path = tmp_path / "bonds.data"
    path.write_text(head.replace("4 atom types", "4 atom types\n2 bonds\n1 bond types")
                    + "\n".join(["Atoms # bond", "", *lines, "", "Bonds", "", *bonds, ""]))
    return (f"units metal\natom_style bond\nread_data {path} extra/special/per/atom 4\n"
            "bond_style zero\nbond_coeff 1\n")


@pytest.mark.parametrize("ranks", [1, 2])
def test_bonded_neighbors(lmp, glass_with_bonds, ranks):
    """Data files with bonds: the default of special_bonds takes neighbors away."""
    lmp.fails(glass_with_bonds + DEEPSEA + "run 0\n", "use 'special_bonds lj/coul 1 1 1'", ranks)
    plain = lmp(GLASS + DEEPSEA + energy())
    for factors in ("lj/coul 1 1 1", "lj/coul 0.5 0.5 0.5"):
        whole = lmp(glass_with_bonds + f"special_bonds {factors}\n" + DEEPSEA + energy(), ranks)
        agree([whole.last()["PotEng"]], [plain.last()["PotEng"]], SAME, 1.0)
    # bonds of atoms that are no part of the model
    other = (ONE.replace("deepsea", "hybrid/overlay deepsea", 1) + " lj/cut 3.0\n"
             "pair_coeff * * lj/cut 0.0 2.0\npair_coeff * * deepsea Li NULL NULL Si\n")
    apart = lmp(glass_with_bonds + other + energy(), ranks).last()["PotEng"]
    agree([apart], [lmp(GLASS + other + energy()).last()["PotEng"]], SAME, 1.0)


@pytest.mark.parametrize("kind", ["intra", "inter"])
def test_excluded_molecules_stop(lmp, glass_with_bonds, kind):
    text = glass_with_bonds + "special_bonds lj/coul 1 1 1\n" + DEEPSEA
    lmp.fails(text + f"neigh_modify exclude molecule/{kind} all\nrun 0\n",
              f"'neigh_modify exclude molecule/{kind} all' takes neighbors away")


GCMC = ("group li type 1\nfix mc li gcmc 1 10 0 1 29494 300.0 {} 0.1 full_energy\n"
        + thermo("step atoms pe f_mc[3] f_mc[4] f_mc[5] f_mc[6]") + "thermo 1\n")


@pytest.mark.parametrize("ranks", [1, 2])
def test_gcmc_pays_for_what_it_deletes(lmp, ranks):
    """A lithium of this glass costs more than 6 eV; the energy of a lone one is no part of that."""
    kept = lmp(GLASS + f"{ONE} short off\n" + COEFF + GCMC.format(-6.0) + "run 10\n", ranks).last()
    assert kept["f_mc[5]"] > 20 and kept["f_mc[6]"] == 0
    # control: at a lower potential they leave
    taken = lmp(GLASS + f"{ONE} short off\n" + COEFF + GCMC.format(-14.0) + "run 10\n", ranks)
    assert taken.last()["Atoms"] < 295 and taken.last()["f_mc[6]"] > 5


def test_gcmc_knows_what_is_left(lmp):
    """The energy after accepted deletions is that of the remaining atoms, evaluated anew."""
    text = GLASS + f"{ONE} short off\n" + COEFF + GCMC.format(-14.0)
    result = lmp(text + "run 5\nunfix mc\nthermo_style custom step atoms pe\n" + energy())
    run, fresh = result.thermo()
    assert fresh["Atoms"][-1] < 298
    agree([run["PotEng"][-1]], [fresh["PotEng"][-1]], SAME, 1.0)
    assert "out of all pairs" not in result.log


def test_a_trial_on_top_of_an_atom_is_rejected(lmp):
    """A thousand insertions into a ball of 0.005 A around an atom; only a deck's own atoms stop."""
    ball = "variable x equal x[1]\nvariable y equal y[1]\nvariable z equal z[1]\n" \
           "region ball sphere ${x} ${y} ${z} 0.005\n"
    start = GLASS.replace("read_data", "atom_modify map array\nread_data")
    text = (start + f"{ONE} short off\n" + COEFF + "run 0\n" + ball + GCMC.format(50.0)
            .replace("full_energy", "full_energy region ball max 1000") + "run 5\n")
    last = lmp(text).last()
    assert last["f_mc[3]"] > 10 and last["f_mc[4]"] == 0 and last["Atoms"] == 300


def test_excluded_atoms_have_no_deviation(lmp):
    """Neither rows nor averages hold them."""
    start = GLASS + f"{TWO} out_freq 1 atomic\n" + COEFF
    excluded = lmp(start + GONE + "neigh_modify exclude group gone all\nrun 0\n")
    deleted = lmp(start + DELETE + "run 0\n")
    one, two = rows(excluded)[0], rows(deleted)[0]
    agree(one[1:7], two[1:7], 1e-6, 0.01)
    kept = ~np.isin(np.arange(1, 301), [5, 17, 60])
    assert np.all(one[7:][~kept] == 0.0)
    agree(one[7:][kept], two[7:], 1e-6, 0.01)
