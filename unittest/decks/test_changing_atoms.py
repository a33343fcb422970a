# SPDX-License-Identifier: GPL-2.0-only
"""fmp/lbs while atoms come, go, change type, and without some pairs, beside LAMMPS' own styles."""
import numpy as np
import pytest

import formulas as ref
from deck import (DENG_DU, DSF, GIVEN, MORE_ARGS, SHIK, agree, compare, data_text, frame, observe,
                  read_frame, system, thermo)
from test_against_lammps import amplitude_of, buck_lines

SAME = 1.0e-12        # relative: the same arithmetic in another order
SAME_RUN = 1.0e-9     # the same after some hundred trials, whose accepted moves add up
CHARGE = {1: 0.6, 2: 1.8, 3: -1.2, 4: 2.4}    # of Deng-Du/Teter, e
EWALD = "kspace_style ewald 1.0e-5\n"
OURS = {
    "dsf": DSF,
    "long": f"{EWALD}pair_style fmp/lbs 8.0 coul long 8.0\npair_modify table 0\n{DENG_DU}",
}
THEIRS = {
    "dsf": "pair_style hybrid/overlay buck 8.0 coul/dsf 0.25 8.0\n"
           + buck_lines("buck", amplitude_of("glass")) + "pair_coeff * * coul/dsf\n",
    "long": f"{EWALD}pair_style buck/coul/long 8.0 8.0\npair_modify table 0\n"
            + buck_lines("", amplitude_of("glass")),
}

DEPOSIT = """
change_box all z final -2 30 boundary p p f units box
region top block 0 14 0 14 20 25 units box
fix dep all deposit 5 3 10 4711 region top near 2.0 vz -20 -10 units box
fix nve all nve
timestep 0.0005
"""
AFTER = (observe("id type q fx fy fz c_pea c_sa[*]") + "run 60\nrun 0\n")


def free_surface(model):
    return system().replace("atom_style", "boundary p p f\natom_style") + DEPOSIT + model


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("coulomb", ["dsf", "long"])
def test_deposited_atoms_are_charged_at_once(lmp, coulomb, ranks):
    """The last step of a run and the first of the next are one configuration, so one energy."""
    model = OURS[coulomb].replace(EWALD, EWALD + "kspace_modify slab 3.0\n")
    result = lmp(free_surface(f"{model}{GIVEN} charges set\n") + AFTER, ranks)
    atoms = result.atoms()
    assert len(atoms["id"]) == 305
    assert np.array_equal(atoms["q"], [CHARGE[t] for t in atoms["type"]])
    before, after = (run["PotEng"] for run in result.thermo())
    # an Ewald sum is set up anew for each run, for the charges that are there then
    agree(before[-1:], after[:1], 1.0e-9 if coulomb == "dsf" else 1.0e-7, 100.0)


def test_deposited_atoms_without_charge_stop(lmp):
    """Negative control: fix deposit brings neutral atoms, and by default charges are checked."""
    lmp.fails(free_surface(DSF + GIVEN + "\n") + AFTER,
              "the charge of atom 301 is not that of potential Deng-Du/Teter")


def test_an_empty_start(lmp):
    """With a composition given by hand, atoms may all come later."""
    empty = ("units metal\natom_style charge\nboundary p p f\nregion box block 0 14 0 14 -2 30\n"
             "create_box 4 box\nmass * 16.0\nregion top block 0 14 0 14 20 25\n"
             "fix dep all deposit 5 3 10 4711 region top near 2.0 vz -20 -10\nfix nve all nve\n"
             f"timestep 0.0005\n{DSF} charges set")
    result = lmp(empty + GIVEN + AFTER)
    assert list(result.atoms()["q"]) == 5 * [-1.2]
    lmp.fails(empty + AFTER, "there are no atoms; create or read them before the run, or give")


# hot enough, with such a chemical potential that an insertion and a deletion of Li are accepted
GCMC = ("fix mc li gcmc 1 10 0 1 29494 10000.0 -12.0 0.1 full_energy {}\n"
        + thermo("step atoms pe f_mc[3] f_mc[4] f_mc[5] f_mc[6]") + "thermo 1\nrun {}\n")


