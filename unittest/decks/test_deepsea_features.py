# SPDX-License-Identifier: GPL-2.0-only
"""pair_style deepsea in company: units, hybrid, scale, core, short pairs, models."""
import re
import subprocess
import sys

import numpy as np
import pytest

from deck import ROOT, agree, by_threads, dump, thermo
from deepsea_models import frame_deck, reference

NAMES = ["Li", "B", "O", "Si"]
SAME = 1.0e-11
KCAL = 23.060549    # kcal/mol per eV, the constant of LAMMPS' conversion from metal to real
COLUMNS = "id type fx fy fz"
# All values of atoms, whatever else a deck prints and dumps.
ALL_COLUMNS = "id c_pea " + " ".join([f"c_sa[{k}]" for k in range(1, 7)]
                                     + [f"c_ca[{k}]" for k in range(1, 10)])
ALL = ("compute pea all pe/atom pair\ncompute sa all stress/atom NULL pair\n"
       "compute ca all centroid/stress/atom NULL pair\n"
       f"dump values all custom 1 all.dump {ALL_COLUMNS}\n"
       "dump_modify values sort id format float %.17g\n")
START = "velocity all create 300.0 4711 loop geom\nfix nve all nve\ntimestep 0.0005\n"


def deck(models, folder, style="", model="tanh_two", frame="glass", after="", run="run 0"):
    return (frame_deck(frame, NAMES, folder)
            + f"pair_style deepsea {models(model)} {style}\npair_coeff * * {' '.join(NAMES)}\n"
            + after + thermo("step pe press") + dump(COLUMNS) + run + "\n")


def forces(result):
    atoms = result.atoms()
    return np.transpose([atoms["fx"], atoms["fy"], atoms["fz"]])


def test_real_units(lmp, models, tmp_path):
    metal = lmp(deck(models, tmp_path))
    real = lmp(deck(models, tmp_path).replace("units metal", "units real"))
    agree([real.last()["PotEng"]], [metal.last()["PotEng"] * KCAL], 1e-7, 1.0)
    agree(forces(real), forces(metal) * KCAL, 1e-7, 0.5)


def test_all_results_in_real_units(lmp, models, tmp_path):
    """Of several models with a core: energies, pressure, values of atoms and deviations."""
    def call(units, level):
        # The core is switched off at half a bond, where it matters more than the model.
        style = f"core/zbl 1.0 2.2 short off out_freq 1 relative {level!r}"
        text = several(models, tmp_path, style, ALL + thermo("step pe press c_devi[*]") + "run 0")
        return lmp(text.replace("units metal", f"units {units}"))

    metal, real = call("metal", 0.5), call("real", 0.5 * KCAL)
    for name, factor, floor in (("PotEng", KCAL, 1.0), ("Press", 1.0 / 1.01325, 1e4)):
        agree([real.last()[name]], [metal.last()[name] * factor], 1e-7, floor)
    one, two = (r.atoms("all.dump") for r in (metal, real))
    agree(two["c_pea"], one["c_pea"] * KCAL, 1e-7, 1.0)
    for k in range(1, 7):
        agree(two[f"c_sa[{k}]"], one[f"c_sa[{k}]"] / 1.01325, 1e-7, 1e5)
    # Relative deviations of forces are numbers; those of virials are energies an atom.
    rows = [np.loadtxt(r.folder / "model_devi.out") for r in (metal, real)]
    agree(rows[1][1:4], rows[0][1:4] * KCAL, 1e-5, 1e-3)
    agree(rows[1][4:7], rows[0][4:7], 1e-5, 0.01)
    agree([real.last()["c_devi[1]"]], [metal.last()["c_devi[1]"]], 1e-7, 0.01)


def test_types_may_stand_in_any_order(lmp, models, tmp_path):
    order = ["Si", "O", "Li", "B"]
    text = (frame_deck("glass", order, tmp_path)
            + f"pair_style deepsea {models('tanh_two')}\npair_coeff * * {' '.join(order)}\n"
            + thermo("step pe") + dump(COLUMNS) + "run 0\n")
    agree(forces(lmp(text)), forces(lmp(deck(models, tmp_path))), SAME, 0.5)


