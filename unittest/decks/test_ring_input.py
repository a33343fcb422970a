# SPDX-License-Identifier: GPL-2.0-only
"""compute ring/stats refuses what it cannot do, and says what to do instead."""
import pytest

from deck import frame, system
from rings import CUTOFFS, TYPES, ZERO, deck

CASES = [
    ("max 1", f"{TYPES} {CUTOFFS} max 1", "max 1: the largest ring has 2 to 32 formers"),
    ("max 33", f"{TYPES} {CUTOFFS} max 33", "max 33: the largest ring has 2 to 32 formers"),
    ("max no number", f"{TYPES} {CUTOFFS} max six", "six"),
    ("max without value", f"{TYPES} {CUTOFFS} max", "keyword max needs a value"),
    ("no types", CUTOFFS, "the elements of the atom types are not known; add 'types EL ...'"),
    ("three types", f"types Li B O {CUTOFFS}", "types gives 3 elements for 4 atom types"),
    ("no element", f"types Li B O Sj {CUTOFFS}", "'Sj' in types is neither an element nor"),
    ("unknown former", f"{TYPES} formers B Sj {CUTOFFS}", "formers Sj: no atom type is Sj"),
    ("absent former", f"types Li B O B formers B Si {CUTOFFS}", "formers Si: no atom type is Si"),
    ("no such oxygen", f"{TYPES} oxygen Ox {CUTOFFS}", "oxygen Ox: no atom type is Ox"),
    ("no oxygen", f"types Li B Na Si {CUTOFFS}", "oxygen O: no atom type is O"),
    ("former as oxygen", f"{TYPES} oxygen Si {CUTOFFS}", "Si is listed as former and as oxygen"),
    ("oxygen as former", f"{TYPES} formers B O {CUTOFFS}", "O is listed as former and as oxygen"),
    ("boron as oxygen", f"{TYPES} formers Si oxygen B {CUTOFFS}",
     "oxygen B: only O bridges formers here"),
    ("lithium as former", f"{TYPES} formers B Li {CUTOFFS}",
     "formers Li: only B and Si form networks here"),
    ("no formers", f"types Li Na O K {CUTOFFS}", "no atom type is B or Si"),
    ("empty formers", f"{TYPES} formers max 6 {CUTOFFS}", "keyword formers needs a value"),
    ("no cutoff for Si", f"{TYPES} cutoff B O 1.95",
     "no cutoff for Si and O; add 'cutoff Si O 2.15'"),
    ("no cutoff for B", f"{TYPES} cutoff Si O 2.15",
     "no cutoff for B and O; add 'cutoff B O 1.95'"),
    ("cutoff of Li", f"{TYPES} {CUTOFFS} cutoff Li O 2.5",
     "compute ring/stats: cutoff Li O: bonds are counted between B or Si and O"),
    ("negative cutoff", f"{TYPES} cutoff B O -1", "cutoff B O must be positive, not -1"),
    ("cutoff cut short", f"{TYPES} cutoff B O", "cutoff needs two elements and a length"),
    ("unknown definition", f"{TYPES} {CUTOFFS} definition strong",
     "unknown definition 'strong'; known are primitive, guttman and king"),
    ("unknown keyword", f"{TYPES} {CUTOFFS} homo B B 1.9",
     "unknown keyword 'homo'; known are types, formers, oxygen, cutoff, max, definition, "
     "homopolar and wrapped"),
    ("wrapped without value", f"{TYPES} {CUTOFFS} wrapped", "keyword wrapped needs a value"),
    ("wrapped maybe", f"{TYPES} {CUTOFFS} wrapped maybe", "maybe"),
    ("homopolar cut short", f"{TYPES} {CUTOFFS} homopolar yes",
     "homopolar needs two formers and a length, as in 'homopolar B B 1.9'"),
    ("homopolar without length", f"{TYPES} {CUTOFFS} homopolar B B",
     "homopolar needs two formers and a length, as in 'homopolar B B 1.9'"),
    ("homopolar and a keyword", f"{TYPES} {CUTOFFS} homopolar B B max 6",
     "homopolar B B: 'max' is no length; give one, as in 'homopolar B B 1.9'"),
    ("homopolar of Li", f"{TYPES} {CUTOFFS} homopolar Si Li 2.6",
     "homopolar Si Li: Li is no former; name two of B and Si"),
    ("homopolar of nothing", f"{TYPES} {CUTOFFS} homopolar 4 4 2.6",
     "homopolar 4 4: 4 is no former; name two of B and Si"),
    ("two oxygens", f"{TYPES} {CUTOFFS} homopolar O O 1.6",
     "homopolar O O: two oxygens are never bonded in the network; remove it"),
    ("homopolar of oxygen", f"{TYPES} {CUTOFFS} homopolar O B 1.9",
     "homopolar O B: O is no former; name two of B and Si, for oxygen is bonded by 'cutoff'"),
    ("homopolar of another former", f"{TYPES} formers Si {CUTOFFS} homopolar B Si 2.2",
     "homopolar B Si: B is no former here; add it to 'formers', or leave these bonds out"),
    ("homopolar of an absent former", f"types Li O O Si {CUTOFFS} homopolar B B 1.9",
     "homopolar B B: B is no former here; add it to 'formers'"),
    ("homopolar no number", f"{TYPES} {CUTOFFS} homopolar B B short",
     "homopolar B B: 'short' is no length"),
    ("homopolar not a number", f"{TYPES} {CUTOFFS} homopolar B B nan",
     "homopolar B B: 'nan' is no length"),
    ("homopolar negative", f"{TYPES} {CUTOFFS} homopolar B B -1.9",
     "homopolar B B must be positive, not -1.9; leave it out for no such bonds"),
    ("homopolar zero", f"{TYPES} {CUTOFFS} homopolar B B 0",
     "homopolar B B must be positive, not 0; leave it out"),
    ("homopolar twice", f"{TYPES} {CUTOFFS} homopolar B Si 2.2 homopolar Si B 2.2",
     "homopolar Si B is given twice, in either order; keep one of them"),
]


