# SPDX-License-Identifier: GPL-2.0-only
"""deepsea/kk against deepsea: on the host, which calls the evaluator of the plain style, and by the
kernels for devices, which the environment forces on the host.
"""
import pathlib
import re
import resource
import subprocess
import time

import numpy as np
import pytest

from deck import agree, dump, environment, needs_kokkos_styles, thermo
from deepsea_glass import COEFF, GLASS, MOVE, ONE, SMALL, TWO, rows
from deepsea_models import frame_deck

pytestmark = needs_kokkos_styles

SAME = 1.0e-12      # relative: the same sums in another order
LATER = 1.0e-10     # relative, after some steps
MIXED = 1.0e-5      # eV/A, of forces in single precision, whose largest here is some eV/A
KERNELS = {"LBS_KOKKOS_KERNELS": "1"}

# Ways to run a deck: arguments of lmp and the environment.
WAYS = {
    "host": ("-k on -sf kk", {}),
    "host, two threads": ("-k on t 2 -sf kk", {}),
    "host, newton off": ("-k on -sf kk -pk kokkos newton off neigh half", {}),
    "host, full lists": ("-k on t 2 -sf kk -pk kokkos newton off neigh full", {}),
    "kernels": ("-k on -sf kk", KERNELS),
    "kernels, two threads": ("-k on t 2 -sf kk", KERNELS),
    "kernels, half lists, newton off": ("-k on t 2 -sf kk -pk kokkos newton off neigh half",
                                        KERNELS),
    "kernels, full lists": ("-k on t 2 -sf kk -pk kokkos newton off neigh full", KERNELS),
}
SOME_WAYS = ["host, two threads", "kernels, two threads", "kernels, full lists"]

# All that the style computes, of each atom and in sum.
OBSERVE = ("compute pea all pe/atom pair\ncompute sa all stress/atom NULL pair\n"
           "compute ca all centroid/stress/atom NULL pair\ncompute s all pressure NULL virial\n")
COLUMNS = ["fx", "fy", "fz", "c_pea", *(f"c_sa[{k}]" for k in range(1, 7)),
           *(f"c_ca[{k}]" for k in range(1, 10))]
SHOW = OBSERVE + thermo("step pe c_s[*]") + dump("id fx fy fz c_pea c_sa[*] c_ca[*]", every=4)
TAIL = SHOW + "run 0\n"
RATTLED = "displace_atoms all random 0.05 0.05 0.05 4711\n"
FEW = ("region few block 0 8 0 8 0 8\ngroup few region few\ngroup rest subtract all few\n"
       "delete_atoms group rest\n")
# Some centers have neighbors that only the general form of the model serves, some overlap nearly.
SQUEEZED = "change_box all x scale 0.8 y scale 0.8 z scale 0.8 remap\n"
CLOSE = "set atom 2 x 12.664 y 13.137 z 5.05\n"    # 0.36 A from atom 1, below every table

STYLES = {
    "double": ONE, "two models": f"{TWO} out_freq 1", "core": f"{ONE} core/zbl 1.2 2.4",
    "no table": f"{ONE} tabulate off", "small chunks": f"{ONE} chunk_memory 0.2",
}


def accelerated(lmp, deck, way, ranks=1):
    """The result of a deck, and that it was the /kk style on a list of KOKKOS."""
    args, env = WAYS[way]
    result = lmp(deck, ranks, args.split(), env=env)
    assert re.search(r"pair deepsea(/kk)?, perp.*\n.*\n +pair build: \S*/kk/", result.log)
    return result


def compare(one, two, tolerance, columns=tuple(COLUMNS)):
    """Sums and atoms of the last step agree."""
    a, b = one.last(), two.last()
    agree([a["PotEng"]], [b["PotEng"]], tolerance, 1.0)
    tensor = [f"c_s[{k}]" for k in range(1, 7)]
    agree([a[k] for k in tensor], [b[k] for k in tensor], tolerance, 100.0)
    x, y = one.atoms(), two.atoms()
    assert np.array_equal(x["id"], y["id"])
    for name in columns:
        agree(x[name], y[name], tolerance, 0.1)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("style", STYLES)
