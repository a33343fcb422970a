# SPDX-License-Identifier: GPL-2.0-only
"""Bad input: every mistake stops the deck with a message that names it and its remedy."""
import re

import pytest

from deck import POTENTIALS, frame

BASE = {
    "before": "",
    "units": "metal",
    "atoms": "atom_style charge",
    "data": f"read_data {frame('glass')}",
    "kspace": "",
    "style": "fmp/lbs 8.0 coul dsf 0.25 8.0",
    "file": "deng-du-teter.fmp",
    "names": "Li B O Si",
    "more": "",
    "after": "",
}
ORDER = ("{before}\nunits {units}\n{atoms}\n{data}\n{kspace}\npair_style {style}\n"
         "pair_coeff * * {file} {names} {more}\n{after}\nrun 0\n")
LI2O = f"read_data {frame('li2o')}"
STYLE_SYNTAX = "syntax: pair_style fmp/lbs CUT coul"


def deck(changes):
    return ORDER.format(**{**BASE, **changes})


def case(name, message, **changes):
    return pytest.param(changes, message, id=name)


STYLE_CASES = [
    case("no words", "CUT is missing", style="fmp/lbs"),
    case("no number", "CUT must be a finite number, not 'coul'", style="fmp/lbs coul dsf 0.25 8.0"),
    case("no coul", f"'coul' and its style must follow CUT; {STYLE_SYNTAX}",
         style="fmp/lbs 8.0 dsf 0.25 8.0"),
    case("cutoffs first", "'coul' and its style must follow CUT",
         style="fmp/lbs 8.0 8.0 coul long"),
    case("unknown Coulomb style", "unknown Coulomb style 'msm'", style="fmp/lbs 8.0 coul msm 8.0"),
    case("negative alpha", "ALPHA must not be negative, not -8",
         style="fmp/lbs 8.0 coul dsf -8 0.2"),
    case("no Coulomb cutoff", "the Coulomb cutoff CUTC is missing",
         style="fmp/lbs 8.0 coul dsf 0.25"),
    case("no long cutoff", "the Coulomb cutoff CUTC is missing", style="fmp/lbs 8.0 coul long"),
    case("too many words", "unexpected word '9'", style="fmp/lbs 8.0 coul dsf 0.25 8.0 9"),
    case("word behind none", "unexpected word '8.0'", style="fmp/lbs 8.0 coul none 8.0"),
    case("negative cutoff", "CUT must be positive, not -8.0", style="fmp/lbs -8.0 coul none"),
    case("zero cutoff", "CUT must be positive, not 0", style="fmp/lbs 0 coul none"),
    case("infinite cutoff", "CUT must be a finite number", style="fmp/lbs inf coul none"),
    case("long without kspace", "'coul long' needs a kspace_style",
         style="fmp/lbs 8.0 coul long 8.0"),
    case("dsf with kspace", "a kspace_style would count the charges twice",
         kspace="kspace_style pppm 1.0e-4"),
    case("cutoff over box", "is over 4 times the height", data=LI2O,
         style="fmp/lbs 8.0 coul dsf 0.25 30.0"),
    case("units lj", "units lj are not supported; use metal or real", units="lj"),
    case("units si", "units si are not supported; use metal or real", units="si"),
    case("no charges", "needs atoms with charges", atoms="atom_style atomic",
         data="region box block 0 20 0 20 0 20\ncreate_box 4 box\nmass * 1.0\n"
              "create_atoms 1 random 10 1 NULL overlap 1.0"),
    case("no atoms", "there are no atoms",
         data="region box block 0 20 0 20 0 20\ncreate_box 4 box\nmass * 1.0"),
]

