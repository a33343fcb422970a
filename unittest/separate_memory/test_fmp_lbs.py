# SPDX-License-Identifier: GPL-2.0-only
"""fmp/lbs/kk and boron/coord/kk on the separate memory against the plain styles."""
import numpy as np
import pytest

from deck import DSF, SHIK, agree, compare, coulomb_choices, dump, observe, system, thermo
from device import LISTS, faulty_plugin, on_device

LATER = 1.0e-10    # relative, after some steps
MODELS = coulomb_choices("1.0e-4")
COORD = "compute coord all boron/coord types Li B O Si\n"
WORDS = "step pe evdwl ecoul c_s[*] c_coord[*]"
COLUMNS = ("id type fx fy fz c_pea c_sa[1] c_sa[2] c_sa[3] c_sa[4] c_sa[5] c_sa[6] c_coord")
# A fix on the device, or one that takes positions and forces to the host and back.
FIXES = {"device": "fix nve all nve\n", "host": "suffix off\nfix nve all nve\n"}


def deck(model, name="glass", fix="device", steps=6):
    """Lists are built anew in between, and forces are dumped at each step."""
    return (system(name) + model + "\n" + COORD + observe(COLUMNS, max(1, steps), WORDS)
            + dump("id fx fy fz", file="forces.dump").replace("dump all all", "dump f all")
            .replace("dump_modify all", "dump_modify f")
            + "velocity all create 3000.0 4711 loop geom\ntimestep 0.0005\n"
            + "neigh_modify every 3 delay 0 check no\nthermo 2\n" + FIXES[fix] + f"run {steps}\n")


def succeeded(result):
    assert result.status == 0, result.log[-3000:]
    assert "pair fmp/lbs/kk, perpetual" in result.log and "/kk/device" in result.log
    return result


def compare_runs(mine, theirs, model):
    """Energies, pressures and coordination at each step of output, forces at every step."""
    energies = ("PotEng", "E_vdwl") if model == "none" else ("PotEng", "E_vdwl", "E_coul")
    compare(mine, theirs, LATER, energies)
    for name, column in theirs.thermo()[-1].items():
        if name.startswith("c_coord"):
            assert np.array_equal(mine.thermo()[-1][name], column), name
        elif model != "none" or name != "E_coul":
            agree(mine.thermo()[-1][name], column, LATER, 1.0e-3)
    one, two = mine.frames("forces.dump"), theirs.frames("forces.dump")
    assert len(one) == len(two) > 1
    for (step, _, a), (also, _, b) in zip(one, two):
        assert step == also
        agree([a[k] for k in ("fx", "fy", "fz")], [b[k] for k in ("fx", "fy", "fz")], LATER, 1.0)
    assert np.array_equal(mine.atoms()["c_coord"], theirs.atoms()["c_coord"])
    assert mine.atoms()["c_coord"].sum() > 100


@pytest.mark.parametrize("fix", FIXES)
@pytest.mark.parametrize("model", MODELS)
def test_agrees(lmp, model, fix):
    mine = succeeded(on_device(lmp, deck(MODELS[model], fix=fix)))
    compare_runs(mine, lmp(deck(MODELS[model])), model)


@pytest.mark.parametrize("lists", LISTS)
@pytest.mark.parametrize("fix", FIXES)
@pytest.mark.parametrize("name", ["glass_triclinic", "glass"])
def test_lists(lmp, name, fix, lists):
    text = deck(DSF, name, fix)
    compare_runs(succeeded(on_device(lmp, text, LISTS[lists])), lmp(text), "dsf")


@pytest.mark.parametrize("fix", FIXES)
def test_charges_set(lmp, fix):
    """Charges that the style sets reach the device, also those of ghost atoms."""
    wrong = "set type 3 charge -0.3\n"
    text = deck(SHIK, fix=fix).replace("pair_style", wrong + "pair_style")
    compare_runs(succeeded(on_device(lmp, text)), lmp(deck(SHIK)), "shik")