@pytest.mark.parametrize("words, message", [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_bad_input(lmp, words, message):
    lmp.fails(system() + ZERO + f"compute r all ring/stats {words}\n", message)


@pytest.mark.parametrize("style", ["pair_style zero 1.0\npair_coeff * *", "pair_style none",
                                   "pair_style none\ncomm_modify cutoff 2.0"])
def test_few_ghosts(lmp, style):
    lmp.fails(f"units metal\natom_style charge\nread_data {frame('glass')}\n{style}\n"
              f"neighbor 0.3 bin\ncompute r all ring/stats {TYPES} {CUTOFFS}\n"
              "thermo_style custom step c_r[3]\nrun 0\n",
              "compute ring/stats: ghost atoms reach")


def test_few_ghosts_for_homopolar_bonds(lmp):
    """The ghost shell has to reach the longest bond, which may be one of these."""
    text = deck(system(), "homopolar Si Si 3.5").replace("zero 5.0", "zero 3.0")
    lmp.fails(text, "ghost atoms reach 4 A, homopolar bonds need 4.5 A; add 'comm_modify cutoff 5'")
    lmp(text.replace("homopolar Si Si 3.5", "homopolar Si Si 2.9"))
    lmp(text.replace("pair_style zero", "comm_modify cutoff 5\npair_style zero"))


@pytest.mark.parametrize("words", ["cutoff Si O 6.5", "cutoff Si O 2.15 homopolar Si Si 6.5"])
@pytest.mark.parametrize("name, height", [("tiny", "5."), ("li2o", "4.")])
def test_cutoff_larger_than_the_cell(lmp, name, height, words):
    """A bond as long as the cell is high would lead to several images of an atom."""
    text = deck(system(name), cutoffs=f"cutoff B O 1.95 {words}")
    text = text.replace("pair_style zero 5.0", "pair_style zero 9.0")
    lmp.fails(text, f"{words.split('2.15 ')[-1]} reaches over the periodic cell, which is {height}")
    # across an open boundary there are no images
    lmp(text.replace("units metal", "units metal\nboundary f f f"))


def test_cell_that_shrinks_in_a_run(lmp):
    """What fits at the start of a run does so no more at step 3."""
    text = deck(system("tiny"), cutoffs="cutoff B O 1.95 cutoff Si O 2.15 homopolar Si Si 4.9")
    text = text.replace("pair_style zero 5.0", "pair_style zero 9.0")
    text = text.replace("run 0", "thermo 1\nrun 4")
    assert len(lmp(text).thermo()[-1]["Step"]) == 5
    shrink = "fix shrink all deform 1 x scale 0.8 y scale 0.8 z scale 0.8 remap x\nrun 4"
    lmp.fails(text.replace("run 4", shrink), "homopolar Si Si 4.9 reaches over the periodic cell")


def test_atoms_without_ids(lmp, tmp_path):
    lmp.fails("units metal\natom_style atomic\natom_modify id no\nregion b block 0 9 0 9 0 9\n"
              f"create_box 4 b\nmass * 1.0\n{ZERO}compute r all ring/stats {TYPES} {CUTOFFS}\n",
              "atoms need IDs; remove 'atom_modify id no'")
