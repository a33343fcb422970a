# SPDX-License-Identifier: GPL-2.0-only
"""The decks of examples/benchmark, by LAMMPS itself: short runs."""
import re

import numpy as np
import pytest

from deck import POTENTIALS, ROOT, agree, frame, needs_deepsea

# Of atoms that are meant to be at rest.
AT_REST = "WARNING: No fixes with time integration, atoms won't move"


@pytest.fixture(name="call")
def make_call(lmp, tmp_path):
    """Runs a deck with variables in a folder of its own; its result, which has no warning."""
    def run_deck(deck, **words):
        args = [word for name, value in words.items() for word in ("-var", name, str(value))]
        result = lmp.run((ROOT / "examples" / deck).read_text(), args=args, cwd=tmp_path)
        assert result.status == 0, result.log[-2000:]
        assert "Loop time of" in result.log
        assert "WARNING" not in result.log.replace(AT_REST, ""), result.log[-3000:]
        return result
    return run_deck


def test_both_styles_of_fmp_are_one_function(call):
    """On a frame of the composition that the deck's numbers are of."""
    ours, theirs = (call("benchmark/in.fmp", style=style, data=frame("glass"), steps=50, cut=7.0)
                    .thermo()[-1] for style in ("ours", "lammps"))
    assert len(ours["TotEng"]) == 2 and ours["Temp"][0] != ours["Temp"][1]
    for name in ("E_pair", "TotEng"):
        agree(ours[name], theirs[name], 1e-5, 1000.0)


def test_a_frame_is_made_and_has_rings(call, tmp_path):
    """in.frame's data file goes to in.rings, at rest and in motion."""
    made = call("benchmark/in.frame", units=30, out="small.data")
    assert made.thermo()[-1]["Temp"][-1] < 1500.0
    at_rest = call("benchmark/in.rings", data="small.data", copies="2 1 1", table="yes", steps=2)
    numbers = re.findall(r"^rings of (\d): (\d+)$", at_rest.log, re.M)
    assert [n for n, _ in numbers] == list("23456") and sum(int(k) for _, k in numbers) > 0
    moved = call("benchmark/in.rings", data="small.data", md="yes", steps=2, again="yes")
    assert moved.log.count("Loop time of") == 2
    assert (tmp_path / "small.data").exists()


@needs_deepsea
@pytest.mark.parametrize("deck", ["benchmark/in.deepsea", "benchmark/gpu/in.gpu"])
def test_decks_of_deep_potentials(call, tmp_path, deck):
    """Their dumps have the forces of the start."""
    model = POTENTIALS / "lbs-fast.deepsea.pt"
    words = {"warm": 1} if "gpu" in deck else {}
    call(deck, style=f"deepsea {model} precision mixed core/zbl 0.5 1.0", data=frame("glass"),
         dump=tmp_path / "forces", steps=3, **words)
    rows = np.array([line.split() for line in (tmp_path / "forces").read_text().splitlines()
                     if re.match(r"\d+ \S+ \S+ \S+$", line)], float)
    assert len(rows) % 300 == 0 and np.abs(rows[:300, 1:]).max() > 0.5