COEFF_CASES = [
    case("unknown element", "has no element 'Ge'", names="Li B O Ge"),
    case("three names for four types", "3 elements for 4 atom types", names="Li B O"),
    case("no names", "0 elements for 4 atom types", names=""),
    case("five names for four types", "unexpected word 'Na' behind the elements",
         names="Li B O Si Na"),
    case("keyword before names", "0 elements for 4 atom types", names="charges set Li B O Si"),
    case("no such file", "cannot read potential file 'nowhere.fmp'", file="nowhere.fmp"),
    case("file forgotten", "3 elements for 4 atom types", file=""),
    case("file behind the names", "cannot read potential file 'Li'", file="",
         names="Li B O Si deng-du-teter.fmp"),
    case("unknown keyword", "unexpected word 'charge' behind the elements", more="charge set"),
    case("keyword twice", "'charges' is given twice", more="charges set charges check"),
    case("no value", "no value stands behind 'n4'", more="n4"),
    case("bad charges", "charges must be check or set, not 'yes'", more="charges yes"),
    case("bad recompute", "recompute must be yes or no, not 'on'", more="recompute on"),
    case("n4 of 2", "n4 is a fraction from 0 to 1, not 2", more="n4 2.0"),
    case("n4 below 0", "n4 is a fraction from 0 to 1, not -0.1", more="n4 -0.1"),
    case("n4 no number", "n4 must be a finite number, not 'nmr'", more="n4 nmr"),
    case("n4 for SHIK", "does not depend on N4; remove keyword n4", file="shik.fmp", more="n4 0.5",
         style="fmp/lbs 8.0 coul dsf 0.0 10.0"),
    case("composition without words", "no value stands behind 'composition'", more="composition"),
    case("empty composition", "composition is empty", more="composition charges set"),
    case("composition sum", "the oxides sum to 0.9", more="composition Li2O 0.4 B2O3 0.2 SiO2 0.3"),
    case("composition oxide", "the potential has no oxide 'Na2O'",
         more="composition Na2O 0.4 B2O3 0.2 SiO2 0.4"),
    case("composition amount", "no amount stands behind 'SiO2'",
         more="composition Li2O 0.4 B2O3 0.2 SiO2"),
    case("composition negative", "the amount of SiO2 must be zero or positive",
         more="composition Li2O 0.8 B2O3 0.4 SiO2 -0.2"),
    case("composition twice", "Li2O is given twice", more="composition Li2O 0.5 Li2O 0.5"),
    case("composition lacks an element", "the composition given has no Si",
         more="composition Li2O 0.5 B2O3 0.5"),
    case("outside of Dell-Bray-Xiao", "the Dell-Bray-Xiao model needs B2O3",
         more="composition Li2O 0.05 B2O3 0.05 SiO2 0.9"),
    case("oxide balance", "no mixture of oxides", names="Li B O O"),
    case("no composition at all", "no mixture of oxides", data=LI2O + "\nmass * 1.0",
         names="O B Li Si"),
    case("charges differ", "the charge of atom 7 is not that of potential Deng-Du/Teter",
         after="set atom 7 charge 0.61"),
    case("charges of another potential", "add 'charges set' to pair_coeff", file="shik.fmp",
         style="fmp/lbs 8.0 coul dsf 0.0 10.0"),
    case("SHIK with long", "potential SHIK is defined with 'coul dsf 0 10'; pair_style gives"
         " 'coul long 10'", file="shik.fmp", style="fmp/lbs 8.0 coul long 10.0",
         kspace="kspace_style pppm 1.0e-4", more="charges set"),
    case("SHIK with damping", "pair_style gives 'coul dsf 0.2 10'", file="shik.fmp",
         style="fmp/lbs 8.0 coul dsf 0.2 10.0", more="charges set"),
    case("SHIK with another Coulomb cutoff", "pair_style gives 'coul dsf 0 8'", file="shik.fmp",
         style="fmp/lbs 8.0 coul dsf 0.0 8.0", more="charges set"),
    case("SHIK with another cutoff", "the potential is defined with a short-range cutoff of 8 A;"
         " pair_style gives 7", file="shik.fmp", style="fmp/lbs 7.0 coul dsf 0.0 10.0",
         more="charges set"),
    case("one pair of types", "must start with * * for pair style fmp/lbs",
         after="pair_coeff 1 2 deng-du-teter.fmp Li B O Si"),
    case("one pair of types in hybrid", "must begin with '* *', not '1 2'",
         style="hybrid fmp/lbs 8.0 coul dsf 0.25 8.0", file="fmp/lbs deng-du-teter.fmp",
         after="pair_coeff 1 2 fmp/lbs deng-du-teter.fmp Li B O Si"),
]


@pytest.mark.parametrize("changes, message", STYLE_CASES)
def test_style(lmp, changes, message):
    lmp.fails(deck(changes), message)


@pytest.mark.parametrize("changes, message", COEFF_CASES)
def test_coefficients(lmp, changes, message):
    lmp.fails(deck(changes), message)


FILE_CASES = [
    ("truncated", r"(?s)pair Li Li.*", "", "is truncated: it has no line 'end'"),
    ("cut within a line", r"(?s)A 41051.*", "A 41",
     "line 28: pair Li O needs A, rho (or 1/rho) and C"),
    ("empty", r"(?s).*", "", "it is empty"),
    ("newer schema", "lbs-potential 1", "lbs-potential 2",
     "schema 2 is not known; this plugin reads up to schema 1: update the plugin"),
    ("another file", "fmp/lbs-potential 1", "atom_style charge",
     "begins with 'fmp/lbs-potential 1'"),
    ("missing pair", r"pair B  Si coulomb\n", "", "has no line 'pair B Si'"),
    ("a pair twice", r"pair B  Si coulomb\n", "pair B Si coulomb\npair Si B coulomb\n",
     "pair Si B is given twice"),
    ("NaN", "A 41051.938", "A nan", "must be a finite number, not 'nan'"),
    ("infinity", "C 192.580", "C inf", "must be a finite number, not 'inf'"),
    ("no number", "rho 0.343640", "rho 0,343640", "not '0,343640'"),
    ("negative rho", "rho 0.343640", "rho -0.343640", "rho must be positive, not -0.34364"),
    ("negative A", "A 41051.938", "A -41051.938", "none negative and rho positive"),
    ("rho twice", "rho 0.343640", "rho 0.343640 rho 0.3", "'rho' is given twice"),
    ("no charge", "charge  0.6 ", "", "element Li has no charge"),
    ("no units", "UNITS: metal", "", "the first line must hold 'UNITS: metal' or 'UNITS: real'"),
    ("core forgotten", "192.580 core fit", "192.580", "falls to minus infinity at short range"),
    ("unknown keyword", "core none", "wall none", "unknown keyword 'wall' of a pair"),
    ("unknown model", "deng-du A1", "deng A1", "unknown model 'deng'"),
    ("no core to be found", "C 192.580", "C 1.0e6", "no repulsive wall to which a core"),
    ("two neutral elements", r"charge  (0\.6|1\.8)", "charge neutral",
     "only one element may have its charge fixed by neutrality"),
    ("no oxide formula", "oxide B2O3", "oxide B2S3", "is no oxide formula"),
]