def test_hybrid_overlay_with_itself_doubles(lmp, models, tmp_path):
    twice = (frame_deck("glass", NAMES, tmp_path)
             + f"pair_style hybrid/overlay deepsea {models('tanh_two')} deepsea "
             + f"{models('tanh_two')}\npair_coeff * * deepsea 1 Li B O Si\n"
             + "pair_coeff * * deepsea 2 Li B O Si\n" + thermo("step pe press")
             + dump(COLUMNS) + "run 0\n")
    one, two = lmp(deck(models, tmp_path)), lmp(twice)
    agree(forces(two), 2 * forces(one), SAME, 0.5)
    agree([two.last()["PotEng"]], [2 * one.last()["PotEng"]], SAME, 1.0)


def test_types_of_another_style(lmp, models, tmp_path):
    """Lithium by lj/cut in a hybrid: deepsea then acts as if there were no lithium."""
    hybrid = (frame_deck("glass", NAMES, tmp_path)
              + f"pair_style hybrid deepsea {models('tanh_two')} lj/cut 3.0\n"
              + "pair_coeff * * deepsea NULL B O Si\npair_coeff 1 * lj/cut 0.0 1.0\n"
              + thermo("step pe press") + dump(COLUMNS) + "run 0\n")
    without = deck(models, tmp_path, after="group li type 1\ndelete_atoms group li compress no\n")
    one, two = lmp(without), lmp(hybrid)
    agree([two.last()["PotEng"]], [one.last()["PotEng"]], SAME, 1.0)
    kept = two.atoms()["type"] > 1
    assert 0 < kept.sum() < len(kept)
    agree(forces(two)[kept], forces(one), SAME, 0.5)
    assert np.all(forces(two)[~kept] == 0.0)


def test_scale_by_fix_adapt(lmp, models, tmp_path):
    scaled = deck(models, tmp_path, after="variable half equal 0.5\n"
                  "fix scale all adapt 1 pair deepsea scale * * v_half\n")
    one, half = lmp(deck(models, tmp_path)), lmp(scaled)
    agree(forces(half), 0.5 * forces(one), SAME, 0.2)
    agree([half.last()["PotEng"]], [0.5 * one.last()["PotEng"]], SAME, 1.0)


def test_scale_of_one_type(lmp, models, tmp_path):
    """Is that of the energies of its atoms, and forces are the slopes of their sum."""
    pea = "compute pea all pe/atom pair\n"
    one = lmp(deck(models, tmp_path, after=pea).replace(COLUMNS, COLUMNS + " c_pea"))
    half = deck(models, tmp_path, after="variable half equal 0.5\n"
                "fix scale all adapt 1 pair deepsea scale 3 3 v_half\n")
    factor = np.where(one.atoms()["type"] == 3, 0.5, 1.0)
    assert 0 < (factor == 0.5).sum() < len(factor)
    expected = (factor * one.atoms()["c_pea"]).sum()
    result = lmp(half)
    agree([result.last()["PotEng"]], [expected], SAME, 1.0)
    assert abs(expected - one.last()["PotEng"]) > 1.0
    step = 1e-4
    slopes = [[lmp(half.replace("run 0", f"displace_atoms atom move {x} 0 0\nrun 0", 1)
                   .replace("dump all", f"group atom id {atom}\ndump all", 1)).last()["PotEng"]
               for x in (step, -step)] for atom in (1, 40)]
    numbers = [-(up - down) / (2.0 * step) for up, down in slopes]
    agree(numbers, forces(result)[[0, 39], 0], 1e-5, 0.1)


def test_types_of_one_element_have_one_scale(lmp, models, tmp_path):
    """The model sees elements, not types."""
    text = deck(models, tmp_path, after="variable half equal 0.5\n"
                "fix scale all adapt 1 pair deepsea scale 3 3 v_half\n")
    lmp.fails(text.replace("pair_coeff * * Li B O Si", "pair_coeff * * Li B O O"),
              "atom types of one element (O) have different scales")


