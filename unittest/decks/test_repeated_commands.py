# SPDX-License-Identifier: GPL-2.0-only
"""pair_style fmp/lbs and pair_coeff given more than once: the last words count, and only they."""
import pytest

from deck import DENG_DU, DSF, SHIK, agree, compare, observe, system

SAME = 1.0e-12
TAIL = "\n" + observe() + "run 0\n"
GIVEN = " composition Li2O 20 B2O3 40 SiO2 40"
DENG_DU_SET = DSF + " charges set"

# what is there first, what follows, the same deck without the first part
REPEATS = {
    "another potential": (DENG_DU_SET, SHIK, SHIK),
    "and back": (SHIK, DENG_DU_SET, DENG_DU_SET),
    "another order of elements": (
        "mass * 1.0\n" + DENG_DU_SET.replace("Li B O Si", "Si B O Li") + GIVEN, DENG_DU_SET,
        DENG_DU_SET),
    "composition by hand, then auto": (DSF + GIVEN, DENG_DU, DSF),
    "composition auto, then by hand": (DSF, DENG_DU + GIVEN, DSF + GIVEN),
    "n4 by hand, then from the file": (DSF + " n4 0.1", DENG_DU, DSF),
    "Coulomb style alone": (DSF, "pair_style fmp/lbs 7.0 coul wolf 0.3 9.0",
                            "pair_style fmp/lbs 7.0 coul wolf 0.3 9.0\n" + DENG_DU),
    "k-space, then none": (
        f"kspace_style pppm 1.0e-4\npair_style fmp/lbs 8.0 coul long 9.0\n{DENG_DU}",
        "kspace_style none\npair_style fmp/lbs 8.0 coul dsf 0.25 8.0", DSF),
    "k-space from the second on": (
        DSF, "kspace_style pppm 1.0e-4\npair_style fmp/lbs 8.0 coul long 9.0",
        f"kspace_style pppm 1.0e-4\npair_style fmp/lbs 8.0 coul long 9.0\n{DENG_DU}"),
    "another style between": (DSF + GIVEN, f"pair_style zero 8.0\npair_coeff * *\nrun 0\n{DSF}",
                              DSF),
    "hybrid, then alone": (
        "pair_style hybrid/overlay fmp/lbs 8.0 coul none zero 8.0\n"
        f"{DENG_DU.replace('* *', '* * fmp/lbs')}{GIVEN}\npair_coeff * * zero", DSF, DSF),
}


@pytest.mark.parametrize("with_run", [True, False])
@pytest.mark.parametrize("case", REPEATS)
def test_equals_a_fresh_deck(lmp, case, with_run):
    """Also where nothing has run between the two, so that nothing was decided by the first."""
    first, second, alone = REPEATS[case]
    between = "\nrun 0\n" if with_run else "\n"
    compare(lmp(system() + first + between + second + TAIL), lmp(system() + alone + TAIL), SAME)
    assert abs(lmp(system() + first + TAIL).last()["PotEng"]
               - lmp(system() + alone + TAIL).last()["PotEng"]) > 0.1 or "between" in case


@pytest.mark.parametrize("first, second, message", [
    (f"{DENG_DU_SET}\nrun 0", f"{DENG_DU}\nset group all charge 0.0",
     "the charge of atom 1 is not that of potential Deng-Du/Teter"),
    (f"{DSF}\nrun 0", "pair_style fmp/lbs 8.0 coul long 9.0", "'coul long' needs a kspace_style"),
    (f"{SHIK}\nrun 0", "pair_style fmp/lbs 8.0 coul dsf 0.25 8.0",
     "potential SHIK is defined with 'coul dsf 0 10'; pair_style gives 'coul dsf 0.25 8'"),
    (f"{SHIK}\nrun 0", "pair_style fmp/lbs 7.0 coul dsf 0.0 10.0",
     "the potential is defined with a short-range cutoff of 8 A; pair_style gives 7"),
    (f"{DSF}\nrun 0", "pair_style zero 8.0\npair_style fmp/lbs 8.0 coul none",
     "All pair coeffs are not set"),
], ids=["charges", "no k-space", "another Coulomb term", "another cutoff", "no coefficients"])
def test_what_no_longer_fits_stops(lmp, first, second, message):
    lmp.fails(f"{system()}{first}\n{second}\nrun 0\n", message)


def test_compute_pair_sees_the_second_style(lmp):
    """A compute that was made for the first command asks the same style afterwards."""
    result = lmp(f"{system()}{DSF}\ncompute e all pair fmp/lbs\nrun 0\n{SHIK}\n"
                 + observe(words="step pe c_e evdwl ecoul c_s[*]") + "run 0\n")
    agree([result.last()["c_e"]], [result.last()["PotEng"]], SAME, 100.0)