def test_minimize(lmp):
    text = deck(DSF).partition("velocity")[0] + "thermo 5\nminimize 0.0 0.0 5 100\n"
    mine = succeeded(on_device(lmp, text))
    compare(mine, lmp(text), 1.0e-8)


@pytest.mark.parametrize("kind", ["hybrid", "hybrid/overlay"])
@pytest.mark.parametrize("partner", ["lj/cut 6.0", "zbl 4.0 5.0"])
def test_hybrid(lmp, kind, partner):
    """A partner on the device, and one on the host."""
    name = partner.split()[0]
    coeff = "0.01 3.4" if name == "lj/cut" else "8.0 8.0"
    text = deck(DSF).replace("pair_style fmp/lbs 8.0 coul dsf 0.25 8.0",
                             f"pair_style {kind} fmp/lbs 8.0 coul dsf 0.25 8.0 {partner}")
    text = text.replace("data/glass.data ", "data/glass.data extra/atom/types 1 ")
    text = text.replace("pair_coeff * * deng-du-teter.fmp Li B O Si",
                        "mass 5 39.95\ncreate_atoms 5 random 6 911 NULL overlap 1.5 maxtry 1000\n"
                        "pair_coeff * * fmp/lbs deng-du-teter.fmp Li B O Si NULL\n"
                        f"pair_coeff * 5 {name} {coeff}\n")
    text = text.replace("types Li B O Si", "types Li B O Si NULL")
    mine = on_device(lmp, text)
    assert mine.status == 0, mine.log[-3000:]
    compare_runs(mine, lmp(text), "dsf")


def test_restart(lmp):
    text = deck(DSF, steps=5) + "write_restart half.restart\nrun 5\n"
    again = ("read_restart {}/half.restart\n" + COORD + observe(COLUMNS, 5, WORDS)
             + "timestep 0.0005\nfix nve all nve\nrun 5\n")
    mine, theirs = succeeded(on_device(lmp, text)), lmp(text)
    compare(mine, theirs, LATER)
    compare(succeeded(on_device(lmp, again.format(theirs.folder))), theirs, LATER)
    compare(lmp(again.format(mine.folder)), theirs, LATER)


FAULTS = {
    "parameters are not copied": ("Kokkos::deep_copy(d_terms_, host_view(terms_.data(), "
                                  "terms_.size()));", ";"),
    "values of atoms are not copied": ("if (eflag_atom) fetch(eatom, d_eatom_, atoms);", ";"),
    "positions by the host": ("kernel.inum = list->inum;",
                              "kernel.inum = list->inum + (kernel.x(0, 0) > 1e9 ? 1 : 0);"),
}
PAIR = "src/fmp/kk/pair_fmp_lbs_kokkos.cpp"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_seen(lmp, tmp_path, fault):
    """Negative controls: a plugin with a fault that only a separate memory shows."""
    env = faulty_plugin(tmp_path, PAIR, *FAULTS[fault])
    mine = on_device(lmp, deck(SHIK), env=env)
    if mine.status != 0:
        assert "atom:x" in mine.log or "Kokkos" in mine.log, mine.log[-2000:]
        return
    with pytest.raises(AssertionError):
        compare_runs(mine, lmp(deck(SHIK)), "shik")


def test_empty_masks_are_seen(lmp, tmp_path):
    """Without masks, forces of the device are not copied for a fix of the host."""
    change = "datamask_modify = F_MASK | ENERGY_MASK | VIRIAL_MASK;"
    env = faulty_plugin(tmp_path, PAIR, change, change + "\n  datamask_read = datamask_modify = 0;")
    seen = []
    for fix in FIXES:
        mine = on_device(lmp, deck(DSF, fix=fix), env=env)
        try:
            compare_runs(succeeded(mine), lmp(deck(DSF)), "dsf")
            seen.append(False)
        except AssertionError:
            seen.append(True)
    assert any(seen)