def test_scale_of_a_pair_of_types_is_refused(lmp, models, tmp_path):
    lmp.fails(deck(models, tmp_path, after="variable half equal 0.5\n"
                   "fix scale all adapt 1 pair deepsea scale 1 2 v_half\n"),
              "a scale belongs to the energies of an atom type, not to the pair of types 1 and 2")


def zbl_deck(folder):
    """The core alone, by LAMMPS' own style."""
    return (frame_deck("glass", NAMES, folder) + "pair_style zbl 1.0 2.2\n"
            + "".join(f"pair_coeff {k} {k} {z} {z}\n" for k, z in enumerate((3, 5, 8, 14), 1))
            + thermo("step pe press") + dump(COLUMNS) + "run 0\n")


def test_core_is_lammps_own_zbl(lmp, models, tmp_path):
    plain = deck(models, tmp_path, "short off")
    core = lmp(deck(models, tmp_path, "core/zbl 1.0 2.2 short off"))
    one, added = lmp(plain), lmp(zbl_deck(tmp_path))
    agree(forces(core) - forces(one), forces(added), 1e-10, 1.0)
    for name in ("PotEng", "Press"):
        agree([core.last()[name] - one.last()[name]], [added.last()[name]], 1e-10, 1.0)


def test_values_of_atoms_of_the_core_are_those_of_zbl(lmp, models, tmp_path):
    """Energies, stresses and centroid stresses."""
    def call(text):
        return lmp(text.replace("run 0", ALL + "run 0")).atoms("all.dump")

    plain, core = (call(deck(models, tmp_path, f"{style} short off"))
                   for style in ("", "core/zbl 1.0 2.2"))
    zbl = call(zbl_deck(tmp_path))
    for name in ALL_COLUMNS.split()[1:]:
        agree(core[name] - plain[name], zbl[name], 1e-9, 0.1)


def test_core_leaves_what_is_farther(lmp, models, tmp_path):
    one = lmp(deck(models, tmp_path))
    far = lmp(deck(models, tmp_path, "core/zbl 0.5 1.0"))
    assert np.array_equal(forces(one), forces(far))


def test_core_that_reaches_bonds_is_told(lmp, models, tmp_path):
    """min_nbor_dist of this model is 1.5 A, that of no pair more than 2.2 A is noticed."""
    told = "core/zbl reaches to {} A, but the training set of"
    wide = lmp(deck(models, tmp_path, "core/zbl 1.0 2.3"))
    assert wide.log.count(told.format("2.3")) == 1 and "has Li-Li from 1.5 A on" in wide.log
    assert "core/zbl reaches" not in lmp(deck(models, tmp_path, "core/zbl 1.0 2.2")).log


def test_one_model_has_no_deviation(lmp, models, tmp_path):
    result = lmp(deck(models, tmp_path, run=COUNT + "run 1"))
    for k in range(1, 7):
        assert np.isnan(result.thermo()[-1][f"c_pair[{k}]"]).all()
    assert np.array_equal(result.thermo()[-1]["c_pair[7]"], [0.0, 0.0])


SQUEEZE = "change_box all x scale 0.8 y scale 0.8 z scale 0.8 remap\n"
COUNT = "compute pair all pair deepsea\nthermo_style custom step pe c_pair[*]\n"


def test_short_pairs_are_told_and_counted(lmp, models, tmp_path):
    """min_nbor_dist of this model is 1.5 A; squeezing brings pairs below it."""
    bound = reference("tanh_two")["min_nbor_dist"]
    warned = lmp(deck(models, tmp_path, after=SQUEEZE, run=COUNT + "run 2"))
    assert warned.log.count("closer than the 1.5 A of the training set") >= 1
    assert warned.log.count("WARNING: pair deepsea: atoms") == 1
    assert "apart at step 0" in warned.log and bound < 1.6
    counts = warned.thermo()[-1]["c_pair[7]"]
    assert counts[0] >= 1 and counts[-1] > counts[0]
    silent = lmp(deck(models, tmp_path, "short off", after=SQUEEZE, run=COUNT + "run 2"))
    assert "closer than" not in silent.log and silent.thermo()[-1]["c_pair[7]"][-1] == 0
    assert "closer than" not in lmp(deck(models, tmp_path)).log
    lmp.fails(deck(models, tmp_path, "short error", after=SQUEEZE), "use 'core/zbl R_IN R_OUT'")


