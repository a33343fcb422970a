# SPDX-License-Identifier: GPL-2.0-only
"""fmp/lbs/kk against fmp/lbs: on the host, which runs the loop of the plain style by threads, and
by the kernels for devices, which the environment forces on the host.
"""
import re

import numpy as np
import pytest

from deck import (DENG_DU, DSF, agree, compare, coulomb_choices, data_text, dump,
                  needs_deepsea, needs_kokkos_styles, observe, system, thermo)
from test_changing_atoms import EXCLUDED, bonded

pytestmark = needs_kokkos_styles

SAME = 1.0e-12     # relative: the same sums in another order
LATER = 1.0e-10    # relative, after some steps
TAIL = observe() + "run 0\n"
KERNELS = {"LBS_KOKKOS_KERNELS": "1"}

# Ways to run a deck: arguments of lmp and the environment.
WAYS = {
    "host": ("-k on -sf kk", {}),
    "host, two threads": ("-k on t 2 -sf kk", {}),
    "host, newton off": ("-k on -sf kk -pk kokkos newton off neigh half", {}),
    "host, asked for full lists": ("-k on t 2 -sf kk -pk kokkos newton off neigh full", {}),
    "kernels": ("-k on -sf kk", KERNELS),
    "kernels, two threads": ("-k on t 2 -sf kk", KERNELS),
    "kernels, half lists, newton off": ("-k on t 2 -sf kk -pk kokkos newton off neigh half",
                                        KERNELS),
    "kernels, full lists": ("-k on t 2 -sf kk -pk kokkos newton off neigh full", KERNELS),
    "kernels, teams": ("-k on t 2 -sf kk -pk kokkos newton off neigh full neigh/thread on",
                       KERNELS),
    "kernels, teams, half lists": (
        "-k on t 2 -sf kk -pk kokkos newton off neigh half neigh/thread on", KERNELS),
}

# Ewald sums have no /kk style that could differ.
MODELS = coulomb_choices("1.0e-5")


def accelerated(lmp, deck, way, ranks=1, prefix=""):
    """The result of a deck, and that it was the /kk style."""
    args, env = WAYS[way]
    result = lmp(prefix + deck, ranks, args.split(), env=env)
    # under a hybrid style the log leaves /kk out of the name
    assert re.search(r"pair fmp/lbs(/kk)?, perp.*\n.*\n +pair build: \S*/kk/", result.log)
    return result


def compare_model(one, two, model, tolerance=SAME):
    energies = ("PotEng", "E_vdwl") if model == "none" else ("PotEng", "E_vdwl", "E_coul")
    compare(one, two, tolerance, energies)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("model", MODELS)
def test_agrees(lmp, plain, model, way):
    deck = system("glass") + MODELS[model] + "\n" + TAIL
    compare_model(accelerated(lmp, deck, way), plain(deck), model)


@pytest.mark.parametrize("way", ["host, two threads", "kernels", "kernels, full lists"])
@pytest.mark.parametrize("model", ["dsf", "shik"])
@pytest.mark.parametrize("name", ["glass_triclinic", "tiny"])
def test_agrees_in_other_cells(lmp, plain, name, model, way):
    deck = system(name) + MODELS[model] + "\n" + TAIL
    compare_model(accelerated(lmp, deck, way), plain(deck), model)


def test_a_small_change_is_seen(lmp, plain):
    """Negative control of the comparison: one amplitude of ten is changed by 1e-9."""
    tail = "fix a all adapt 0 pair fmp/lbs a 2 3 v_f scale yes\nvariable f equal {}\n" + TAIL
    deck = system("glass") + DSF + "\n" + tail
    compare(accelerated(lmp, deck.format(1.0), "kernels"), plain(deck.format(1.0)), SAME)
    for way in ("kernels", "host"):
        with pytest.raises(AssertionError, match="relative difference"):
            compare(accelerated(lmp, deck.format(1.000000001), way), plain(deck.format(1.0)), SAME)


RUN = ("velocity all create 3000.0 4711 loop geom\nfix nve all nve\ntimestep 0.0005\n"
       "neigh_modify every 2 delay 0 check no\nthermo 4\nrun 12\n")


@pytest.mark.parametrize("way", ["host", "host, two threads", "kernels, two threads",
                                 "kernels, full lists"])
@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_dynamics(lmp, plain, ranks, way):
    """Steps with and without energies, rebuilt lists, atoms that change ranks."""
    deck = system("glass") + DSF + "\n" + observe(every=12) + RUN
    compare(accelerated(lmp, deck, way, ranks), plain(deck), LATER)