@pytest.mark.parametrize("pattern, replacement, message", [case[1:] for case in FILE_CASES],
                         ids=[case[0] for case in FILE_CASES])
def test_potential_file(lmp, tmp_path, pattern, replacement, message):
    original = (POTENTIALS / "deng-du-teter.fmp").read_text()
    changed = re.sub(pattern, replacement, original)
    assert changed != original
    (tmp_path / "bad.fmp").write_text(changed)
    lmp.fails(deck({"file": tmp_path / "bad.fmp"}), message)


def test_a_potential_file_in_utf_16(lmp, tmp_path):
    """As the shells of Windows write it."""
    text = (POTENTIALS / "deng-du-teter.fmp").read_text()
    (tmp_path / "bad.fmp").write_bytes(text.encode("utf-16"))
    lmp.fails(deck({"file": tmp_path / "bad.fmp"}), "bad.fmp is in UTF-16; save it as plain text")


def test_the_base_deck_is_good(lmp):
    """Negative control of this file: without a mistake the deck runs."""
    lmp(deck({}))


@pytest.mark.parametrize("ranks", [1, 2])
def test_atoms_on_one_spot(lmp, ranks):
    twice = "create_atoms 3 single 1.0 2.0 3.0\n" * 2
    lmp.fails(deck({"after": twice + "set group all charge 0.0",
                    "more": "composition Li2O 0.4 B2O3 0.2 SiO2 0.4 charges set"}),
              "are on one spot", ranks)


def test_errors_are_equal_on_ranks(lmp):
    """Rank 0 alone reads the file; an error reaches every rank and no run hangs."""
    lmp.fails(deck({"names": "Li B O Ge"}), "has no element 'Ge'", ranks=4)


TYPES = "types Li B O Si"
COORD_CASES = [
    ("no types", "", "the elements of the atom types are not known; add 'types EL ...'"),
    ("three types", "types Li B O", "types gives 3 elements for 4 atom types"),
    ("five types", "types Li B O Si Na", "types gives 5 elements for 4 atom types"),
    ("no oxygen", "types Li B B Si", "no atom type is O"),
    ("unknown keyword", f"distance 2.0 {TYPES}", "unknown keyword 'distance'; known are types"),
    ("cutoff Li O", f"cutoff Li O 2.4 {TYPES}",
     "cutoff Li O: bonds are counted between B or Si and O"),
    ("cutoff B Si", f"cutoff B Si 2.4 {TYPES}",
     "cutoff B Si: bonds are counted between B or Si and O"),
    ("negative cutoff", f"{TYPES} cutoff B O -1.9", "cutoff B O must be positive, not -1.9"),
    ("cutoff without a length", f"{TYPES} cutoff B O", "cutoff needs two elements and a length"),
    ("cutoff no number", f"{TYPES} cutoff B O far", "far"),
]


@pytest.mark.parametrize("words, message", [c[1:] for c in COORD_CASES],
                         ids=[c[0] for c in COORD_CASES])
def test_boron_coord(lmp, words, message):
    lmp.fails(deck({"after": f"compute coord all boron/coord {words}"}), message)


@pytest.mark.parametrize("style", ["pair_style zero 1.0\npair_coeff * *", "pair_style none",
                                   "pair_style none\ncomm_modify cutoff 2.0"])
def test_boron_coord_with_few_ghosts(lmp, style):
    """Bonds across a boundary need ghost atoms as far as a bond and the skin."""
    lmp.fails(f"units metal\natom_style charge\nread_data {frame('glass')}\n{style}\n"
              f"neighbor 0.3 bin\ncompute coord all boron/coord {TYPES}\n"
              "thermo_style custom step c_coord[3]\nrun 0\n", "add 'comm_modify cutoff 3'")


@pytest.mark.parametrize("ranks", [1, 2])
def test_lost_atoms(lmp, ranks):
    """Atoms that fly out of the box are called lost, not a changed composition."""
    lmp.fails(deck({"before": "boundary f f f",
                    "after": "fix nve all nve\nthermo 100\nneigh_modify delay 0 every 1 check no\n"
                             "set atom 5 vx 1.0e5\nrun 20"}), "atoms are lost", ranks)
