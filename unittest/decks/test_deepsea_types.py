# SPDX-License-Identifier: GPL-2.0-only
"""pair_coeff without names: type labels or the order of the model, checked by the masses."""
import pytest

from deck import DENG_DU, DSF, ELEMENTS, MASS, agree, system
from deepsea_glass import COEFF, GLASS, ONE, energy
from deepsea_models import frame_deck, reference

SAME = 1.0e-12
DOUBT = ("pair_coeff: atom type {} is {}, but its {} is that of {}; are the elements in the order "
         "of the atom types?")
GIVEN = "composition SiO2 40 B2O3 20 Li2O 40 charges set"
BARE = "pair_coeff * *\n"
REMEDY = "; name the element of each atom type in pair_coeff"
LABELS = "labelmap atom 1 Li 2 B 3 O 4 Si\n"


def test_the_models_order(lmp):
    """The line that most decks of pair_style deepmd have."""
    bare = lmp(GLASS + f"{ONE}\n" + BARE + energy() + "run 0\n")
    agree([bare.last()["PotEng"]], [lmp(GLASS + f"{ONE}\n" + COEFF + energy()).last()["PotEng"]],
          SAME, 1.0)
    said = "deepsea: atom types 1 Li, 2 B, 3 O, 4 Si (by the order of the model's elements)"
    assert bare.log.count(said) == 1
    named = lmp(GLASS + f"{ONE}\n" + COEFF + "run 0\n")
    assert "deepsea: atom types" not in named.log


def test_fewer_types_than_elements(lmp, models, tmp_path):
    """O B is the whole of this model's order; of Li B O Si it is not."""
    frame = frame_deck("triclinic", ["O", "B"], tmp_path)
    got = lmp(frame + f"pair_style deepsea {models('two_types')}\n" + BARE + energy())
    agree([got.last()["PotEng"]], [reference("two_types")["frames"]["triclinic"]["energy"]], 1e-9,
          1.0)
    lmp.fails(frame + f"pair_style deepsea {models('tanh_two')}\n" + BARE + "run 0\n",
              f"atom type 1 would be Li, but its mass of 15.999 is that of O{REMEDY}")


def test_more_types_than_elements(lmp, models, tmp_path):
    frame = frame_deck("small", list(ELEMENTS), tmp_path)
    lmp.fails(frame + f"pair_style deepsea {models('two_types')}\n" + BARE + "run 0\n",
              f"4 atom types are more than the model has elements (O B){REMEDY}")


@pytest.mark.parametrize("order", [("Si", "O", "B", "Li"), ELEMENTS])
def test_labels(lmp, models, tmp_path, order):
    """Labels in any order; written to restart files, too."""
    labels = "labelmap atom " + " ".join(f"{k} {e}" for k, e in enumerate(order, 1)) + "\n"
    deck = (frame_deck("glass", list(order), tmp_path) + labels
            + f"pair_style deepsea {models('tanh_two')}\n" + BARE)
    result = lmp(deck + energy() + f"write_restart {tmp_path}/kept\n")
    expected = reference("tanh_two")["frames"]["glass"]["energy"]
    agree([result.last()["PotEng"]], [expected], 1e-9, 1.0)
    types = ", ".join(f"{k} {e}" for k, e in enumerate(order, 1))
    assert f"deepsea: atom types {types} (by type labels)" in result.log
    again = lmp(f"read_restart {tmp_path}/kept\n" + energy())
    agree([again.last()["PotEng"]], [expected], 1e-9, 1.0)
    assert f"deepsea: atom types {types} (by type labels)" in again.log


@pytest.mark.parametrize("labels, message", [
    (LABELS.replace("3 O", "3 Ow"),
     f"the label of atom type 3 is no element of the model, which has Li B O Si{REMEDY}"),
    (LABELS.replace("3 O", ""), "the label of atom type 3 is no element of the model"),
    (LABELS.replace("2 B 3 O", "2 O 3 B"),
     f"atom type 2 would be O, but its mass of 10.811 is that of B{REMEDY}"),
])
def test_labels_that_disagree(lmp, labels, message):
    lmp.fails(GLASS + labels + f"{ONE}\n" + BARE + "run 0\n", message)
    # names in pair_coeff are taken as they are
    result = lmp(GLASS + labels + f"{ONE}\n" + COEFF + energy())
    assert result.last()["PotEng"] < -1000
    swapped = "2 O 3 B" in labels
    assert (DOUBT.format(2, "B", "label", "O") in result.log) == swapped