def test_agrees(lmp, plain, style, way):
    deck = f"{GLASS}{RATTLED}{STYLES[style]}\n{COEFF}{TAIL}"
    if style == "no table":    # evaluates a net for each pair
        deck = deck.replace(RATTLED, RATTLED + FEW)
    one, two = accelerated(lmp, deck, way), plain(deck)
    compare(one, two, SAME)
    if style == "two models":
        agree(rows(one), rows(two), 1.0e-6, 0.1)    # as many digits are in the file


@pytest.mark.parametrize("way", SOME_WAYS)
@pytest.mark.parametrize("where", [SQUEEZED, CLOSE], ids=["squeezed", "close"])
def test_agrees_at_short_distances(lmp, plain, where, way):
    deck = f"{GLASS}{where}{ONE} short off\n{COEFF}{TAIL}"
    compare(accelerated(lmp, deck, way), plain(deck), SAME)


@pytest.mark.parametrize("way", ["host", "kernels, two threads"])
@pytest.mark.parametrize("name", ["triclinic", "small", "cluster"])
def test_agrees_in_other_cells(lmp, models, tmp_path, plain, name, way):
    """Another model, without the exact form of the first, tilted, below its cutoff, and free."""
    names = ["Li", "B", "O", "Si"]
    deck = (frame_deck(name, names, tmp_path) + f"pair_style deepsea {models('tanh_two')}\n"
            + f"pair_coeff * * {' '.join(names)}\n" + TAIL)
    compare(accelerated(lmp, deck, way), plain(deck), SAME)


@pytest.mark.parametrize("way", ["host, two threads", "kernels", "kernels, full lists"])
def test_mixed(lmp, plain, way):
    deck = f"{GLASS}{RATTLED}{ONE} precision mixed\n{COEFF}{TAIL}"
    one, two = accelerated(lmp, deck, way), plain(deck)
    for k in ("fx", "fy", "fz"):
        assert np.abs(two.atoms()[k]).max() > 1.0
        assert np.abs(one.atoms()[k] - two.atoms()[k]).max() < MIXED
    agree([one.last()["PotEng"]], [two.last()["PotEng"]], 1.0e-7, 1.0)
    exact = plain(deck.replace("precision mixed", ""))
    with pytest.raises(AssertionError, match="relative difference"):
        compare(one, exact, SAME)


def test_a_small_change_is_seen(lmp, plain):
    """Negative control of the comparison: the energies of silicon are changed by 1e-9."""
    tail = "fix a all adapt 0 pair deepsea scale 4 4 v_f\nvariable f equal {}\n" + TAIL
    deck = GLASS + ONE + "\n" + COEFF + tail
    for factor in (1.0, 0.5):
        compare(accelerated(lmp, deck.format(factor), "kernels"), plain(deck.format(factor)), SAME)
    for way in ("kernels", "host"):
        with pytest.raises(AssertionError, match="relative difference"):
            compare(accelerated(lmp, deck.format(1.000000001), way), plain(deck.format(1.0)), SAME)


RUN = MOVE.replace("300.0", "3000.0") + "neigh_modify every 2 delay 0 check no\nthermo 4\nrun 8\n"


@pytest.mark.parametrize("way", SOME_WAYS)
@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_dynamics(lmp, plain, ranks, way):
    """Steps with and without energies, rebuilt lists, atoms that change ranks."""
    deck = GLASS + ONE + "\n" + COEFF + SHOW + RUN
    compare(accelerated(lmp, deck, way, ranks), plain(deck), LATER)


@pytest.mark.parametrize("way", ["kernels", "kernels, full lists"])
def test_several_models_on_ranks(lmp, plain, way):
    deck = GLASS + f"{TWO} out_freq 4 atomic\n" + COEFF + SHOW + RUN
    one, two = accelerated(lmp, deck, way, 2), plain(deck)
    compare(one, two, LATER)
    agree(rows(one), rows(two), 1.0e-6, 0.1)
    assert rows(one).shape == (3, 307)


@pytest.mark.parametrize("way", ["kernels", "kernels, full lists"])
def test_tiled_decomposition(lmp, plain, way):
    """A rank at a border that is not periodic unpacks forces before it packs any."""
    deck = "boundary p p f\n" + GLASS + ONE + "\n" + COEFF + TAIL
    compare(accelerated(lmp, "processors 1 1 2\ncomm_style tiled\n" + deck, way, 2), plain(deck),
            SAME)


