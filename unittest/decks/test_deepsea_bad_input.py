# SPDX-License-Identifier: GPL-2.0-only
"""Bad input to pair_style deepsea: every mistake stops the deck and names its remedy."""
import pytest

from deepsea_models import frame_deck

NAMES = ["Li", "B", "O", "Si"]
ORDER = "{frame}pair_style deepsea {model} {more}\npair_coeff {coeff}\n{after}\nrun 0\n"
COEFF = "* * Li B O Si"
SYNTAX = "syntax: pair_style deepsea MODEL..."


def case(name, message, **changes):
    return pytest.param(changes, message, id=name)


CASES = [
    case("no model", "a model file is missing", model=""),
    case("missing file", "absent.pt", model="absent.pt"),
    case("unknown keyword", "'presicion' is neither a keyword nor the name of a model file",
         more="presicion double"),
    case("unknown word later", "unknown keyword 'foo'", more="short off foo"),
    case("precision", "precision: 'single' is none of double, mixed", more="precision single"),
    case("precision missing", "precision: double, mixed is missing", more="precision"),
    case("out_freq 0", "out_freq must be at least 1, not 0", more="out_freq 0"),
    case("out_freq word", "out_freq must be an integer", more="out_freq often"),
    case("tabulate", "tabulate: ERROR must be positive, not -1", more="tabulate -1"),
    case("tabulate bits", "ERROR is the relative error of the table, such as 1e-8, at most 0.001",
         more="tabulate 12"),
    case("impossible table", "give a larger error or 'tabulate off'", more="tabulate 1.0e-17"),
    case("relative", "relative: F must be positive, not 0", more="relative 0"),
    case("short", "short: 'stop' is none of error, warn, off", more="short stop"),
    case("core", "core: the only one known is zbl", more="core lj 1 2"),
    case("core order", "core/zbl: R_OUT must be above R_IN", more="core/zbl 2.0 1.0"),
    case("core half", "core/zbl: R_OUT is missing", more="core/zbl 2.0"),
    case("core too wide", "R_OUT is beyond the model's cutoff of 6 A", more="core/zbl 2.0 7.0"),
    case("fparam", "keyword fparam of pair_style deepmd is for models that deepsea does not have",
         more="fparam 1.0"),
    case("syntax is told", SYNTAX, more="atomic on"),
    case("unknown element", "the model knows no element 'Na'; the model has Li B O Si",
         coeff="* * Na B O Si"),
    case("fewer names", "3 element names for 4 atom types", coeff="* * Li B O"),
    case("more names", "5 element names for 4 atom types", coeff="* * Li B O Si Si"),
    case("one type", "Pair_coeff must start with * * for pair style deepsea", coeff="1 1 Li"),
    case("all NULL", "every atom type is NULL", coeff="* * NULL NULL NULL NULL"),
    case("shift", "pair_modify shift has no meaning for a model that ends smoothly",
         after="pair_modify shift yes"),
    case("tail", "pair_modify tail has no meaning for a model that ends smoothly",
         after="pair_modify tail yes"),
]


@pytest.mark.parametrize("changes, message", CASES)
def test_message(lmp, models, tmp_path, changes, message):
    words = {"frame": frame_deck("cluster", NAMES, tmp_path), "model": models("tanh_two"),
             "more": "", "coeff": COEFF, "after": "", **changes}
    lmp.fails(ORDER.format(**words), message)


@pytest.mark.parametrize("units", ["lj", "si"])
def test_units(lmp, models, tmp_path, units):
    text = ORDER.format(frame=frame_deck("cluster", NAMES, tmp_path), model=models("tanh_two"),
                        more="", coeff=COEFF, after="")
    lmp.fails(text.replace("units metal", f"units {units}"),
              f"use 'units metal' or 'units real', not {units}")


def test_a_table_that_cannot_be_made(lmp, models, tmp_path):
    """A net with corners has none; of several models the message names the one."""
    both = f"{models('tanh_two')} {models('exclude_one')}"
    lmp.fails(ORDER.format(frame=frame_deck("cluster", NAMES, tmp_path), model=both, more="",
                           coeff=COEFF, after=""),
              f"{models('exclude_one')}: the embedding net is not smooth enough for a table")


def test_models_of_different_elements(lmp, models, tmp_path):
    both = f"{models('tanh_two')} {models('two_types')}"
    lmp.fails(ORDER.format(frame=frame_deck("cluster", NAMES, tmp_path), model=both, more="",
                           coeff=COEFF, after=""),
              "models that are used together must have the same ones in the same order")


def test_pair_coeff_missing(lmp, models, tmp_path):
    text = frame_deck("cluster", NAMES, tmp_path) + f"pair_style deepsea {models('tanh_two')}\n"
    lmp.fails(text + "run 0\n", "All pair coeffs are not set")


@pytest.mark.parametrize("make, message", [
    (lambda good: good[:len(good) // 2], "damaged"),
    (lambda good: good[:4000] + bytes([good[4000] ^ 1]) + good[4001:], "damaged"),
    (lambda good: b"no model at all\n",
     "broken.pt is no deepsea model; 'deepsea convert' makes one of a file of DeePMD-kit"),
    (lambda good: b"", "broken.pt is empty; copy or convert it again"),
])
def test_broken_files(lmp, models, tmp_path, make, message):
    """The message names the file; bytes that changed are found whatever they were."""
    broken = tmp_path / "broken.pt"
    broken.write_bytes(make(models("tanh_two").read_bytes()))
    failed = lmp.fails(ORDER.format(frame=frame_deck("cluster", NAMES, tmp_path), model=broken,
                                    more="", coeff=COEFF, after=""), message)
    assert "broken.pt" in failed.log.split("ERROR", 1)[1]


@pytest.mark.parametrize("ranks", [1, 2])
def test_all_ranks_stop(lmp, tmp_path, ranks):
    text = ORDER.format(frame=frame_deck("cluster", NAMES, tmp_path), model="absent.pt", more="",
                        coeff=COEFF, after="")
    lmp.fails(text, "absent.pt", ranks)
