# SPDX-License-Identifier: GPL-2.0-only
"""pair_style deepsea given twice, restarted, and evaluated more than once in a step."""
import numpy as np
import pytest

from deck import agree, not_with_kokkos, thermo
from deepsea_glass import (COEFF, DEVIATION, GLASS, MOVE, ONE, SMALL, TWO, energy, forces, rows)
from deepsea_models import frame_deck, reference

SAME = 1.0e-11
PRINT = thermo("step pe")
THERE = 1.0e-6    # of the numbers in files, which have seven digits


def boron_oxide(folder, names=("B", "O")):
    """Atoms of two types, which both models of the tests below know in different orders."""
    return frame_deck("triclinic", list(names), folder)


@pytest.mark.parametrize("first, second", [("tanh_two", "two_types"), ("two_types", "tanh_two")])
def test_another_model_maps_anew(lmp, models, tmp_path, first, second):
    """tanh_two has Li B O Si, two_types has O B: type numbers of one are wrong in the other."""
    style = {m: f"pair_style deepsea {models(m)}\n" for m in (first, second)}
    text = boron_oxide(tmp_path) + style[first] + "pair_coeff * * B O\n" + PRINT + "run 0\n"
    both = lmp(text + style[second] + energy())
    expected = [reference(m)["frames"]["triclinic"]["energy"] for m in (first, second)]
    got = [run["PotEng"][-1] for run in both.thermo()]
    agree(got, expected, 1e-9, 1.0)
    agree(forces(both), reference(second)["frames"]["triclinic"]["forces"], 1e-9, 0.1)


def test_another_model_without_the_element(lmp, models, tmp_path):
    text = (frame_deck("small", ["Li", "B", "O", "Si"], tmp_path)
            + f"pair_style deepsea {models('tanh_two')}\npair_coeff * * Li B O Si\nrun 0\n"
            f"pair_style deepsea {models('two_types')}\n")
    lmp.fails(text + "run 0\n", "the model knows no element 'Li'; the model has O B")


def test_a_second_pair_coeff(lmp, models, tmp_path):
    """Replaces the first, and with it scales that were set for the types."""
    right = boron_oxide(tmp_path) + f"mass * 1.0\npair_style deepsea {models('tanh_two')}\n" + PRINT
    swapped = "pair_coeff * * O B\nvariable half equal 0.5\nfix s all adapt 1 pair deepsea scale " \
              "* * v_half\nrun 0\nunfix s\n"
    got = lmp(right + swapped + "pair_coeff * * B O\n" + energy())
    agree(forces(got), reference("tanh_two")["frames"]["triclinic"]["forces"], 1e-9, 0.1)
    before = got.thermo()[0]["PotEng"][-1]
    assert abs(before - got.last()["PotEng"]) > 1.0


def test_another_style_between(lmp):
    """What was set for a pair style ends with it."""
    lmp.fails(GLASS + ONE + "\n" + COEFF + "run 0\npair_style lj/cut 3.0\npair_coeff * * 0.0 1.0\n"
              f"run 0\n{ONE}\nrun 0\n", "All pair coeffs are not set")


def test_a_file_for_each_style(lmp):
    text = (GLASS + f"{TWO} out_file melt.out out_freq 5\n" + COEFF + MOVE + "run 10\n"
            + f"{ONE} {SMALL[2]} out_file glass.out out_freq 5\n" + COEFF + "run 10\n"
            + f"{TWO} out_file melt.out out_freq 5\n" + COEFF + "run 5\n")
    result = lmp(text)
    assert list(rows(result, "melt.out")[:, 0]) == [0, 5, 10, 20, 25]
    assert list(rows(result, "glass.out")[:, 0]) == [10, 15, 20]
    # the same atoms, other models
    melt, glass = rows(result, "melt.out")[2], rows(result, "glass.out")[0]
    assert abs(melt[4] / glass[4] - 1.0) > 0.01 and melt[4] > 0.01


def test_one_model_after_two_has_no_file(lmp):
    result = lmp(GLASS + f"{TWO} out_freq 1\n" + COEFF + MOVE + f"run 2\n{ONE}\nrun 2\n")
    assert list(rows(result)[:, 0]) == [0, 1, 2]