def trials(lmp, model, words, steps, ranks=1):
    """Thermo output of a run with fix gcmc."""
    deck = system() + model + "\ngroup li type 1\n" + GCMC.format(words, steps)
    return lmp(deck, ranks).thermo()[-1]


def same_run(ours, theirs):
    """Every count is equal, and every energy but for rounding."""
    for name, column in theirs.items():
        if name == "PotEng":
            agree(ours[name], column, SAME_RUN, 100.0)
        else:
            assert np.array_equal(ours[name], column), name


@pytest.mark.parametrize("charges, words, ranks", [("check", "charge 0.6", 1), ("set", "", 1),
                                                   ("set", "charge 0.6", 2)])
def test_gcmc(lmp, charges, words, ranks):
    """Insertions and deletions as with buck and coul/dsf, which need the charge from the deck."""
    theirs = trials(lmp, THEIRS["dsf"], "charge 0.6", 10, ranks)
    assert theirs["f_mc[4]"][-1] > 0 < theirs["f_mc[6]"][-1], "both kinds of moves are to succeed"
    same_run(trials(lmp, f"{DSF}{GIVEN} charges {charges}", words, 10, ranks), theirs)


def test_gcmc_with_kspace(lmp):
    theirs = trials(lmp, THEIRS["long"], "charge 0.6", 10)
    assert theirs["f_mc[6]"][-1] > 0
    same_run(trials(lmp, f"{OURS['long']}{GIVEN} charges set", "", 10), theirs)


@pytest.mark.parametrize("words, message", [
    (" charges set", "the composition has changed since it fixed the parameters"),
    (" charges set recompute yes", "no mixture of oxides"),
    (GIVEN, "the charge of atom 301 is not that of potential"),
], ids=["auto", "recompute", "uncharged"])
def test_gcmc_is_told_what_it_needs(lmp, words, message):
    """A single ion more or less is no mixture of oxides, so a composition by hand is the way."""
    lmp.fails(system() + DSF + words + "\ngroup li type 1\n" + GCMC.format("", 15), message)


def test_gcmc_without_full_energy(lmp):
    """It asks for the energy of an atom that does not exist, so that no charge is known."""
    lmp.fails(system() + DSF + GIVEN + " charges set\ngroup li type 1\n"
              + GCMC.replace("full_energy", "").format("", 15), "add 'full_energy' to fix gcmc")


WIDOM = ("group li type 1\nfix mc li widom 1 20 1 29494 3000.0 full_energy {}\n"
         + thermo("step atoms pe f_mc[1] f_mc[2] f_mc[3]") + "thermo 1\nrun 4\n")


@pytest.mark.parametrize("charges, words", [("check", "charge 0.6"), ("set", "")])
def test_widom(lmp, charges, words):
    """Trial insertions as with buck and coul/dsf; they leave the atoms alone."""
    theirs = lmp(system() + THEIRS["dsf"] + "\n" + WIDOM.format("charge 0.6")).thermo()[-1]
    ours = lmp(system() + f"{DSF}{GIVEN} charges {charges}\n" + WIDOM.format(words)).thermo()[-1]
    for name, column in theirs.items():
        agree(ours[name][1:], column[1:], 1.0e-6, 1.0e-20)
    assert len(set(ours["f_mc[1]"][1:])) == 4 and (ours["Atoms"] == 300).all()


def swaps(words):
    return (f"fix swap all atom/swap 1 10 4711 1.0e5 ke no {words} types 1 4\n"
            + thermo("step pe f_swap[1] f_swap[2]") + "thermo 1\nrun 5\n")


@pytest.mark.parametrize("coulomb", ["dsf", "long"])
def test_atom_swap(lmp, coulomb):
    """Li and Si exchange places; their numbers stay, so the composition does."""
    theirs = lmp(system() + THEIRS[coulomb] + "\n" + swaps("")).thermo()[-1]
    assert theirs["f_swap[2]"][-1] > 0
    same_run(lmp(system() + OURS[coulomb] + "\n" + swaps("")).thermo()[-1], theirs)


def test_semi_grand_swaps_change_the_composition(lmp):
    """Each accepted trial turns a Li into a Si or back, which composition auto does not take."""
    move = "semi-grand yes mu 0.0 0.0"
    lmp.fails(system() + DSF + "\n" + swaps(move) + "run 0\n", "the composition has changed")