@pytest.mark.parametrize("head, coeff", [
    (GLASS + f"{ONE}\n", COEFF), (system() + DSF.partition(DENG_DU)[0], f"{DENG_DU} {GIVEN}\n")])
def test_names_in_another_order(lmp, head, coeff):
    """Refused, by the masses, but not where they are made up; a single one is told once."""
    wrong = coeff.replace("Li B O Si", "Si B O Li")
    said = ("pair_coeff: atom types 1 and 4 are Si and Li, but their masses are those of Li and "
            "Si; name the elements in the order of the atom types")
    lmp.fails(head + wrong + "run 0\n", said)
    lmp.fails(head + coeff + "run 0\nmass 2 15.999\nmass 3 28.0855\nrun 0\n",
              "atom types 2 and 3 are B and O, but their masses are those of O and Si")
    for words in (coeff, "mass * 1.0\n" + coeff, "mass * 1.0\n" + wrong):
        assert "in the order of the atom types" not in lmp(head + words + "run 0\n").log
    for mass, other in ((22.98977, "Na"), (10.811, "B")):
        said = DOUBT.format(1, "Li", "mass", other)
        log = lmp(head + f"mass 1 {mass}\n" + coeff + "run 0\nrun 0\n").log
        assert log.count(said) == 1
    # The mass of one element for all, as for larger steps, is made up.
    assert DOUBT.format(1, "Li", "mass", "O") in lmp(head + "mass * 15.999\n" + coeff
                                                     + "run 0\n").log


@pytest.mark.parametrize("mass", ["3 12.011", "3 1.0", "1 22.98977"])
def test_masses_of_other_elements(lmp, mass):
    lmp.fails(GLASS + f"{ONE}\n" + BARE + f"mass {mass}\nrun 0\n",
              f"atom type {mass.split()[0]} would be")
    assert lmp(GLASS + f"{ONE}\n" + COEFF + f"mass {mass}\n" + energy()).last()["PotEng"] < -1000


@pytest.mark.parametrize("mass", ["1 6.015", "2 10.013", "3 16", "4 28", "3 16.999"])
def test_isotopes_and_rounded_masses(lmp, mass):
    assert lmp(GLASS + f"{ONE}\n" + BARE + f"mass {mass}\n" + energy()).last()["PotEng"] < -1000


def test_masses_of_atoms(lmp):
    """Atom styles with a mass of each atom; a wrong one is found on any rank."""
    sphere = GLASS.replace("atom_style atomic", "atom_style hybrid atomic sphere").split("read")[0]
    atoms = (sphere + "region b block 0 9 0 9 0 9\ncreate_box 4 b\n"
             + "".join(f"create_atoms {k} random 5 {k}7 NULL overlap 1.9 maxtry 500\n"
                       f"set type {k} mass {MASS[e]}\n" for k, e in enumerate(ELEMENTS, 1)))
    deck = atoms + f"{ONE}\n" + BARE
    assert lmp(deck + energy()).last()["PotEng"] < -10
    lmp.fails(deck + "set atom 13 mass 10.811\nrun 0\n", "atom type 3 would be O, but its mass")
    lmp.fails(deck + "set atom 13 mass 10.811\nrun 0\n", "atom type 3 would be O", ranks=2)


@pytest.mark.parametrize("kind, coeff", [
    ("hybrid/overlay", "pair_coeff * * deepsea\npair_coeff * * lj/cut 0.0 1.0\n")])
def test_in_hybrid(lmp, kind, coeff):
    style = ONE.replace("deepsea", f"{kind} deepsea", 1) + " lj/cut 3.0\n"
    agree([lmp(GLASS + style + coeff + energy()).last()["PotEng"]],
          [lmp(GLASS + f"{ONE}\n" + COEFF + energy()).last()["PotEng"]], SAME, 1.0)