@pytest.mark.parametrize("again", ["", f"{TWO} out_freq 5\n{COEFF}"], ids=["read", "given"])
def test_rows_of_the_job_before_stay(lmp, again):
    """As with DeePMD-kit a job that begins with read_restart appends."""
    first = lmp(GLASS + f"{TWO} out_freq 5\n" + COEFF + MOVE + "run 20\nwrite_restart half\n")
    before = (first.folder / "model_devi.out").read_text()
    rest = "read_restart half\n" + again + "fix nve all nve\ntimestep 0.0005\n"
    assert lmp.run(rest + "run 20\n", cwd=first.folder).status == 0
    after = (first.folder / "model_devi.out").read_text()
    assert after.startswith(before) and after.count("#") == 1
    assert list(rows(first)[:, 0]) == [0, 5, 10, 15, 20, 20, 25, 30, 35, 40]
    agree(rows(first)[5, 1:], rows(first)[4, 1:], THERE, 0.01)
    # negative control: a job that does not begin with read_restart starts the file anew
    assert lmp.run(GLASS + f"{TWO} out_freq 5\n" + COEFF + "run 0\n", cwd=first.folder).status == 0
    assert list(rows(first)[:, 0]) == [0]


MINIMIZE = "displace_atoms all random 0.05 0.05 0.05 4711\n" + DEVIATION


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("style", ["cg", pytest.param("fire", marks=not_with_kokkos)])
def test_minimization_has_a_row_for_a_step(lmp, ranks, style):
    """Trials of the line search are replaced: rows and deck have the accepted configuration."""
    result = lmp(GLASS + f"{TWO} out_freq 1 out_file min.out\n" + COEFF + MINIMIZE
                 + f"min_style {style}\nminimize 0 1e-3 10 40\nrun 0\n", ranks)
    steps = rows(result, "min.out")[:, 0]
    minimized, fresh = result.thermo()
    last = minimized["Step"][-1]
    assert list(steps) == [*range(int(last) + 1), last] and last > 4    # and one of 'run 0'
    agree(rows(result, "min.out")[:-1, 4], minimized["c_d[1]"], THERE, 0.1)
    agree(minimized["c_most"], minimized["c_d[1]"], SAME, 0.1)
    assert np.unique(minimized["c_d[1]"]).size == minimized["c_d[1]"].size
    # the end of the minimization, evaluated anew
    agree([minimized[k][-1] for k in ("c_d[1]", "c_d[3]", "c_most")],
          [fresh[k][-1] for k in ("c_d[1]", "c_d[3]", "c_most")], 1e-9, 0.01)


def test_line_searches_do_try(lmp):
    """Control of the test above: there are more evaluations than steps."""
    log = lmp(GLASS + f"{TWO}\n" + COEFF + MINIMIZE + "minimize 0 1e-3 10 40\n").log
    iterations, evaluations = map(int, log.split("Iterations, force evaluations =")[1].split()[:2])
    assert evaluations > iterations + 2


SWAP = "fix swap all atom/swap 1 5 29494 3.0e5 ke no types 1 4\n"
GCMC = "group li type 1\nfix swap li gcmc 1 10 0 1 29494 300.0 -12.5 0.1 full_energy\n"


@pytest.mark.parametrize("move", [SWAP, GCMC], ids=["swap", "gcmc"])
@pytest.mark.parametrize("ranks", [1, 2])
def test_monte_carlo_has_a_row_for_a_step(lmp, move, ranks):
    """Trial moves are neither written nor shown."""
    result = lmp(GLASS + f"{TWO} out_freq 1 short off\n" + COEFF + move
                 + DEVIATION.replace("step pe c_d[*]", "step pe c_d[*] f_swap[*]")
                 + "run 6\nunfix swap\n" + thermo("step pe c_d[*] c_most") + "run 0\n", ranks)
    steps, fresh = result.thermo()
    assert list(rows(result)[:, 0]) == [*range(7), 6]
    agree(rows(result)[:-1, 4], steps["c_d[1]"], THERE, 0.1)
    agree(steps["c_most"], steps["c_d[1]"], SAME, 0.1)
    agree([steps[k][-1] for k in ("PotEng", "c_d[1]", "c_d[3]")],
          [fresh[k][-1] for k in ("PotEng", "c_d[1]", "c_d[3]")], 1e-9, 0.01)
    tried = [k for k in steps if k.startswith("f_swap")]
    assert sum(steps[k][-1] for k in tried) > 10
    assert np.unique(steps["PotEng"]).size > 1    # some were accepted


