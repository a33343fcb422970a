# SPDX-License-Identifier: GPL-2.0-only
"""Computes that are asked twice in a step, before atoms are exchanged and after."""
import pytest

from deck import system, thermo

PAIR = "pair_style zero 8.0\npair_coeff * *\nreplicate 2 1 1\n"
RINGS = "ring/stats types Li B O Si cutoff B O 1.95 cutoff Si O 2.15 max 3"
# compute, its values in a run, its values of atoms
COMPUTES = {"boron/coord": ("boron/coord types Li B O Si", (2, 3, 8), ""),
            "qn/atom": ("qn/atom types Li B O Si", (2, 3, 4), ""),
            "ring/stats": (RINGS, (1, 11, 13), "[2]")}


def balanced(first, second, numbers, of_atoms, run):
    """Two computes; the weights of fix balance, which come before all else, ask the first only."""
    columns = " ".join(f"c_{name}[{k}]" for k in numbers for name in ("early", "late"))
    return (system() + PAIR + "velocity all create 3000.0 123 loop geom\n"
            f"compute early all {first}\ncompute late all {second}\n"
            f"variable weight atom 1.0+0.1*c_early{of_atoms}\n"
            "fix even all balance 10 1.0 shift x 5 1.001 weight var weight\n"
            f"fix move all nve\ntimestep 0.001\nthermo 10\n"
            f"variable off atom abs(c_early{of_atoms}-c_late{of_atoms})\n"
            "compute off all reduce sum v_off\n" + thermo(f"step c_off {columns}") + run)


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", COMPUTES)
def test_before_and_after_atoms_are_exchanged(lmp, name, ranks):
    words, numbers, of_atoms = COMPUTES[name]
    result = lmp(balanced(words, words, numbers, of_atoms, "run 20\n"), ranks)
    run = result.thermo()[-1]
    assert list(run["Step"]) == [0, 10, 20]
    for k in numbers:
        assert list(run[f"c_early[{k}]"]) == list(run[f"c_late[{k}]"])
    assert max(max(run[f"c_late[{k}]"]) for k in numbers) > 3
    assert list(run["c_off"]) == [0, 0, 0]


def test_rings_to_remember(lmp):
    """A reference of the first output, not of what there was without ghost atoms."""
    deck = balanced(RINGS, RINGS, (11,), "[2]", "run 0\n").replace(
        "fix even", "compute kept all ring/persist early reference first\n"
        "compute fresh all ring/persist late reference first\nfix even")
    last = lmp(deck.replace("step c_off", "step c_off c_kept[8] c_fresh[8]"), 2).last()
    assert last["c_kept[8]"] == last["c_fresh[8]"] == last["c_late[11]"] > 10
