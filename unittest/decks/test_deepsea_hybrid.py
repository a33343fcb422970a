# SPDX-License-Identifier: GPL-2.0-only
"""pair_style deepsea in hybrid styles: its words, its partners, several of it."""
import numpy as np
import pytest

from deck import agree, dump, thermo
from deepsea_glass import (COEFF, DEVIATION, GLASS, MOVE, ONE, SMALL, TWO, energy, forces,
                           rows)

SAME = 1.0e-11
IN_HYBRID = "* * deepsea"
# Every keyword, with values that change what the style does.
WORDS = {
    "precision": "precision mixed", "tabulate off": "tabulate off", "tabulate": "tabulate 1.0e-3",
    "core/zbl": "core/zbl 1.5 2.4", "short": "short off", "out_file": "out_file other.out",
    "out_freq": "out_freq 2", "atomic": "atomic", "relative": "relative 0.5",
    "relative_v": "relative_v 0.5",
}
OLD = {"tabulate off": "table off", "tabulate": "table 1.0e-3", "core/zbl": "core zbl 1.5 2.4"}
SEVERAL = {"out_file", "out_freq", "atomic", "relative", "relative_v"}
LJ = "lj/cut 5.0"


def alone(words, style=ONE):
    return f"{style} {words}\n{COEFF}"


def hybrid(words, style=ONE, kind="hybrid/overlay", partner=LJ, coeff="* * lj/cut 0.0 2.0"):
    """deepsea with a partner that adds nothing, behind it so that its words must end before."""
    return (style.replace("deepsea", f"{kind} deepsea", 1) + f" {words} {partner}\n"
            + f"pair_coeff {coeff}\n" + COEFF.replace("* *", IN_HYBRID))


def with_lithium_apart(words, style=ONE):
    """In plain hybrid; lithium is lj/cut's."""
    return (style.replace("deepsea", "hybrid deepsea", 1) + f" {words} {LJ}\n"
            + "pair_coeff * * deepsea NULL B O Si\npair_coeff 1 * lj/cut 0.0 2.0\n")


@pytest.mark.parametrize("name", WORDS)
def test_every_keyword(lmp, name):
    """Alone, in hybrid/overlay and in hybrid; each changes something."""
    squeeze = "change_box all x scale 0.8 y scale 0.8 z scale 0.8 remap\n"
    style = TWO if name in SEVERAL else ONE
    words = WORDS[name]
    tail = (squeeze + "compute d all pair deepsea\n" + thermo("step pe c_d[*]")
            + dump("id type fx fy fz") + MOVE + "run 2\n")
    expected = lmp(GLASS + alone(words, style) + tail)
    overlay = lmp(GLASS + hybrid(words, style) + tail)
    agree(forces(overlay), forces(expected), SAME, 0.1)
    agree([overlay.last()["c_d[7]"], 1.0], [expected.last()["c_d[7]"], 1.0], SAME, 0.1)
    plain = lmp(GLASS + with_lithium_apart(words, style) + tail)
    default = lmp(GLASS + alone("", style) + tail)
    file = "other.out" if name == "out_file" else "model_devi.out"
    if name in SEVERAL:
        agree(rows(overlay, file)[:, 1:], rows(expected, file)[:, 1:], 1e-6, 0.01)
        assert rows(plain, file).shape == rows(expected, file).shape
        assert (name == "out_file" or rows(default).shape != rows(expected).shape
                or not np.allclose(rows(default), rows(expected), rtol=1e-3))
    elif name == "short":
        assert expected.last()["c_d[7]"] == 0 < default.last()["c_d[7]"]
        assert plain.last()["c_d[7]"] == 0
    else:
        assert np.abs(forces(default) - forces(expected)).max() > 1e-13
        assert ", SHA-256 " in plain.log
    if name in OLD:
        agree(forces(lmp(GLASS + alone(OLD[name], style) + tail)), forces(expected), 1e-15, 0.1)


def test_old_spelling_in_hybrid(lmp):
    """LAMMPS takes zbl and table for styles; where deepsea can see it, it says what to write."""
    lmp.fails(GLASS + hybrid(OLD["core/zbl"]) + "run 0\n",
              "core: its zbl is taken for a pair style of LAMMPS in hybrid styles; write core/zbl")
    assert lmp.run(GLASS + hybrid(OLD["tabulate off"]) + "run 0\n").status != 0


def test_lammps_zbl_is_the_core(lmp):
    """hybrid/overlay with LAMMPS' own zbl and core/zbl are the same repulsion."""
    closer = "displace_atoms all random 0.2 0.2 0.2 4711\n"
    numbers = list(enumerate((3, 5, 8, 14), 1))    # hybrid styles do not mix
    zbl = (ONE.replace("deepsea", "hybrid/overlay zbl 1.0 1.9 deepsea", 1) + " short off\n"
           + "".join(f"pair_coeff {i} {j} zbl {y} {z}\n" for i, y in numbers
                     for j, z in numbers if i <= j)
           + COEFF.replace("* *", IN_HYBRID))
    one = lmp(GLASS + closer + alone("core/zbl 1.0 1.9 short off") + energy())
    two = lmp(GLASS + closer + zbl + energy())
    without = lmp(GLASS + closer + alone("short off") + energy())
    assert np.abs(forces(one) - forces(without)).max() > 1.0
    agree(forces(two), forces(one), 1e-10, 1.0)
    for name in ("PotEng", "Press"):
        agree([two.last()[name]], [one.last()[name]], 1e-10, 1.0)