def test_widom_has_a_row_for_a_step(lmp):
    """Its trials, which are all taken back, are neither written nor left in the energy."""
    widom = "group li type 1\nfix w li widom 1 10 1 29494 3.0e4 full_energy\n"
    start = GLASS + f"{TWO} out_freq 1 short off\n" + COEFF
    shown = DEVIATION.replace("step pe c_d[*]", "step atoms pe c_d[*] {}")
    tried = lmp(start + widom + shown.format("f_w[1] f_w[2]") + "run 4\n")
    plain = lmp(start + shown.format("") + "run 4\n")
    assert list(rows(tried)[:, 0]) == list(range(5))
    agree(rows(tried)[:, 1:7], rows(plain)[:, 1:7], 1e-6, 0.01)
    one, two = tried.thermo()[-1], plain.thermo()[-1]
    agree(one["PotEng"], two["PotEng"], 1e-9, 1.0)
    assert (one["Atoms"] == 300).all() and np.isfinite(one["f_w[1]"][1:]).all()
    assert np.unique(one["f_w[2]"][1:]).size > 1


def test_short_pairs_of_trials_do_not_count(lmp):
    """Inserted atoms come close to others; what is rejected is neither told nor stops the run."""
    deck = (GLASS + f"{ONE} short error\n" + COEFF + GCMC.replace("-12.5", "-40.0")
            .replace("1 10 0", "1 20 0") + "compute d all pair deepsea\n"
            + thermo("step atoms c_d[7] f_swap[3] f_swap[4] f_swap[5] f_swap[6]") + "run 10\n")
    last = lmp(deck).last()
    assert last["c_d[7]"] == 0 and last["f_swap[3]"] > 50 and last["f_swap[4]"] == 0
    # negative control: with any potential all insertions are taken, also the close ones
    lmp.fails(deck.replace("-40.0", "1000.0"), "closer than the")


SQUEEZE = "change_box all x scale 0.7 y scale 0.7 z scale 0.7 remap\n"
COUNT = "compute d all pair deepsea\nthermo 1\n" + thermo("step c_d[7]")


def test_line_searches_count_short_pairs_once(lmp):
    """The sum grows by what each accepted configuration has."""
    deck = GLASS + f"{ONE}\n" + COEFF + SQUEEZE + COUNT
    total = lmp(deck + "minimize 0 0 5 100\n").thermo()[-1]["c_d[7]"]
    each = []
    for steps in range(6):
        text = deck + (f"minimize 0 0 {steps} 100\n" if steps else "") + "run 0\n"
        each.append(lmp(text).last()["c_d[7]"])
    agree(np.diff(total), each[1:], 1e-12, 5)
    assert total[0] == each[0] > 5


def test_the_last_step_of_a_run_is_told(lmp):
    deck = GLASS + f"{ONE} short warn\n" + COEFF + SQUEEZE
    assert "apart at step 0, closer than" in lmp(deck + "run 0\n").log
    lmp.fails(deck.replace("short warn", "short error") + "run 0\n", "use 'core/zbl R_IN R_OUT'")


def test_a_run_begins_with_its_own_row_and_values(lmp):
    """Several 'run 0' at one step, with other atoms: a row for each, and f_devi follows."""
    move = "displace_atoms all random 0.1 0.1 0.1 {}\nrun 0\n"
    result = lmp(GLASS + f"{TWO} out_freq 1\n" + COEFF + DEVIATION + "run 0\n"
                 + move.format(1) + move.format(2))
    assert list(rows(result)[:, 0]) == [0, 0, 0]
    most = np.array([run["c_most"][-1] for run in result.thermo()])
    agree(rows(result)[:, 4], most, THERE, 0.1)
    assert np.unique(most).size == 3


def test_rerun(lmp):
    """A row for each frame whose step out_freq divides."""
    run = lmp(GLASS + f"{TWO} out_freq 2\n" + COEFF + MOVE
              + "dump all all custom 1 all.dump id type x y z\n"
              "dump_modify all format float %.17g\nrun 6\n")
    again = lmp(GLASS + f"{TWO} out_freq 2\n" + COEFF
                + f"rerun {run.folder}/all.dump dump x y z\n")
    assert list(rows(again)[:, 0]) == [0, 2, 4, 6]
    agree(rows(again)[:, 1:], rows(run)[:, 1:], 1e-4, 0.1)