@pytest.mark.parametrize("ranks, threads", [(2, 1), (4, 1), (1, 2), (2, 2)])
def test_short_pairs_are_counted_once(lmp, models, tmp_path, monkeypatch, ranks, threads):
    """Ranks and threads count as many pairs as there are within the bound."""
    monkeypatch.setenv("OMP_NUM_THREADS", str(threads))
    result = lmp(deck(models, tmp_path, after=SQUEEZE, run=COUNT + "run 0")
                 .replace(COLUMNS, f"{COLUMNS} x y z"), ranks, more=by_threads(threads))
    assert f"using {threads} OpenMP thread(s)" in result.log
    _, cell, atoms = result.frames()[-1]
    x = np.transpose([atoms[k] for k in "xyz"])
    apart = x[:, None] - x
    apart -= np.round(apart @ np.linalg.inv(cell)) @ cell
    bound = reference("tanh_two")["min_nbor_dist"]
    close = np.triu(np.linalg.norm(apart, axis=-1) < bound, 1).sum()
    assert close > 5
    assert result.last()["c_pair[7]"] == close


def test_overlapping_atoms_stop(lmp, models, tmp_path):
    overlap = "set atom 2 x 1.828126 y 1.097474 z 2.294164\n"    # where atom 1 is
    lmp.fails(deck(models, tmp_path, after=overlap), "are on top of each other at step 0")


PAIRS = ["tanh_two", "gelu_one", "exclude_two"]
DEVIATION = ("compute devi all pair deepsea\nfix each all pair 1 deepsea deviation 1\n"
             "thermo_style custom step c_devi[*]\nthermo_modify format float %.17g\n")


@pytest.fixture(scope="module")
def single_forces(shared, models, tmp_path_factory):
    """Forces and virial of each model alone."""
    folder = tmp_path_factory.mktemp("single")
    return [shared(deck(models, folder, model=m)) for m in PAIRS]


def several(models, folder, style="", run="run 0"):
    text = deck(models, folder, run=DEVIATION + run)
    files = " ".join(str(models(m)) for m in PAIRS)
    return (text.replace(str(models("tanh_two")), f"{files} {style}")
            .replace(dump(COLUMNS), "") + "write_dump all custom atoms.dump id fx fy fz f_each "
            "modify sort id format float %.17g\n")


@pytest.mark.parametrize("ranks", [1, 2])
def test_deviation_of_models(lmp, models, tmp_path, single_forces, ranks):
    result = lmp(several(models, tmp_path, "out_freq 1 atomic"), ranks)
    every = np.array([forces(r) for r in single_forces])
    expected = np.sqrt(((every - every.mean(0)) ** 2).sum(-1).mean(0))
    agree(result.atoms()["f_each"], expected, SAME, 0.1)
    last = result.last()
    agree([last[f"c_devi[{k}]"] for k in (1, 2, 3)],
          [expected.max(), expected.min(), expected.mean()], SAME, 0.1)
    agree(forces(result), every[0], SAME, 0.5)    # the first one drives
    row = np.loadtxt(result.folder / "model_devi.out")
    agree(row[4:7], [expected.max(), expected.min(), expected.mean()], 1e-6, 0.1)
    agree(row[7:], expected, 1e-6, 0.1)
    virial = np.array([reference(m)["frames"]["glass"]["virial"] for m in PAIRS]) / len(expected)
    spread = virial.std(0)
    agree(row[1:4], [spread.max(), spread.min(), np.sqrt((spread ** 2).mean())], 1e-6, 1e-3)


@pytest.mark.parametrize("flag", [0, 1])
def test_deviation_of_a_step_without_comparison(lmp, models, tmp_path, flag):
    """Only with the flag does fix pair have it measured; it is not that of an earlier step."""
    text = several(models, tmp_path, "out_freq 1000", "fix move all nve\nrun 3")
    each = lmp(text.replace("deviation 1\n", f"deviation {flag}\n")).atoms()["f_each"]
    assert np.isnan(each).all() if flag == 0 else each.max() > 0.1