EXCLUDED = {
    "two groups": "group low id <= 80\ngroup high id > 200\nneigh_modify exclude group low high",
    "a group itself": "group low id <= 80\nneigh_modify exclude group low low",
    "a group and all": "group low id <= 80\nneigh_modify exclude group low all",
    "types": "neigh_modify exclude type 3 3",
}


@pytest.mark.parametrize("newton", ["on", "off"])
@pytest.mark.parametrize("case", EXCLUDED)
def test_exclude(lmp, case, newton):
    """Self energies stay, as in coul/dsf; the composition counts all atoms."""
    tail = "\n" + EXCLUDED[case] + "\n" + observe() + "run 0\n"
    ours, theirs = (lmp(f"newton {newton}\n{system()}{model}{tail}")
                    for model in (OURS["dsf"], THEIRS["dsf"]))
    compare(ours, theirs, SAME)
    whole = lmp(system() + DSF + "\n" + observe() + "run 0\n").last()["PotEng"]
    assert abs(ours.last()["PotEng"] - whole) > 1.0


def test_include(lmp):
    """Only pairs with an atom of the group are listed, and only its self energies."""
    first = system().replace("atom_style", "atom_modify first low\natom_style")
    tail = ("\ngroup low id <= 200\nneigh_modify include low\n" + observe() + "run 0\n")
    if "-k" in MORE_ARGS:
        lmp.fails(first + OURS["dsf"] + tail, "pair fmp/lbs/kk: the neighbor lists of KOKKOS hold "
                  "more pairs than 'neigh_modify include' leaves")
        return
    ours, theirs = (lmp(first + model + tail) for model in (OURS["dsf"], THEIRS["dsf"]))
    compare(ours, theirs, SAME)


def bonded(path):
    """The glass in atom_style full, with a bond between each Si and the O beside it."""
    cell, types, x, q = read_frame(frame("glass"))
    i, j, _ = ref.distances(cell, x, 2.0)
    bonds = [(a + 1, b + 1) for a, b in zip(i, j) if types[a] == 4 and types[b] == 3]
    head, atoms = data_text(cell, types, x, q).split("\nAtoms\n\n")
    rows = ["{} 0 {}".format(*line.split(maxsplit=1)) for line in atoms.splitlines()]
    lines = [f"{k} 1 {a} {b}" for k, (a, b) in enumerate(bonds, 1)]
    head = head.replace(" atom types", f" atom types\n{len(bonds)} bonds\n1 bond types")
    path.write_text("\n".join([head, "Atoms", "", *rows, "", "Bonds", "", *lines, ""]))
    return ("units metal\natom_style full\nbond_style zero nocoeff\n"
            f"read_data {path}\nbond_coeff *\n")


@pytest.mark.parametrize("factors", ["lj/coul 0.0 0.0 0.0", "lj 0.0 0.5 1.0 coul 0.5 0.0 1.0"])
@pytest.mark.parametrize("coulomb", ["dsf", "long"])
def test_special_bonds(lmp, tmp_path, coulomb, factors):
    """Also where nothing is to be left of a pair, of which k-space and damped sums have a part."""
    start, tail = bonded(tmp_path / "bonded.data"), "\n" + observe() + "run 0\n"
    # coul/dsf/kk of LAMMPS does not do what coul/dsf does, so theirs are the plain styles
    theirs = lmp(f"{start}special_bonds {factors}\n{THEIRS[coulomb]}{tail}", more=())
    if coulomb == "dsf" and "0.0 0.0 0.0" in factors:
        lmp.fails(f"{start}special_bonds {factors}\n{OURS[coulomb]}{tail}",
                  "special_bonds leaves 1-2 pairs out of the neighbor list, where 'coul dsf' and"
                  " 'coul wolf' need them; write 1.0e-20 in place of factors of 0")
        factors = factors.replace("0.0", "1.0e-20")
    ours = lmp(f"{start}special_bonds {factors}\n{OURS[coulomb]}{tail}")
    compare(ours, theirs, SAME)
    whole = lmp(start + "special_bonds lj/coul 1.0 1.0 1.0\n" + OURS[coulomb] + tail)
    assert abs(ours.last()["PotEng"] - whole.last()["PotEng"]) > 1.0