@pytest.mark.parametrize("way", ["kernels", "kernels, full lists"])
def test_empty_ranks(lmp, models, tmp_path, plain, way):
    names = ["Li", "B", "O", "Si"]
    deck = (frame_deck("cluster", names, tmp_path)
            + f"pair_style deepsea {models('tanh_two')} core/zbl 1.4 2.0\n"
            + f"pair_coeff * * {' '.join(names)}\n" + TAIL)
    compare(accelerated(lmp, "processors 4 1 1\n" + deck, way, 4), plain(deck), SAME)


@pytest.mark.parametrize("way", ["host, two threads", "kernels"])
def test_host_fix(lmp, plain, way):
    """A fix without a /kk style adds to the forces, and a dump shows them."""
    host_fix = "fix spring all spring tether 5.0 1 2 3 4.0\n"
    deck = GLASS + ONE + "\n" + COEFF + SHOW + "{}" + RUN
    compare(accelerated(lmp, deck.format(host_fix), way), plain(deck.format(host_fix)), LATER)
    with pytest.raises(AssertionError, match="relative difference"):
        compare(plain(deck.format("")), plain(deck.format(host_fix)), LATER)


@pytest.mark.parametrize("way", ["host, two threads", "kernels"])
def test_minimize(lmp, plain, way):
    deck = (GLASS + RATTLED + ONE + "\n" + COEFF + SHOW
            + "min_style cg\nthermo 10\nminimize 0.0 0.0 10 100\n")
    compare(accelerated(lmp, deck, way), plain(deck), 1.0e-8)


@pytest.mark.parametrize("way", ["host, two threads", "kernels"])
@pytest.mark.parametrize("kind", ["hybrid", "hybrid/overlay"])
@pytest.mark.parametrize("partner", ["lj/cut 5.0", "born 5.0"])
def test_hybrid(lmp, plain, kind, partner, way):
    """A partner with a /kk style of its own, and one without, on lithium."""
    name = partner.split()[0]
    coeff = "0.02 2.0" if name == "lj/cut" else "1.0 0.3 2.0 0.5 0.0"
    deck = (GLASS + ONE.replace("deepsea", f"{kind} deepsea", 1) + f" {partner}\n"
            "pair_coeff * * deepsea NULL B O Si\n" f"pair_coeff 1 * {name} {coeff}\n" + TAIL)
    args, env = WAYS[way]
    compare(lmp(deck, 1, args.split(), env=env), plain(deck), SAME)


@pytest.mark.parametrize("way", ["host", "kernels"])
def test_restart(lmp, way):
    """A run goes on in either style from the restart file of the other."""
    first = (GLASS + ONE + "\n" + COEFF + MOVE + SHOW + "run 4\nwrite_restart half.restart\n"
             "run 4\n")
    again = "read_restart {}/half.restart\nfix nve all nve\n" + SHOW + "run 4\n"
    whole, mine = lmp(first), accelerated(lmp, first, way)
    compare(accelerated(lmp, again.format(whole.folder), way), whole, LATER)
    compare(lmp(again.format(mine.folder)), whole, LATER)


@pytest.mark.parametrize("way", ["host", "kernels"])
def test_swapped_types(lmp, plain, way):
    """Monte Carlo moves change types and keep the list."""
    deck = (GLASS + ONE + "\n" + COEFF + SHOW + "fix swap all atom/swap 1 12 4711 1.0e6 types 2 4\n"
            "thermo 1\nneigh_modify delay 100 every 100\nrun 2\n")
    one, two = accelerated(lmp, deck, way), plain(deck)
    compare(one, two, SAME)
    energies = two.thermo()[-1]["PotEng"]
    assert abs(energies[-1] - energies[0]) > 1.0


@pytest.mark.parametrize("way", ["host", "kernels", "kernels, full lists"])
def test_atoms_on_one_spot_stop(lmp, way):
    args, env = WAYS[way]
    deck = GLASS + "set atom 2 x 12.664288 y 13.136988 z 4.694414\n" + ONE + "\n" + COEFF + TAIL
    lmp.fails(deck, "pair deepsea: atoms 1 and 2 are on top of each other at step 0",
              args=args.split(), env=env)


