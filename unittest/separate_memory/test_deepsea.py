# SPDX-License-Identifier: GPL-2.0-only
"""deepsea/kk on the separate memory against the plain style."""
import re

import pytest

from deck import agree
from deepsea_glass import COEFF, GLASS, MOVE, ONE, TWO, rows
from device import LISTS, faulty_plugin, on_device
from test_deepsea_kokkos import (CLOSE, FEW, LATER, RATTLED, SAME, SHOW, SQUEEZED, STYLES, TAIL,
                                 compare)

STEPS = MOVE.replace("300.0", "3000.0") + "neigh_modify every 2 delay 0 check no\nthermo 4\nrun 4\n"
# A fix on the device, or one that takes positions and forces to the host and back.
FIXES = {"device": "", "host": "suffix off\n"}
PAIR = "src/deepsea/kk/pair_deepsea_kokkos.cpp"


def succeeded(result):
    assert result.status == 0, result.log[-3000:]
    assert re.search(r"pair deepsea(/kk)?, perp.*\n.*\n +pair build: \S*/kk/device", result.log)
    return result


@pytest.mark.parametrize("style", STYLES)
def test_agrees(lmp, style):
    deck = f"{GLASS}{RATTLED}{FEW}{STYLES[style]}\n{COEFF}{TAIL}"
    one, two = succeeded(on_device(lmp, deck)), lmp(deck)
    compare(one, two, SAME)
    if style == "two models":
        agree(rows(one), rows(two), 1.0e-6, 0.1)    # as many digits are in the file


@pytest.mark.parametrize("lists", LISTS)
def test_lists(lmp, lists):
    deck = f"{GLASS}{RATTLED}{ONE}\n{COEFF}{TAIL}"
    compare(succeeded(on_device(lmp, deck, LISTS[lists])), lmp(deck), SAME)


@pytest.mark.parametrize("where", [SQUEEZED, CLOSE], ids=["squeezed", "close"])
def test_agrees_at_short_distances(lmp, where):
    deck = f"{GLASS}{where}{ONE} short off\n{COEFF}{TAIL}"
    compare(succeeded(on_device(lmp, deck)), lmp(deck), SAME)


@pytest.mark.parametrize("fix", FIXES)
@pytest.mark.parametrize("style", [ONE, f"{TWO} out_freq 4"], ids=["one", "two"])
def test_dynamics(lmp, style, fix):
    """Steps with and without energies, rebuilt lists."""
    deck = f"{GLASS}{FEW}{style}\n{COEFF}{SHOW}"
    one = succeeded(on_device(lmp, deck + FIXES[fix] + STEPS))
    two = lmp(deck + STEPS)
    compare(one, two, LATER)
    assert len(one.frames()) == len(two.frames()) == 2


def test_hybrid(lmp):
    """A partner on the device."""
    deck = (f"{GLASS}{FEW}{ONE.replace('deepsea', 'hybrid/overlay lj/cut 4.0 deepsea', 1)}\n"
            + COEFF.replace("* *", "* * deepsea") + "pair_coeff * * lj/cut 0.01 2.0\n" + TAIL)
    one = on_device(lmp, deck)
    assert one.status == 0, one.log[-3000:]
    compare(one, lmp(deck), SAME)


FAULTS = {
    "the map of types is read by the host": ("bits.required, bits.excluding};",
                                             "type_map_(0) + bits.required, bits.excluding};"),
    "forces are not marked": ("datamask_modify = F_MASK | ENERGY_MASK | VIRIAL_MASK;",
                              "datamask_modify = datamask_read = 0;"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_seen(lmp, tmp_path, fault):
    """Negative controls: a plugin with a fault that only a separate memory shows."""
    env = faulty_plugin(tmp_path, PAIR, *FAULTS[fault])
    deck = f"{GLASS}{FEW}{ONE}\n{COEFF}{SHOW}{FIXES['host']}{STEPS}"
    seen = on_device(lmp, deck, env=env)
    if seen.status != 0:
        assert "Kokkos" in seen.log or "segmentation" in seen.log.lower() or seen.status < 0
        return
    with pytest.raises(AssertionError):
        compare(seen, lmp(deck.replace(FIXES["host"], "")), LATER)
