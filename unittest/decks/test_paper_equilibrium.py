# SPDX-License-Identifier: GPL-2.0-only
"""examples/paper/quench/equilibrium.py: four-coordinated boron that a slow quench would leave."""
import re

import numpy as np
import pytest

from deck import ROOT
from paper_decks import complaint, copy_decks, ga, script

KELVIN = ga.quench_temperatures(171)
HEAT = 0.12    # eV


@pytest.fixture(name="folder")
def _folder(tmp_path):
    return copy_decks(tmp_path)


def share(offset, kelvin, heat=HEAT):
    """Of boron with four oxygens in equilibrium."""
    return 1.0 / (1.0 + np.exp(-offset - heat / (ga.BOLTZMANN * kelvin)))


UNITS = {"LBS_20_60_20": (20, 120, 240), "LBS_40_20_40": (40, 40, 180),
         "LBS_10_20_70": (10, 40, 150)}    # Si, B and O of a hundred formula units


def quenched(folder, name, offset, boron=60, heat=HEAT, seed=1, glass="LBS_20_60_20"):
    """Files of in.quench for a liquid that follows its temperature down to 1000 K."""
    random = np.random.default_rng(seed)
    four = random.binomial(boron, share(offset, np.maximum(KELVIN, 1000.0), heat))
    rows = np.zeros((len(KELVIN), 15))
    rows[:, 0], rows[:, 1] = np.arange(len(KELVIN)), KELVIN
    rows[:, 2], rows[:, 3], rows[:, 4] = four / boron, boron - four, four
    place = folder / "quench" / name
    np.savetxt(place.with_suffix(".history"), rows)
    np.savetxt(place.with_suffix(".final"), rows[-10:])
    types = np.repeat((4, 2, 3), UNITS[glass])
    atoms = "".join(f"{n} {t} 0 0 0 0\n" for n, t in enumerate(types, 1))
    place.with_suffix(".data").write_text(f"a glass\n\nAtoms # charge\n\n{atoms}")
    return name


def read(out):
    """The heat with its error, and of each glass the numbers of its row."""
    heat = [float(x) for x in re.search(r"^heat of 4B: (\S+) \+- (\S+) eV", out, re.M).groups()]
    rows = re.findall(r"^(LBS_\S+) (.*)$", out, re.M)
    return heat, {name: [float(x) for x in words.replace("+-", "").split()] for name, words in rows}


def by_equilibrium(folder, *words):
    out = script(folder, "quench", *words, file="equilibrium.py")
    assert (folder / "quench" / "equilibrium.png").stat().st_size > 10000
    return read(out)


def test_a_planted_heat(folder):
    """Two glasses, one of two runs; what they have at 1000 and at 750 K."""
    offsets = {"LBS_20_60_20": -2.4, "LBS_40_20_40": -1.6}
    words = ["LBS_20_60_20=" + quenched(folder, "a", -2.4, seed=1) + ","
             + quenched(folder, "b", -2.4, seed=2),
             "LBS_40_20_40=" + quenched(folder, "c", -1.6, seed=3, glass="LBS_40_20_40")]
    (heat, error), rows = by_equilibrium(folder, *words)
    assert heat == pytest.approx(-HEAT, abs=3.0 * error) and 0.0 < error < 0.03
    for glass, offset in offsets.items():
        nmr, cold, at_1000, its_error, slow, slow_error = rows[glass]
        assert nmr == {"LBS_20_60_20": 36.7, "LBS_40_20_40": 56.5}[glass]
        assert cold == pytest.approx(100 * share(offset, 1000.0), abs=8.0)
        assert at_1000 == pytest.approx(100 * share(offset, 1000.0), abs=3.0 * its_error)
        assert slow == pytest.approx(100 * share(offset, 750.0), abs=3.0 * slow_error)
        assert slow > at_1000 + 5.0 and 0.0 < its_error < slow_error < 8.0


def test_nothing_is_found_where_nothing_is(folder):
    """Negative control: a share that does not depend on the temperature."""
    words = [f"LBS_20_60_20={quenched(folder, 'a', -0.5, heat=0.0)}",
             "LBS_40_20_40="
             + quenched(folder, "b", 0.5, heat=0.0, seed=2, glass="LBS_40_20_40")]
    (heat, error), rows = by_equilibrium(folder, *words)
    assert abs(heat) < 3.0 * error and heat > -0.05
    assert rows["LBS_40_20_40"][4] == pytest.approx(rows["LBS_40_20_40"][2], abs=8.0)


def test_what_is_wrong_is_named(folder):
    good = f"LBS_40_20_40={quenched(folder, 'a', -1.6, glass='LBS_40_20_40')}"
    none = f"LBS_10_20_70={quenched(folder, 'b', -40.0, glass='LBS_10_20_70')}"
    assert "LBS_10_20_70 has no share of 4B above 1200 K to be fitted" in complaint(
        folder, "quench", good, none, file="equilibrium.py")
    assert "there is no row above 3000 K" in complaint(folder, "quench", good, "--above", "3000",
                                                       file="equilibrium.py")
    assert "LBS is no glass of melt-quench/glasses.lmp" in complaint(folder, "quench", "LBS=a",
                                                                     file="equilibrium.py")
    assert "--to 0: is no temperature above 0 K" in complaint(folder, "quench", good, "--to", "0",
                                                              file="equilibrium.py")
    assert "a.data: 40 B, 180 O and 40 Si are no LBS_20_60_20" in complaint(
        folder, "quench", "LBS_20_60_20=a", file="equilibrium.py")
    (folder / "quench" / "a.data").write_text("nothing\n")
    assert "a.data: is no data file of LAMMPS" in complaint(folder, "quench", good,
                                                            file="equilibrium.py")
    (folder / "quench" / "a.data").unlink()
    assert "let the quench go on to its end" in complaint(folder, "quench", good,
                                                          file="equilibrium.py")


def test_the_glasses_that_ship(folder):
    """The numbers of the manual."""
    runs = sorted((folder / "glasses").glob("LBS_*-fast-*.final"))
    words = [f"{path.name.split('-')[0]}=../glasses/{path.stem}" for path in runs]
    out = script(folder, "quench", *words, file="equilibrium.py")
    (heat, error), rows = read(out)
    page = " ".join((ROOT / "doc" / "paper.rst").read_text().split())
    assert f"one heat, {-heat:.2f} +- {error:.2f} eV," in page
    mean = [float(x) for x in re.search(r"at 750 K (\S+) \+- (\S+) %", out).groups()]
    assert f"gives {mean[0]:.0f} +- {mean[1]:.0f} % in the mean of the eleven glasses" in page
    three = [rows[f"LBS_{name}"][2] for name in ("20_60_20", "10_50_40", "40_20_40")]
    assert "At 1000 K it gives {:.0f}, {:.0f} and {:.0f} %".format(*three) in page
    assert len(rows) == 11