@pytest.mark.parametrize("way", ["host", "kernels"])
def test_lost_coordinates_stop(lmp, way):
    """A velocity that is no number makes a place that is none, in a step without energies."""
    args, env = WAYS[way]
    deck = (GLASS + ONE + "\n" + COEFF + MOVE + "thermo 100\nrun 2\ngroup one id 7\n"
            "neigh_modify delay 100 every 100 check no\n"
            "variable bad atom 1e200*1e200-1e200*1e200\n{}run 5\n")
    lmp.fails(deck.format("velocity one set v_bad 0 0\n"), "is not a finite number at step 3",
              args=args.split(), env=env)
    assert "Loop time" in lmp(deck.format(""), args=args.split(), env=env).log


@pytest.mark.parametrize("way", ["host", "kernels, two threads"])
def test_short_pairs_are_counted(lmp, models, tmp_path, plain, way):
    names = ["Li", "B", "O", "Si"]
    deck = (frame_deck("glass", names, tmp_path) + f"pair_style deepsea {models('tanh_two')}\n"
            + f"pair_coeff * * {' '.join(names)}\n" + SQUEEZED
            + "compute d all pair deepsea\n" + thermo("step pe c_d[7]") + "fix nve all nve\n"
            "timestep 0.0002\nthermo 1\nrun 2\n")
    one, two = accelerated(lmp, deck, way), plain(deck)
    assert np.array_equal(one.thermo()[-1]["c_d[7]"], two.thermo()[-1]["c_d[7]"])
    assert two.last()["c_d[7]"] > 5
    said = r"WARNING: pair deepsea: atoms (.*?); further"
    assert re.findall(said, one.log)[0] == re.findall(said, two.log)[0]


def run_in_memory(folder, deck, limit):
    """A deck by the kernels that may have `limit` bytes of memory: (status, output, most used)."""
    folder.mkdir()
    (folder / "in.deck").write_text(deck)
    with subprocess.Popen(
            ["lmp", "-in", "in.deck", "-k", "on", "-sf", "kk"], cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**environment(1), **KERNELS},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit))) as lmp:
        most = 0
        status = pathlib.Path(f"/proc/{lmp.pid}/status")
        while lmp.poll() is None:
            found = re.search(r"VmPeak:\s*(\d+) kB", status.read_text())
            most = max(most, 1024 * int(found[1])) if found else most
            time.sleep(0.01)
        return lmp.returncode, lmp.stdout.read(), most


def test_too_little_memory_is_an_error(tmp_path):
    """The error names the keyword, and less memory at a time is the remedy."""
    deck = GLASS + "replicate 2 2 3\n" + ONE + " chunk_memory {}\n" + COEFF + "run 0\n"
    status, said, most = run_in_memory(tmp_path / "any", deck.format(1), resource.RLIM_INFINITY)
    assert status == 0 and most > 0, said
    status, said, _ = run_in_memory(tmp_path / "less", deck.format(1000), most + (10 << 20))
    assert status != 0
    assert "ERROR" in said and "pair deepsea: there is not enough memory for" in said
    assert "use a smaller 'chunk_memory' in pair_style deepsea" in said


@pytest.mark.parametrize("suffix", ["kk", "kk/device", "kk/host"])
def test_needs_kokkos_switched_on(lmp, suffix):
    deck = GLASS + ONE.replace("deepsea", f"deepsea/{suffix}", 1) + "\n" + COEFF + TAIL
    lmp.fails(deck, "pair deepsea/kk needs the KOKKOS package switched on: start LAMMPS with"
                    " '-k on'")
    assert lmp(deck, args=("-k", "on", "-sf", "kk")).last()["PotEng"] < -1000.0


def test_models_are_opened_as_one(lmp, plain):
    """Three models share the memory of their chunks."""
    files = " ".join(map(str, SMALL))
    deck = f"{GLASS}pair_style deepsea {files} out_freq 1 chunk_memory 0.5\n{COEFF}{TAIL}"
    compare(accelerated(lmp, deck, "kernels"), plain(deck), SAME)