LOST = """
change_box all z final -10 25 boundary p p f units box
thermo_modify lost ignore
set atom 1 z 23 vz 400
fix nve all nve
"""


def test_an_atom_that_leaves(lmp):
    """The message names what helps, and that helps: the run ends, with an atom less."""
    start = system().replace("atom_style", "boundary p p f\natom_style")
    lmp.fails(start + DSF + LOST + "run 60\n",
              "1 of 300 atoms are lost; check the start and the timestep, or, if atoms may leave, "
              "give 'composition' by hand in pair_coeff to keep it")
    result = lmp(start + DSF + GIVEN + LOST + "run 60\n" + observe() + "run 0\n")
    assert len(result.atoms()["id"]) == 299
    assert result.last()["E_vdwl"] != 0.0


def test_rerun_sets_charges(lmp):
    """A dump without charges, read into atoms whose charges are gone."""
    result = lmp(f"{system()}{DSF} charges set\nvelocity all create 1000 1\nfix nve all nve\n"
                 "dump trajectory all custom 5 xyz.dump id type x y z\n"
                 "dump_modify trajectory format float %.17g\nthermo 5\n"
                 + thermo("step pe ecoul") + "run 10\nset group all charge 0.0\n"
                 "undump trajectory\nrerun xyz.dump dump x y z\n")
    run, rerun = result.thermo()
    agree(rerun["PotEng"], run["PotEng"], 1.0e-11, 100.0)
    assert np.ptp(run["PotEng"]) > 1.0


def test_fragments_of_shik_get_the_charges_of_the_composition(lmp):
    """The charge of oxygen follows from the composition given, not from the atoms at hand."""
    model = SHIK.replace("charges set", "charges set" + GIVEN)
    result = lmp(free_surface(model + "\n") + AFTER)
    q = result.atoms()["q"]
    oxygen = result.atoms()["type"] == 3
    assert len(set(q[oxygen])) == 1
    # neutral 70 Li, 36 B, 35 Si and 159 O with the cations' charges of the paper
    expected = -(70 * 0.5727 + 36 * 1.6126 + 35 * 1.7755) / 159.0
    agree(q[oxygen], np.full(oxygen.sum(), expected), 1.0e-12, 0.5)


SILICA = """silica

3 atoms

Coords

1 0.0 0.0 0.0
2 1.62 0.0 0.0
3 -1.62 0.0 0.0

Types

1 4
2 3
3 3

Charges

1 2.4
2 -1.2
3 -1.2
"""


@pytest.mark.parametrize("recompute", ["yes", "no"])
def test_a_composition_that_changes_while_a_run_goes_on(lmp, tmp_path, recompute):
    """Whole SiO2 comes in between two lists; with recompute yes the terms follow at once."""
    (tmp_path / "silica.mol").write_text(SILICA)
    deck = (system().replace("atom_style", "boundary p p f\natom_style")
            + "change_box all z final -2 40 boundary p p f units box\n"
            f"molecule silica {tmp_path}/silica.mol\nregion top block 2 12 2 12 28 36 units box\n"
            "fix dep all deposit 3 0 4 4711 mol silica region top near 3.0 vz -1 -1 units box\n"
            "fix nve all nve\ntimestep 0.0001\n"
            f"{DSF} charges set recompute {recompute}\n" + thermo("step atoms pe evdwl")
            + "thermo 1\n")
    if recompute == "no":
        lmp.fails(deck + "run 30\n", "the composition has changed since it fixed the parameters")
        return
    result = lmp(deck + f"run 30\nwrite_data {tmp_path}/after.data\n")
    last = result.thermo()[-1]
    assert last["Atoms"][0] == 300 and last["Atoms"][-1] == 309
    read = (f"units metal\nboundary p p f\natom_style charge\nread_data {tmp_path}/after.data\n")
    fresh, old = (lmp(read + DSF + words + "\n" + thermo("step pe evdwl") + "run 0\n").last()
                  for words in ("", GIVEN))
    agree(last["PotEng"][-1], fresh["PotEng"], 1.0e-10, 100.0)
    assert abs(fresh["E_vdwl"] - old["E_vdwl"]) > 0.05    # the terms have moved
