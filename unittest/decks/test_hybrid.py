# SPDX-License-Identifier: GPL-2.0-only
"""fmp/lbs as a part of hybrid pair styles: every word of its commands, several instances."""
import pytest

from deck import DENG_DU, DSF, SHIK, agree, compare, observe, system, thermo

SAME = 1.0e-12    # relative: the same arithmetic in another order
KSPACE = "kspace_style pppm 1.0e-4\n"
TAIL = observe() + "run 0\n"
STYLES = {"long": "8.0 coul long 9.0", "dsf": "8.0 coul dsf 0.25 8.0",
          "wolf": "8.0 coul wolf 0.25 8.0", "none": "8.0 coul none"}
KEYWORDS = ("composition auto", "composition Li2O 20 B2O3 40 SiO2 40", "n4 dbx", "n4 0.5",
            "charges check", "charges set", "recompute yes", "recompute no",
            "composition Li2O 0.2 B2O3 0.4 SiO2 0.4 n4 0.5 charges set recompute no")
CASES = [(style, "") for style in STYLES] + [("dsf", words) for words in KEYWORDS]


def plain(style, words):
    kspace = KSPACE if style == "long" else ""
    return f"{system()}{kspace}pair_style fmp/lbs {STYLES[style]}\n{DENG_DU} {words}\n{TAIL}"


def hybrid(kind, style, words):
    """The same with a fifth type, without atoms, that belongs to the style named next."""
    kspace = KSPACE if style == "long" else ""
    return (f"{system(extra='extra/atom/types 1')}mass 5 39.95\n{kspace}"
            f"pair_style {kind} fmp/lbs {STYLES[style]} zero 6.0\n"
            f"pair_coeff * * fmp/lbs deng-du-teter.fmp Li B O Si NULL {words}\n"
            f"pair_coeff *5 5 zero\n{TAIL}")


@pytest.mark.parametrize("kind", ["hybrid", "hybrid/overlay"])
@pytest.mark.parametrize("style, words", CASES)
def test_every_word(lmp, kind, style, words):
    """A hybrid style takes each word that is the name of any pair style for the next sub-style."""
    compare(lmp(hybrid(kind, style, words)), lmp(plain(style, words)), SAME,
            energies=("PotEng", "E_vdwl"))


def test_words_have_an_effect(lmp):
    """Minimum signal of the test above."""
    energies = [lmp(plain(style, words)).last()["PotEng"] for style, words in
                [("dsf", ""), ("wolf", ""), ("none", ""), ("dsf", KEYWORDS[1]), ("dsf", "n4 0.5")]]
    assert len({round(e, 3) for e in energies}) == 5


def test_hybrid_splits_at_names_of_styles(lmp):
    """Negative control: LAMMPS does so with styles, also with those of packages that it lacks."""
    lmp.fails(hybrid("hybrid", "dsf", "").replace("0.25 8.0", "0.25 table"),
              "the Coulomb cutoff CUTC is missing")


@pytest.mark.parametrize("potential", [SHIK, DSF + " recompute yes"])
def test_tail_is_for_the_other_style(lmp, potential):
    """A tail for all sub-styles is refused; what the message tells to write works."""
    style, coeff = potential.split("\n")
    deck = (system() + style.replace("pair_style", "pair_style hybrid/overlay") + " lj/cut 6.0\n"
            + coeff.replace("* *", "* * fmp/lbs") + "\npair_coeff * * lj/cut 1.0e-4 3.0\n{}\n"
            + thermo("step etail") + "run 0\n")
    lmp.fails(deck.format("pair_modify tail yes"),
              "name the style that it is for: 'pair_modify pair lj/cut tail yes'")
    alone = (system() + "pair_style lj/cut 6.0\npair_coeff * * 1.0e-4 3.0\npair_modify tail yes\n"
             + thermo("step etail") + "run 0\n")
    tail = lmp(deck.format("pair_modify pair lj/cut tail yes")).last()["E_tail"]
    agree([tail], [lmp(alone).last()["E_tail"]], SAME, 1.0e-4)


def test_tail_of_the_run_before(lmp):
    """A tail that is taken back does not stay in that of the hybrid style."""
    text = (system() + "pair_style hybrid/overlay fmp/lbs 8.0 coul dsf 0.25 8.0 lj/cut 6.0\n"
            "pair_coeff * * fmp/lbs deng-du-teter.fmp Li B O Si\n"
            "pair_coeff * * lj/cut 1.0e-4 3.0\n{}" + thermo("step etail") + "run 0\n")
    once = lmp(text.format("pair_modify pair lj/cut tail yes\n"))
    again = lmp(text.format("pair_modify tail yes\nrun 0\npair_modify pair fmp/lbs tail no\n"
                            "pair_modify pair lj/cut tail yes\n"))
    agree([again.last()["E_tail"]], [once.last()["E_tail"]], SAME, 1.0e-4)


def test_two_instances(lmp):
    """Each has its own words, file and decision: half of the terms each add up to all."""
    both = lmp(system() + "pair_style hybrid/overlay fmp/lbs 8.0 coul none"
               " fmp/lbs 8.0 coul dsf 0.25 8.0\n"
               "pair_coeff * * fmp/lbs 1 deng-du-teter.fmp Li B O Si n4 0.3\n"
               "pair_coeff * * fmp/lbs 2 deng-du-teter.fmp Li B O Si n4 0.6\n"
               "compute one all pair fmp/lbs 1 evdwl\ncompute two all pair fmp/lbs 2 evdwl\n"
               + thermo("step pe c_one c_two") + "run 0\n").last()
    alone = [lmp(f"{system()}{DSF} n4 {n4}\n{TAIL}").last()["E_vdwl"] for n4 in (0.3, 0.6)]
    agree([both["c_one"], both["c_two"]], alone, SAME, 10.0)
    assert abs(alone[0] - alone[1]) > 0.1


def test_partitions(lmp):
    """Two worlds in one LAMMPS, each with its own potential."""
    deck = (f"variable model universe '{DSF.splitlines()[0]}' '{SHIK.splitlines()[0]}'\n"
            f"variable coeff universe '{DENG_DU}' '{SHIK.splitlines()[1]}'\n"
            f"variable name universe deng-du shik\nlog ${{name}}.log\n{system()}"
            f"${{model}}\n${{coeff}}\n{thermo('step pe')}run 0\n")
    result = lmp(deck, ranks=2, args=("-partition", "2x1"))
    for name, model in (("deng-du", DSF), ("shik", SHIK)):
        result.log = next(result.folder.glob(f"{name}.log*")).read_text()
        agree([result.last()["PotEng"]], [lmp(f"{system()}{model}\n{TAIL}").last()["PotEng"]],
              SAME, 100.0)