@pytest.mark.parametrize("way", ["host, two threads", "kernels", "kernels, full lists"])
def test_no_energies_asked_for(lmp, plain, way):
    """Forces alone take another kernel; dumped ones and a pressure without energy."""
    deck = (system("glass") + DSF + "\nfix nvt all npt temp 500 500 0.05 iso 0 0 0.5\n"
            + "velocity all create 500.0 4711 loop geom\ncompute s all pressure NULL virial\n"
            + thermo("step c_s[*]") + dump("id fx fy fz", every=1) + "thermo 6\nrun 6\n")
    one, two = accelerated(lmp, deck, way), plain(deck)
    for (step, _, mine), (also, _, theirs) in zip(one.frames(), two.frames()):
        assert step == also
        agree([mine[k] for k in ("fx", "fy", "fz")], [theirs[k] for k in ("fx", "fy", "fz")],
              LATER, 1.0)
    assert len(one.frames()) == 7
    tensor = [f"c_s[{k}]" for k in range(1, 7)]
    agree([one.last()[k] for k in tensor], [two.last()[k] for k in tensor], LATER, 100.0)


@pytest.mark.parametrize("way", ["host, two threads", "kernels, full lists"])
def test_minimize(lmp, plain, way):
    deck = (system("glass") + DSF + "\n" + observe(every=10)
            + "min_style cg\nthermo 10\nminimize 0.0 0.0 10 100\n")
    compare(accelerated(lmp, deck, way), plain(deck), 1.0e-8)


@pytest.mark.parametrize("way", ["host, two threads", "kernels, two threads",
                                 "kernels, full lists"])
@pytest.mark.parametrize("coulomb", ["dsf", "long"])
def test_special_bonds(lmp, plain, tmp_path, coulomb, way):
    deck = (bonded(tmp_path / "bonded.data")
            + "special_bonds lj 1.0e-20 0.5 1.0 coul 0.5 1.0e-20 1.0\n" + MODELS[coulomb] + "\n"
            + TAIL)
    accelerated_result = accelerated(lmp, deck, way)
    compare(accelerated_result, plain(deck), SAME)
    whole = plain(deck.replace("0.5", "1.0").replace("1.0e-20", "1.0"))
    assert abs(accelerated_result.last()["PotEng"] - whole.last()["PotEng"]) > 1.0


@pytest.mark.parametrize("way", ["host, two threads", "kernels, two threads",
                                 "kernels, full lists"])
@pytest.mark.parametrize("case", EXCLUDED)
def test_exclude(lmp, plain, case, way):
    deck = f"{system()}{DSF}\n{EXCLUDED[case]}\n{TAIL}"
    compare(accelerated(lmp, deck, way), plain(deck), SAME)


@pytest.mark.parametrize("way", ["host, two threads", "kernels, two threads",
                                 "kernels, full lists"])
@pytest.mark.parametrize("kind", ["hybrid", "hybrid/overlay"])
@pytest.mark.parametrize("plain_partner", [False, True])
def test_hybrid(lmp, plain, kind, plain_partner, way):
    """A partner with a /kk style of its own, and one without, on a fifth type."""
    partner, coeff = (("coul/wolf 0.2 7.0", "") if plain_partner else ("lj/cut 6.0", "0.01 3.4"))
    name = partner.split()[0]
    deck = (system(extra="extra/atom/types 1") + "mass 5 39.95\n"
            "create_atoms 5 random 6 911 NULL overlap 1.5 maxtry 1000\n"
            f"pair_style {kind} fmp/lbs 8.0 coul dsf 0.25 8.0 {partner}\n"
            "pair_coeff * * fmp/lbs deng-du-teter.fmp Li B O Si NULL\n"
            f"pair_coeff * 5 {name} {coeff}\n" + TAIL)
    if plain_partner:
        deck = deck.replace("pair_coeff * 5", "set type 5 charge 0.5\npair_coeff * 5")
    compare(accelerated(lmp, deck, way), plain(deck), SAME)


@pytest.mark.parametrize("way", ["host", "kernels, full lists"])
def test_restart(lmp, way):
    """A run goes on in either style from the restart file of the other."""
    first = (system() + DSF + "\nvelocity all create 1000.0 77 loop geom\nfix nve all nve\n"
             + observe(every=10) + "run 10\nwrite_restart half.restart\nrun 10\n")
    again = "read_restart {}/half.restart\nfix nve all nve\n" + observe(every=10) + "run 10\n"
    whole, mine = lmp(first), accelerated(lmp, first, way)
    compare(accelerated(lmp, again.format(whole.folder), way), whole, LATER)
    compare(lmp(again.format(mine.folder)), whole, LATER)


def together(tmp_path):
    """Two oxygens come together in the third step."""
    types = np.array([3, 3, 4])
    x = np.array([[5.0, 5.0, 5.0], [5.0, 5.0, 7.0], [20.0, 20.0, 20.0]])
    path = tmp_path / "two.data"
    path.write_text(data_text(30.0 * np.eye(3), types, x, [0.0, 0.0, 0.0]))
    return (f"units metal\natom_style charge\nread_data {path}\nneighbor 3.0 bin\n"
            "pair_style fmp/lbs 8.0 coul none\n"
            f"{DENG_DU} charges set\n" "fix move all move linear 0 0 1\n"
            "group one id 2\nfix still one move linear 0 0 0\ntimestep 1.0\n")


