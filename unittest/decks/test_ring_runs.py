# SPDX-License-Identifier: GPL-2.0-only
"""compute ring/stats in the course of a run: every step, under KOKKOS, after clear and restart."""
import numpy as np
import pytest

from deck import DSF, frame, needs_kokkos, read_frame, system
from rings import MAX, VALUES, Rings, compute, deck, dump_rings, output
from test_plugin import program

WORDS = " ".join([f"c_r[{k}]" for k in range(1, VALUES + 1)]
                 + [f"c_r[{n}][1]" for n in range(2, MAX + 1)])
HOT = ("minimize 0.0 1.0 30 300\nvelocity all create 4000.0 31 loop geom\nfix nve all nve\n"
       "reset_timestep 0\n")


def numbers(table):
    """Everything printed but the step, one row a step."""
    return np.array([column for name, column in table.items() if name != "Step"]).T


def run_and_rerun(lmp, name, ranks, args=(), runs="run 100\n"):
    """Rings of each step of a hot run, and of the same frames read back from a dump: there every
    list is built anew. The rerun is on one rank and without KOKKOS.
    """
    head = system(name) + DSF + "\n" + compute()
    tail = f"thermo_style custom step {WORDS}\nthermo_modify format float %.17g line one\n"
    live = lmp(head + "neighbor 2.0 bin\nneigh_modify every 10 delay 20 check yes\n" + HOT
               + "dump a all custom 5 run.dump id type x y z\ndump_modify a format float %.17g\n"
               + tail + "thermo 5\n" + runs, ranks, args)
    assert "Dangerous builds = 0" in live.log
    again = lmp(head + tail + f"thermo 1\nrerun {live.folder}/run.dump dump x y z\n")
    tables = [t for t in live.thermo() if "c_r[11]" in t]
    rows = {}
    for table in tables:
        for step, row in zip(table["Step"], numbers(table)):
            assert np.array_equal(row, rows.setdefault(step, row)), "start of a run"
    expected = again.thermo()[-1]
    for step, row in zip(expected["Step"], numbers(expected)):
        assert np.array_equal(rows[step], row), f"step {step}"
    assert len(expected["Step"]) == len(rows) > 10
    assert len({tuple(row) for row in rows.values()}) > 5, "no ring has changed"
    assert expected["c_r[11]"].min() > 10
    return live


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", ["glass", "glass_triclinic"])
def test_every_step_of_a_run(lmp, name, ranks):
    run_and_rerun(lmp, name, ranks)


@needs_kokkos
@pytest.mark.parametrize("ranks", [1, 2])
def test_several_runs_under_kokkos(lmp, ranks):
    live = run_and_rerun(lmp, "glass", ranks, ("-k", "on", "t", "1", "-sf", "kk"), "run 40\n" * 3)
    assert "KOKKOS mode" in live.log


AVERAGES = """
compute sizes all reduce max c_r[1] c_r[2]
variable boroxol equal c_r[1]+c_r[2]
fix scalar all ave/time 1 1 1 c_r[11] c_r[8] v_boroxol file scalar.txt
fix array all ave/time 1 1 1 c_r[*] mode vector file array.txt
"""


def test_every_kind_of_output(lmp):
    """thermo, fix ave/time in both modes, variable, reduce, dump and dump local at one step."""
    text = deck(system("shik_30_30_40")).replace("run 0", "")
    result = lmp(text + AVERAGES + "run 0\n")
    rings = Rings(result)
    row = result.averages("scalar.txt")[-1]
    assert row[1:] == pytest.approx([rings.vector[10], rings.vector[7],
                                     rings.vector[0] + rings.vector[1]], rel=1e-5)
    lines = [line.split() for line in (result.folder / "array.txt").read_text().splitlines()]
    array = np.array([w for w in lines if w[0] != "#" and len(w) == 7], dtype=float)[-MAX:]
    assert np.allclose(array[:, 1:], rings.array, rtol=1e-5) and array[:, 0].tolist() == [
        *range(1, MAX + 1)]
    assert rings.vector[10] > 20


def test_clear_and_restart(lmp):
    """A second system after clear, and the first one again from its restart file."""
    first = system("shik_20_60_20")
    body = "pair_style zero 5.0\npair_coeff * *\nneighbor 1.0 bin\n" + compute() + output()
    again = body.replace("atoms.dump", "again.dump").replace("rings.dump", "again_rings.dump")
    result = lmp(first + body + "run 0\nwrite_restart state.restart\nclear\n"
                 + system("glass") + ZERO_ONCE + "run 0\nclear\n"
                 + "read_restart state.restart\n" + again + "run 0\n")
    one = Rings(lmp(deck(first)))
    last = result.last()
    assert [last[f"c_r[{k}]"] for k in range(1, VALUES + 1)] == one.vector.tolist()
    assert np.array_equal(result.frames("again.dump")[-1][2]["c_r[1]"], one.smallest)
    assert one.vector[10] > 20


ZERO_ONCE = ("pair_style zero 5.0\npair_coeff * *\nneighbor 1.0 bin\n" + compute()
             + "thermo_style custom step c_r[11]\n")


def test_fresh_after_atoms_have_moved_at_one_step(lmp):
    """Two runs of no step at step 0, with the rings of an atom broken in between."""
    text = system("shik_20_60_20") + ZERO_ONCE
    result = lmp(text + "run 0\ngroup one id 60\ndelete_atoms group one compress no\nrun 0\n")
    before, after = (t["c_r[11]"][0] for t in result.thermo())
    assert before > after > 0
    _, types, _, _ = read_frame(frame("shik_20_60_20"))
    assert types[59] in (2, 4)


def test_evaluated_once_a_step(tmp_path):
    """All outputs of a step come from one evaluation: atoms moved behind LAMMPS' back do not count
    until the next run.
    """
    program(tmp_path, f"""
lmp = Instance()
lmp({deck(system("shik_20_60_20")).replace("thermo_style", "#")!r})
total = lmp.compute("r", GLOBAL)[10]
assert total > 20
x = lmp.positions()
for i in range(100):
    x[i][2] += 3.0
assert sum(lmp.local("r")[i][0] > 1 for i in range(int(total))) == total
assert lmp.compute("r", GLOBAL)[10] == total, "evaluated twice at one step"
lmp("run 0")
assert lmp.compute("r", GLOBAL)[10] not in (0, total)
lmp.close()
print("finished")
""")


def test_memory_is_reported(lmp):
    """The line of LAMMPS on memory grows with the rings kept."""
    def used(limit):
        text = deck(system("shik_20_60_20") + "replicate 3 3 3\n", limit=limit)
        log = lmp(text.replace("dump", "#dump") + "run 0\n").log
        lines = [li for li in log.splitlines() if li.startswith("Per MPI rank memory")]
        return float(lines[-1].split("=")[1].split("|")[1])
    assert used(8) > used(2) + 0.1


def test_dumped_rings_have_a_header(lmp):
    """A dump of some columns only."""
    text = system("shik_20_60_20") + ZERO_ONCE + dump_rings(limit=2)
    frame_ = lmp(text + "run 0\n").frames("rings.dump")[0][2]
    assert set(frame_) == {"index", *(f"c_r[{k}]" for k in range(1, 9))}
    assert frame_["c_r[1]"].min() >= 2