def test_a_model_that_is_there_twice(lmp, models, tmp_path):
    said = "WARNING: pair_style deepsea: two of the files are the same model"
    assert said not in lmp(several(models, tmp_path)).log
    text = several(models, tmp_path).replace(str(models(PAIRS[1])), str(models(PAIRS[0])))
    assert lmp(text).log.count(said) == 1


def test_deviation_may_go_nowhere(lmp, models, tmp_path):
    result = lmp(several(models, tmp_path, "out_freq 1 out_file /dev/null"))
    assert result.last()["c_devi[1]"] > 0.1
    assert not (result.folder / "model_devi.out").exists()


def test_relative_deviation(lmp, models, tmp_path, single_forces):
    result = lmp(several(models, tmp_path, "relative 0.5"))
    every = np.array([forces(r) for r in single_forces])
    expected = np.sqrt(((every - every.mean(0)) ** 2).sum(-1).mean(0))
    expected /= np.linalg.norm(every.mean(0), axis=-1) + 0.5
    agree(result.atoms()["f_each"], expected, SAME, 0.1)


def test_deviation_can_stop_a_run(lmp, models, tmp_path):
    text = several(models, tmp_path, "out_freq 2",
                   "variable most equal c_devi[1]\nfix halt all halt 2 v_most > 1.0e-3\n"
                   + START + "run 10")
    result = lmp(text.replace("thermo_style", "thermo 2\nthermo_style"))
    assert "Fix halt condition for fix-id halt met" in result.log
    steps = np.loadtxt(result.folder / "model_devi.out", ndmin=2)[:, 0]
    assert list(steps) in ([0], [0, 2])


FIRST_RUN = ROOT / "examples" / "deepsea-first-run"


def test_first_run(lmp, tmp_path):
    """The example's deck, shorter; its guard stops what the models have not learnt."""
    deck = (FIRST_RUN / "in.first-run").read_text()
    words = ["-var", "out", str(tmp_path / "out"), "-var", "equilibrate", "0.1",
             "-var", "run", "0.3"]
    result = lmp.run(deck, args=words, cwd=FIRST_RUN)
    assert result.status == 0, result.log[-3000:]
    deviation = np.loadtxt(tmp_path / "out.deviation")
    assert deviation.shape == (22, 7) and 0.02 < deviation[:, 6].min() < deviation[:, 4].max() < 2
    command = [sys.executable, FIRST_RUN / "plot.py", tmp_path / "out"]
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    if "No module named 'matplotlib'" not in done.stderr:
        assert done.returncode == 1 and "history has 0 rows behind the 5 ps" in done.stderr
        drawn = subprocess.run([*command, "--equilibrate", "0.1"], text=True, capture_output=True,
                               check=True)
        drift = float(re.search("energy (.*) eV/atom/ps", drawn.stdout)[1])
        assert 0 < abs(drift) < 1e-3 and (tmp_path / "out.png").stat().st_size > 10000
    longer = ["-var", "temperature", "9000", "-var", "equilibrate", "5"]
    hot = lmp.run(deck, args=[*longer, *words], cwd=FIRST_RUN)
    assert hot.status != 0 and "Fix halt condition" in hot.log
    assert "the atoms have 9000 K at step 0, above the 3500 K of the training set" in hot.log


def test_clear_and_a_second_style(lmp, models, tmp_path):
    text = deck(models, tmp_path) + "clear\n" + deck(models, tmp_path, model="gelu_one")
    result = lmp(text)
    agree([result.last()["PotEng"]], [reference("gelu_one")["frames"]["glass"]["energy"]], 1e-9,
          1.0)


def test_threads_agree(lmp, models, tmp_path, monkeypatch):
    one = lmp(deck(models, tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    three = lmp(deck(models, tmp_path), more=by_threads(3))
    assert "using 3 OpenMP thread(s)" in three.log
    agree(forces(three), forces(one), SAME, 0.5)