@pytest.mark.parametrize("way", ["host, two threads", "kernels", "kernels, full lists"])
@pytest.mark.parametrize("thermo_every", [1, 100])
def test_collision(lmp, tmp_path, way, thermo_every):
    """Found at once in steps with energies, and at the latest one step later in others."""
    args, env = WAYS[way]
    deck = together(tmp_path) + f"thermo {thermo_every}\n"
    lmp.fails(deck + "run 30\n", "pair fmp/lbs: atoms 1 and 2 are on one spot", args=args.split(),
              env=env)
    result = lmp(deck + "run 1\n", args=args.split(), env=env)
    assert "Loop time" in result.log


@pytest.mark.parametrize("way", ["host", "host, two threads", "kernels, two threads"])
@pytest.mark.parametrize("ranks", [1, 2])
def test_coordination(lmp, plain, ranks, way):
    """Counts of a hot glass, which have to be equal at every step, and of one group."""
    deck = (system("glass") + DSF + "\ngroup some id <= 200\n"
            "compute all all boron/coord types Li B O Si\n"
            "compute some some boron/coord types Li B O Si\n"
            + thermo("step c_all[*] c_some[*]")
            + dump("id x y z c_all c_some", every=10) + "thermo 5\n"
            "velocity all create 6000.0 31 loop geom\nfix nve all nve\nrun 20\n"
            "info out log computes\n")
    mine, theirs = accelerated(lmp, deck, way, ranks), plain(deck)
    assert "boron/coord/kk" in mine.log and "boron/coord/kk" not in theirs.log
    one, two = mine.thermo()[-1], theirs.thermo()[-1]
    assert sum(one[f"c_all[{k}]"].max() for k in (2, 3, 6)) > 50
    assert any(column.min() < column.max() for column in one.values())
    for name, column in two.items():
        assert np.array_equal(one[name], column), name
    for (_, _, a), (_, _, b) in zip(mine.frames(), theirs.frames()):
        for name in ("c_all", "c_some"):
            assert np.array_equal(a[name], b[name]) and a[name].sum() > 100


@pytest.mark.parametrize("suffix", ["kk", "kk/device", "kk/host"])
def test_needs_kokkos_switched_on(lmp, suffix):
    deck = system() + DSF.replace("fmp/lbs", f"fmp/lbs/{suffix}") + "\n" + TAIL
    lmp.fails(deck, "pair fmp/lbs/kk needs the KOKKOS package switched on: start LAMMPS with"
                    " '-k on'")
    assert lmp(deck, args=("-k", "on", "-sf", "kk")).last()["PotEng"] < -1000.0
    lmp.fails(system() + f"compute c all boron/coord/{suffix} types Li B O Si\n",
              "compute boron/coord/kk needs the KOKKOS package switched on")


MOLECULE = """units metal
atom_style charge
boundary f f f
processors 2 1 1
region box block 0 60 0 20 0 20
create_box 4 box
mass 1 6.941
mass 2 10.811
mass 3 15.999
mass 4 28.0855
create_atoms 3 single 40 10 10
create_atoms 3 single 42 10 10
create_atoms 4 single 41 11 10
create_atoms 1 single 41 8 10
create_atoms 2 single 41 12.5 10.3
neighbor 1.0 bin
"""
IN_HYBRID = {
    "fmp/lbs": ("5.0 coul dsf 0.25 5.0",
                "deng-du-teter.fmp NULL B O Si composition B2O3 40 SiO2 60 charges set"),
    "deepsea": ("lbs-fast.deepsea.pt", "NULL B O Si"),
}


@pytest.mark.parametrize("way", ["host", "kernels"])
@pytest.mark.parametrize("style", ["fmp/lbs", pytest.param("deepsea", marks=needs_deepsea)])
def test_a_rank_that_loses_its_last_atom(lmp, style, way):
    """In a hybrid style LAMMPS leaves the number of rows there that the list had before."""
    words, coeff = IN_HYBRID[style]
    deck = (MOLECULE + f"pair_style hybrid/overlay {style} {words} zero 6.0\n"
            f"pair_coeff * * {style} {coeff}\npair_coeff * * zero\n" + thermo("step pe")
            + dump("id fx fy fz") + "run 0\ndisplace_atoms all move -27 0 0\nrun 0\n")
    plain = lmp(deck, 2)
    args, env = WAYS[way]
    there, moved = (table["PotEng"] for table in lmp(deck, 2, args.split(), env=env).thermo())
    expected = [table["PotEng"] for table in plain.thermo()]
    agree([there, moved], expected, SAME, 1.0)
    agree(moved, there, SAME, 1.0)