@pytest.mark.parametrize("keyword", ["tail", "shift"])
def test_modify_one_style(lmp, keyword):
    """The message says how to give the partner alone its tail or shift; that works."""
    coeff = "* * lj/cut 0.0001 2.0"
    deck = GLASS + hybrid("", coeff=coeff)
    remedy = f"pair_modify pair lj/cut {keyword} yes"
    lmp.fails(deck + f"pair_modify {keyword} yes\nrun 0\n", f"'{remedy}'")
    with_it = lmp(deck + remedy + "\n" + energy()).last()["PotEng"]
    without = lmp(deck + energy()).last()["PotEng"]
    assert 1e-6 < abs(with_it - without) < 1.0
    lmp.fails(GLASS + alone("") + f"pair_modify {keyword} yes\nrun 0\n",
              f"use 'pair_modify {keyword} no'")


def two_styles(first, second):
    files = [f"deepsea {SMALL[0]} {SMALL[1]} {first}", f"deepsea {SMALL[0]} {SMALL[2]} {second}"]
    return (f"pair_style hybrid/overlay {' '.join(files)}\n"
            + "".join(COEFF.replace("* *", f"* * deepsea {k}") for k in (1, 2)))


def test_a_file_for_each_of_two(lmp):
    result = lmp(GLASS + two_styles("out_file a.out", "out_file b.out") + "run 0\n")
    for file, style in (("a.out", TWO), ("b.out", f"{ONE} {SMALL[2]}")):
        single = lmp(GLASS + f"{style}\n" + COEFF + "run 0\n")
        agree(rows(result, file)[0, 1:], rows(single)[0, 1:], 1e-6, 0.01)
    assert abs(rows(result, "a.out")[0, 4] / rows(result, "b.out")[0, 4] - 1.0) > 1e-3
    lmp.fails(GLASS + two_styles("", "") + "run 0\n",
              "another pair style deepsea is writing model_devi.out")


def test_partitions_write_files_of_their_own(lmp):
    """By default numbered like the logs; with out_file as the deck says."""
    deck = "variable part world a b\n" + GLASS + "{}\n" + COEFF + "run 0\n"
    for words, files in (("", ["model_devi.out.0", "model_devi.out.1"]),
                         (" out_file ${part}.out", ["a.out", "b.out"])):
        apart = lmp(deck.format(TWO + words), 2, ["-partition", "1", "1"])
        assert sorted(f.name for f in apart.folder.glob("*out*")) == files
        agree(rows(apart, files[0]), rows(apart, files[1]), 1e-6, 0.01)


def deviation(lmp, style, after="", coeff=COEFF):
    """Row 0 and the thermo line of a run with two models."""
    result = lmp(GLASS + f"{style}\n" + coeff + after + DEVIATION + "run 0\n")
    return rows(result)[0, 1:], result.last()


@pytest.fixture(scope="module")
def bare(shared):
    """Deviations of the models with nothing else: absolute and relative ones."""
    return {words: deviation(shared, f"{TWO} {words}") for words in ("", RELATIVE)}


RELATIVE = "relative 0.5 relative_v 0.2"
SCALE = "variable half equal 0.5\nfix s all adapt 1 pair deepsea scale {} v_half\n"


@pytest.mark.parametrize("words", ["", RELATIVE])
@pytest.mark.parametrize("what", ["scale of all", "scale of oxygen", "core", "partner"])
def test_what_is_no_part_of_a_deviation(lmp, bare, words, what):
    """It is that of what the models have learnt, whatever a deck makes of it."""
    style, after, coeff = f"{TWO} {words}", "", COEFF
    if what.startswith("scale"):
        after = SCALE.format("* *" if "all" in what else "3 3")
    elif what == "core":
        style += " core/zbl 1.5 2.4"
    else:
        style = style.replace("deepsea", "hybrid/overlay lj/cut 5.0 deepsea", 1)
        coeff = "pair_coeff * * lj/cut 0.5 2.0\n" + COEFF.replace("* *", IN_HYBRID)
    row, last = deviation(lmp, style, after, coeff)
    agree(row, bare[words][0], 1e-6, 0.01)
    for name in ("c_d[1]", "c_d[2]", "c_d[4]", "c_most"):
        agree([last[name]], [bare[words][1][name]], 1e-9, 1e-4)
    assert abs(last["PotEng"] - bare[words][1]["PotEng"]) > 1.0    # the run itself has it


def test_scaled_runs_are_the_same_when_compared(lmp):
    """Steps in which models are compared drive like the others."""
    tail = SCALE.format("3 3") + MOVE + energy(run="run 4\n")
    one = lmp(GLASS + alone("") + tail)
    two = lmp(GLASS + alone("out_freq 1", TWO) + tail)
    agree(forces(two), forces(one), SAME, 0.1)
    agree([two.last()[k] for k in ("PotEng", "Press")],
          [one.last()[k] for k in ("PotEng", "Press")], SAME, 1.0)
