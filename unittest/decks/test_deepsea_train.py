# SPDX-License-Identifier: GPL-2.0-only
"""`deepsea train` as its user runs it: what it writes, how it goes on, and what it refuses."""
import json
import os
import re
import resource
import signal
import subprocess

import numpy as np
import pytest

from deck import TIMEOUT, catches_interrupts, wait_for, wait_until
from training_data import CELL, TYPES, frames, settings, write_input, write_system

ATOMS = [0, 1, 1, 0, 1, 1]


def run(folder, *words, start=(), **more):
    """Run the program there, by `start` such as mpirun; return its exit status, output and
    messages.
    """
    done = subprocess.run([*start, "deepsea", "train", "input.json", *words], cwd=folder, text=True,
                          capture_output=True, timeout=TIMEOUT, check=False, **more)
    return done.returncode, done.stdout, done.stderr


def works(folder, *words):
    """Run the program, which has to succeed; return its output."""
    status, out, messages = run(folder, *words)
    assert (status, messages) == (0, "")
    return out


def refuses(folder, message, *words, **more):
    """Run the program, which has to fail with one line that holds `message`."""
    status, out, messages = run(folder, *words, **more)
    assert status == 1, out
    assert messages.startswith("deepsea: ") and messages.count("\n") == 1, messages
    assert message in messages, messages


def curve(folder):
    """Numbers of lcurve.out."""
    return np.loadtxt(folder / "lcurve.out", ndmin=2)


@pytest.fixture(name="folder")
def make_folder(tmp_path):
    """A folder with a training set and an input."""
    write_system(tmp_path / "set", frames(8), ATOMS)
    write_input(tmp_path, settings("set"))
    return tmp_path


def change(folder, section, **values):
    """Change keys of a section of the input; `section` is a path."""
    given = json.loads((folder / "input.json").read_text())
    place = given
    for key in section.split("/") if section else []:
        place = place.setdefault(key, {})
    for key, value in values.items():
        place[key] = value
    write_input(folder, given)


# ---- what it does --------------------------------------------------------------------------------


def test_learns(folder):
    """The errors on frames that it does not train on fall, and the files are there."""
    write_system(folder / "other", frames(3, seed=2), ATOMS)
    change(folder, "training", numb_steps=400, disp_freq=100,
           validation_data={"systems": "other"})
    out = works(folder)
    assert "8 training frames with 48 atoms, 3 validation frames" in out
    rows = curve(folder)
    assert list(rows[:, 0]) == [1, 100, 200, 300, 400]
    assert rows[-1, 5] < 0.6 * rows[0, 5]    # force, validation
    assert rows[-1, 6] < 0.5 * rows[0, 6]
    assert rows[0, 9] == 0.01
    for name in ("model.pt", "model-best.pt"):
        done = subprocess.run(["deepsea", "info", name], cwd=folder, capture_output=True,
                              text=True, check=True)
        assert "input.json" in done.stdout
    assert not (folder / "model.lock").exists()
    assert not list(folder.glob("*.part"))


@pytest.mark.parametrize("optimizer", ["Adam", "SOAP"])
def test_threads_and_libtorch_give_the_same(folder, optimizer):
    """The package's own loops and libtorch's autograd, step by step."""
    change(folder, "training", numb_steps=20, disp_freq=1)
    change(folder, "optimizer", type=optimizer)
    rows = []
    for words in ([], ["--threads", "2"], ["--device", "cpu"]):
        works(folder, "--force", *words)
        rows.append(curve(folder))
    assert rows[0][-1, 2] < rows[0][0, 2]
    for other in rows[1:]:
        np.testing.assert_array_equal(np.isnan(other), np.isnan(rows[0]))
        np.testing.assert_allclose(other, rows[0], rtol=0.02)    # three digits are printed


@pytest.mark.parametrize("device", ["abacus", "cuda:x"])
def test_other_devices_are_refused(folder, device):
    """By name."""
    refuses(folder, "--device", "--device", device)


def test_soap_needs_fewer_steps(folder):
    """Than Adam, from the same start and at the same rate."""
    change(folder, "training", numb_steps=1000, disp_freq=1000)
    errors = {}
    for optimizer in ("Adam", "SOAP"):
        change(folder, "optimizer", type=optimizer)
        works(folder, "--force")
        errors[optimizer] = curve(folder)[-1, 6]
    assert errors["SOAP"] < 0.5 * errors["Adam"]


# ---- restarts ------------------------------------------------------------------------------------


def whole_run(folder):
    """The checkpoint and curve of a run without a stop."""
    works(folder)
    kept = (folder / "model.ckpt").read_bytes(), (folder / "lcurve.out").read_text()
    for path in list(folder.glob("model*")) + [folder / "lcurve.out"]:
        path.unlink()
    return kept


@pytest.mark.parametrize("stop, optimizer", [
    (signal.SIGKILL, "Adam"), (signal.SIGTERM, "Adam"), (signal.SIGINT, "Adam"),
    (signal.SIGKILL, "SOAP")])
def test_goes_on_with_the_same_numbers(folder, stop, optimizer):
    """After a kill at any time the run ends with the bytes of one without a stop."""
    change(folder, "optimizer", type=optimizer)
    change(folder, "training", numb_steps=4000, save_freq=50, disp_freq=50)
    expected = whole_run(folder)
    path = folder / "model.ckpt"

    def written():    # when, if it is there
        return path.stat().st_mtime_ns if path.exists() else 0

    for _ in range(3):
        before = written()
        words = ["--restart"] if before else []
        with subprocess.Popen(["deepsea", "train", "input.json", *words], cwd=folder,
                              stdout=subprocess.DEVNULL, preexec_fn=catches_interrupts) as program:
            wait_until(lambda last=before: written() != last, program)
            program.send_signal(stop)
            assert program.wait(TIMEOUT) == -stop
    works(folder, "--restart")
    assert (folder / "model.ckpt").read_bytes() == expected[0]
    assert (folder / "lcurve.out").read_text() == expected[1]
    assert not list(folder.glob("*.part"))
    assert "all 4000 steps are done" in works(folder, "--restart")


def test_a_full_disk_leaves_the_old_checkpoint(folder):
    """Files that cannot grow are not written at all."""
    change(folder, "training", numb_steps=4000, save_freq=50)
    expected = whole_run(folder)
    size = len(expected[0])

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))

    refuses(folder, "cannot write model", preexec_fn=limit)
    assert not list(folder.glob("model*"))
    with subprocess.Popen(["deepsea", "train", "input.json"], cwd=folder,
                          stdout=subprocess.DEVNULL) as program:
        wait_for(folder / "model.ckpt", program)
        program.terminate()
    kept = (folder / "model.ckpt").read_bytes()
    assert kept != expected[0]
    refuses(folder, "cannot write model", "--restart", preexec_fn=limit)
    assert (folder / "model.ckpt").read_bytes() == kept
    assert not list(folder.glob("*.part"))
    works(folder, "--restart")
    assert (folder / "model.ckpt").read_bytes() == expected[0]


def test_checkpoints_of_other_runs_are_refused(folder):
    """With what differs; what does not change the numbers may."""
    works(folder)
    refuses(folder, "model.ckpt exists")
    change(folder, "training", disp_freq=20, _comment="another one")
    assert "all 40 steps are done" in works(folder, "--restart")
    change(folder, "learning_rate", start_lr=0.02)
    refuses(folder, "another input (learning_rate/start_lr was 0.01 and is 0.02)", "--restart")
    change(folder, "learning_rate", start_lr=0.01)
    array = np.load(folder / "set/set.000/virial.npy")
    array[0, 0] *= 1.0001
    np.save(folder / "set/set.000/virial.npy", array)
    refuses(folder, "model.ckpt belongs to other training data", "--restart")
    (folder / "model.ckpt").write_bytes((folder / "model.ckpt").read_bytes()[:-100])
    refuses(folder, "model.ckpt is damaged", "--restart")
    works(folder, "--force")
    (folder / "model.ckpt").unlink()
    refuses(folder, "model.ckpt is missing", "--restart")


def test_results_of_others_stay(folder):
    """A model without a checkpoint is not this program's; a curve is kept beside the new one."""
    (folder / "model.pt").write_text("mine")
    (folder / "lcurve.out").write_text("# dp\n 1 2.0\n")
    refuses(folder, "model.pt exists, and no checkpoint of this program beside it")
    assert (folder / "model.pt").read_text() == "mine"
    (folder / "model.pt").unlink()
    works(folder)
    assert (folder / "lcurve.out.old").read_text() == "# dp\n 1 2.0\n"
    assert len(curve(folder)) == 5
    (folder / "model.ckpt").unlink()
    works(folder, "--force")
    assert (folder / "lcurve.out.old").read_text() == "# dp\n 1 2.0\n"


def test_a_curve_takes_no_file_that_is_none(folder):
    """Not even with --force; and a device stays where it is."""
    change(folder, "training", disp_file="input.json")
    before = (folder / "input.json").read_text()
    refuses(folder, "input.json is no learning curve; give disp_file another name", "--force")
    assert (folder / "input.json").read_text() == before
    os.symlink("/dev/null", folder / "nowhere")
    change(folder, "training", disp_file="nowhere")
    works(folder, "--force")
    assert (folder / "nowhere").is_char_device()


@pytest.mark.parametrize("key, value", [("_", 0), ("save_ckpt", "other"), ("disp_file", "c.out")])
def test_two_runs_in_one_folder_are_refused(folder, key, value):
    """Unless they share no file."""
    change(folder, "training", numb_steps=1000000, save_freq=1000000)
    with subprocess.Popen(["deepsea", "train", "input.json"], cwd=folder,
                          stdout=subprocess.DEVNULL) as program:
        rows = folder / "lcurve.out"
        wait_until(lambda: rows.exists() and rows.read_text(), program)
        change(folder, "training", **{key: value})
        refuses(folder, "another run writes the files of this one")
        change(folder, "training", save_ckpt="other", disp_file="c.out", numb_steps=2)
        works(folder)
        program.terminate()
    assert (folder / "model.ckpt").exists()


def test_a_diverging_run_stops(folder):
    """With advice; what it leaves is a model of before."""
    change(folder, "training", numb_steps=20, save_freq=1)
    for rate, words in ((1e200, ""), (1e5, "the training diverges: the error of")):
        change(folder, "learning_rate", start_lr=rate, stop_lr=1e4)
        refuses(folder, words)
        refuses(folder, "use a smaller start_lr or more warmup_steps")
        assert not (folder / "model.ckpt").exists()
    # A rate that rises until it is too high.
    change(folder, "learning_rate", start_lr=1e-6, stop_lr=1e-7, decay_steps=2, decay_rate=10)
    refuses(folder, "use a smaller start_lr or more warmup_steps")
    kept = (folder / "model.ckpt").read_bytes()
    refuses(folder, "use a smaller start_lr or more warmup_steps", "--restart")
    assert (folder / "model.ckpt").read_bytes() == kept
    os.rename(folder / "model.pt", folder / "start.pt")
    change(folder, "training", numb_steps=1)
    change(folder, "learning_rate", start_lr=1e-9, stop_lr=1e-10, decay_rate=0)
    works(folder, "--force", "--start", "start.pt")
    assert 0.01 < curve(folder)[0, 6] < 1000


# ---- data ----------------------------------------------------------------------------------------


def array_of(folder, name):
    """The array of a file of the training set, and its path."""
    path = folder / "set/set.000" / f"{name}.npy"
    return np.load(path), path


@pytest.mark.parametrize("name, value, words", [
    ("force", np.nan, "force.npy, frame 3, atom 2: a number is nan"),
    ("force", 1e6, "force.npy, frame 3, atom 2: a number is 1000000"),
    ("coord", np.inf, "coord.npy, frame 3, atom 2: a number is inf"),
    ("virial", np.nan, "virial.npy, frame 3: a number is nan"),
    ("box", np.nan, "box.npy, frame 3: a number is nan")])
def test_numbers_that_are_none(folder, name, value, words):
    """Which frame, and which atom."""
    array, path = array_of(folder, name)
    array[2, 4] = value
    np.save(path, array)
    refuses(folder, words)


@pytest.mark.parametrize("of", ["set", "other"])
def test_two_atoms_on_one_spot(folder, of):
    """Of a training or a validation frame, also across the cell's border."""
    write_system(folder / "other", frames(3, seed=2), ATOMS)
    change(folder, "training", validation_data={"systems": "other"})
    path = folder / of / "set.000/coord.npy"
    array = np.load(path)
    array[1, 12:15] = array[1, 3:6] + CELL[0]
    np.save(path, array)
    refuses(folder, f"{of}, frame 2: atoms 2 and 5 lie on one spot; take the frame out")


def test_a_weight_below_zero(folder):
    """Which atom."""
    weights = np.ones((8, 6))
    weights[3, 2] = -1.0
    np.save(folder / "set/set.000/atom_pref.npy", weights)
    refuses(folder, "atom_pref.npy, frame 4, atom 3: a weight is below 0")


def test_an_energy_that_is_none(folder):
    """Which frame."""
    array, path = array_of(folder, "energy")
    array[5] = -np.inf
    np.save(path, array)
    refuses(folder, "energy.npy, frame 6: a number is -inf")


@pytest.mark.parametrize("name, cut, words", [
    ("force", np.s_[:, :-3], "force.npy holds 120 numbers, but needs 18 for each of 8 frames"),
    ("energy", np.s_[:-1], "energy.npy holds 7 numbers, but needs 1 for each of 8 frames"),
    ("box", np.s_[:, :6], "box.npy holds 48 numbers, but needs 9 for each of 8 frames"),
    ("coord", np.s_[:, :-1], "coord.npy has not three numbers for each atom"),
    ("coord", np.s_[:0], "box.npy holds 72 numbers, but needs 9 for each of 0 frames")])
def test_arrays_that_do_not_fit(folder, name, cut, words):
    """Numbers of frames and atoms."""
    array, path = array_of(folder, name)
    np.save(path, array[cut])
    refuses(folder, words)


def test_files_that_are_missing(folder):
    """Positions and cells must be there, labels need not."""
    _, path = array_of(folder, "virial")
    path.unlink()
    assert "warning: no training frame has a virial" in works(folder)
    assert np.isnan(curve(folder)[0, 8]) and not np.isnan(curve(folder)[0, 6])
    _, path = array_of(folder, "energy")
    path.unlink()
    assert "warning: no training frame has an energy" in works(folder, "--force")
    _, path = array_of(folder, "force")
    kept = path.read_bytes()
    path.unlink()
    refuses(folder, "no frame of the training data has an energy or forces", "--force")
    path.write_bytes(kept)
    change(folder, "loss", start_pref_f=0, limit_pref_f=0)
    refuses(folder, "the loss has no term", "--force")
    _, path = array_of(folder, "box")
    path.unlink()
    refuses(folder, "box.npy", "--force")


def test_no_forces_at_all(folder):
    """Energies alone are learnt from, with a warning."""
    _, path = array_of(folder, "force")
    path.unlink()
    change(folder, "training", numb_steps=300, disp_freq=300)
    assert "warning: no training frame has forces, so the model learns from energies" in \
        works(folder)
    rows = curve(folder)
    assert np.isnan(rows[-1, 6]) and rows[-1, 4] < 0.5 * rows[0, 4]


def test_types_that_are_not_in_the_map(folder):
    """With the name and the place."""
    (folder / "set/type_map.raw").write_text("B Si")
    refuses(folder, "set: the type 'Si' is not in the input's type_map, B O")
    (folder / "set/type_map.raw").write_text("B")
    refuses(folder, "there is no name for type 1")


def test_cells_without_volume(folder):
    """Which frame."""
    array, path = array_of(folder, "box")
    array[3, 6:] = array[3, :3]
    np.save(path, array)
    refuses(folder, "set, frame 4: the cell is flat")


def test_validation_without_systems(folder):
    """None is as good as no section; a system that is not there is an error."""
    change(folder, "training", validation_data={"systems": []})
    assert "0 validation frames" in works(folder)
    change(folder, "training", validation_data={"systems": ["nowhere"]})
    refuses(folder, "nowhere: there is no such file or folder", "--force")


@pytest.mark.parametrize("factor, suspect", [
    (-1.0, "virials of the other sign"),
    (1.0 / np.linalg.det(CELL), "stresses in eV/A^3"),
    (-1602.1766 / np.linalg.det(CELL), "stresses in kbar of the other sign"),
    (160.21766 / np.linalg.det(CELL), None),    # GPa, by chance almost eV here
    (np.linalg.det(CELL), "virials times the volume"),
    (1.0 / 27.2114, "virials in Hartree")])
def test_virials_in_other_units(folder, factor, suspect):
    """Are found by what the forces imply, and named."""
    array, path = array_of(folder, "virial")
    np.save(path, array * factor)
    if suspect is None:
        works(folder)
        return
    refuses(folder, f"the virials do not fit the forces: they look like {suspect}; virial.npy")
    change(folder, "loss", start_pref_v=0, limit_pref_v=0)
    works(folder)


def test_virials_beside_forces_that_are_no_labels(folder):
    """Forces of weight 0 may be anything: the others tell of virials, and only these."""
    virial, path = array_of(folder, "virial")
    np.save(path, -virial)
    force, path = array_of(folder, "force")
    force[:, :6] = np.random.default_rng(1).normal(0.0, 100.0, (8, 6))
    np.save(path, force)
    change(folder, "loss", start_pref_pf=1, limit_pref_pf=1, start_pref_f=0, limit_pref_f=0)
    weights = np.ones((8, 6))
    np.save(folder / "set/set.000/atom_pref.npy", weights)
    assert "do not fit the forces" not in works(folder)
    weights[:, :2] = 0.0
    np.save(folder / "set/set.000/atom_pref.npy", weights)
    refuses(folder, "they look like virials of the other sign", "--force")


def test_virials_that_are_noise(folder):
    """Nothing can be said about them."""
    array, path = array_of(folder, "virial")
    np.save(path, np.random.default_rng(1).normal(0, 3, array.shape))
    works(folder)


def test_small_cells_are_those_of_larger_ones(folder):
    """A cell that is smaller than the cutoff, and the same one repeated."""
    errors = []
    change(folder, "learning_rate", start_lr=1e-9, stop_lr=1e-10)    # which is to see the start
    for times in (1, 2):
        one = frames(2, atoms=2, cell=0.6 * CELL, apart=1.4)
        x = one["coord"].reshape(2, 2, 3)
        shifts = np.array([[i, j, k] for i in range(times) for j in range(times)
                           for k in range(times)]) @ (0.6 * CELL)
        many = len(shifts)
        arrays = {"coord": (x[:, None] + shifts[None, :, None]).reshape(2, -1),
                  "box": one["box"] * times, "energy": one["energy"] * many,
                  "force": np.tile(one["force"], (1, many)), "virial": one["virial"] * many}
        name = f"cells{times}"
        write_system(folder / name, arrays, [0, 1] * many)
        change(folder, "training", disp_freq=1, numb_steps=1,
               training_data={"systems": [name], "batch_size": 2})
        works(folder, "--force")
        errors.append(curve(folder)[0, 4:10:2])
    assert np.all(errors[0] > 1e-3)
    np.testing.assert_allclose(errors[1], errors[0], rtol=6e-3)    # three digits are printed


@pytest.mark.parametrize("atoms", [1, 2])
def test_one_frame(folder, atoms):
    """One frame, even of one atom, is enough to run."""
    write_system(folder / "set", frames(1, atoms=atoms), ATOMS[:atoms])
    change(folder, "training/training_data", batch_size=1)
    works(folder)
    assert np.all(np.isfinite(curve(folder)[:, 2]))


def test_mixed_systems_are_the_same(folder):
    """The same frames as deepmd/npy/mixed."""
    works(folder)
    expected = curve(folder)
    arrays = frames(8)
    arrays["real_atom_types"] = np.tile(ATOMS, (8, 1))
    write_system(folder / "set", arrays, [0] * len(ATOMS))
    works(folder, "--force")
    np.testing.assert_array_equal(curve(folder), expected)


def test_weights_of_atoms(folder):
    """atom_pref counts by start_pref_pf; without the file, use_default_pf stands for ones."""
    change(folder, "loss", start_pref_f=0, limit_pref_f=0, start_pref_v=0, limit_pref_v=0,
           start_pref_e=0, limit_pref_e=0, start_pref_pf=10, limit_pref_pf=1)
    refuses(folder, "the loss has no term")
    np.save(folder / "set/set.000/atom_pref.npy", np.ones((8, 6)))
    works(folder)
    expected = curve(folder)
    assert expected[-1, 6] < expected[0, 6]
    (folder / "set/set.000/atom_pref.npy").unlink()
    change(folder, "loss", use_default_pf=True)
    works(folder, "--force")
    np.testing.assert_array_equal(curve(folder), expected)


def test_the_best_model_is_judged_by_labels_that_count(folder):
    """Atoms of weight 0 have no part in the errors, and weighted forces have one in the choice."""
    weights = np.ones((8, 6))
    weights[:, 1] = 0.0
    np.save(folder / "set/set.000/atom_pref.npy", weights)
    change(folder, "loss", start_pref_f=0, limit_pref_f=0, start_pref_v=0, limit_pref_v=0,
           start_pref_e=0, limit_pref_e=0, start_pref_pf=10, limit_pref_pf=1)
    works(folder)
    expected = curve(folder)
    best = (folder / "model-best.pt").read_bytes()
    assert best == (folder / "model.pt").read_bytes()    # of the last step: errors fall
    array, path = array_of(folder, "force")
    array[:, 3:6] += 50.0
    np.save(path, array)
    works(folder, "--force")
    np.testing.assert_array_equal(curve(folder), expected)
    np.save(folder / "set/set.000/atom_pref.npy", np.ones((8, 6)))
    works(folder, "--force")
    assert curve(folder)[0, 6] > 10.0    # what broken labels do where they count


def test_the_best_model_has_the_least_loss(folder):
    """Of the final prefactors, on the validation frames, in a run whose errors rise and fall."""
    write_system(folder / "other", frames(3, seed=2), ATOMS)
    change(folder, "training", numb_steps=60, disp_freq=1, save_freq=1000,
           validation_data={"systems": "other"})
    change(folder, "learning_rate", start_lr=0.2, stop_lr=0.0999)
    change(folder, "loss", start_pref_e=0.1, limit_pref_e=20, start_pref_f=10, limit_pref_f=1,
           start_pref_v=0, limit_pref_v=0)
    works(folder)
    rows = curve(folder)
    loss = 20.0 * len(ATOMS) * rows[:, 3] ** 2 + rows[:, 5] ** 2
    best = rows[loss.argmin()]
    assert 1 < best[0] < 60
    done = subprocess.run(["deepsea", "test", "model-best.pt", "other", "--table", "off", "--json"],
                          cwd=folder, text=True, capture_output=True, check=True)
    found = json.loads(done.stdout)["total"]["errors"][0]
    assert found["force"]["rmse"] == pytest.approx(best[5], rel=1e-2)


def test_a_model_that_was_lost_between_checkpoint_and_end(folder):
    """Is written by --restart, though no step is left."""
    works(folder)
    made = (folder / "model.pt").read_bytes()
    (folder / "model.pt").unlink()
    assert "steps are done" in works(folder, "--restart")
    assert (folder / "model.pt").read_bytes() == made


def test_validation_without_labels_that_count(folder):
    """Is no reason to keep the first model: the training batch judges."""
    write_system(folder / "bare", {k: v for k, v in frames(4, seed=5).items() if k != "energy"},
                 ATOMS)
    change(folder, "loss", start_pref_e=1, limit_pref_e=1, start_pref_f=0, limit_pref_f=0,
           start_pref_v=0, limit_pref_v=0)
    change(folder, "training", validation_data={"systems": ["bare"]})
    works(folder)
    assert np.isnan(curve(folder)[:, 3]).all()
    assert (folder / "model-best.pt").read_bytes() == (folder / "model.pt").read_bytes()


def test_two_optimizers(folder):
    """One of version 3.1 and one of 3.2 are not mixed."""
    change(folder, "training", opt_type="SOAP")
    works(folder)
    config = json.loads((folder / "input.json").read_text())
    config["optimizer"] = {"type": "Adam"}
    (folder / "input.json").write_text(json.dumps(config))
    refuses(folder, "opt_type is there beside the section optimizer; give all of it there",
            "--force")


# ---- begin with a model --------------------------------------------------------------------------


def test_fine_tuning(folder):
    """A run begins with another's weights, of which layers may stay."""
    change(folder, "training", numb_steps=200)
    works(folder)
    last = curve(folder)[-1]
    refuses(folder, "this run would write over model.pt, with which it begins", "--force",
            "--start", "model.pt")
    os.rename(folder / "model.pt", folder / "start.pt")
    change(folder, "training", numb_steps=2, disp_freq=1)
    change(folder, "learning_rate", start_lr=1e-6, stop_lr=1e-7)
    change(folder, "model/fitting_net", trainable=[False, False, True])
    works(folder, "--force", "--start", "start.pt")
    np.testing.assert_allclose(curve(folder)[0, 6], last[6], rtol=0.5)
    assert curve(folder)[0, 6] < 0.5 * 1.0
    change(folder, "model/fitting_net", trainable=[False, True])
    refuses(folder, "must have true or false for each of 3 layers", "--force")
    change(folder, "model/fitting_net", trainable=True, neuron=[8, 9])
    refuses(folder, "start.pt: fitting_net/neuron of the input is not the model's", "--force",
            "--start", "start.pt")
    change(folder, "model/fitting_net", neuron=[8, 8])
    change(folder, "model/descriptor", rcut=3.9)
    refuses(folder, "start.pt: rcut of the input is not the model's", "--force", "--start",
            "start.pt")
    change(folder, "model", type_map=["O", "B"])
    refuses(folder, "start.pt has the elements B O, but type_map has O B", "--force", "--start",
            "start.pt")


def shortest(folder, model):
    """Shortest distances of the pairs of types, as deepsea info has them."""
    done = subprocess.run(["deepsea", "info", model], cwd=folder, text=True, capture_output=True,
                          check=True)
    return dict(re.findall(r"(\w+-\w+) (\d\.\d+)", done.stdout))


def test_fine_tuning_knows_the_distances_of_both_sets(folder):
    """The shorter one of each pair of types, not those of the last set."""
    arrays = frames(8, seed=2, apart=1.3)
    write_system(folder / "new", arrays, ATOMS)
    works(folder)
    os.rename(folder / "model.pt", folder / "start.pt")
    change(folder, "training", training_data={"systems": ["new"], "batch_size": 2})
    works(folder, "--force")
    alone = shortest(folder, "model.pt")
    works(folder, "--force", "--start", "start.pt")
    both, start = shortest(folder, "model.pt"), shortest(folder, "start.pt")
    assert both == {pair: min(start[pair], alone[pair]) for pair in start} and len(both) == 3
    assert both not in (start, alone)


def test_fine_tuning_goes_on_with_the_same_numbers(folder):
    """With the averages of the model that it began with, which are not those of its data."""
    works(folder)
    os.rename(folder / "model.pt", folder / "start.pt")
    write_system(folder / "denser", frames(8, seed=3, cell=0.9 * CELL, apart=1.2), ATOMS)
    change(folder, "training", training_data={"systems": ["denser"], "batch_size": 2},
           numb_steps=1000, save_freq=50)
    change(folder, "model/descriptor", sel="auto")
    works(folder, "--force", "--start", "start.pt", "--shift-energies")
    expected = (folder / "model.ckpt").read_bytes()
    of_data = works(folder, "--force") and (folder / "model.ckpt").read_bytes()
    assert of_data != expected
    (folder / "model.ckpt").unlink()
    with subprocess.Popen(["deepsea", "train", "input.json", "--force", "--start", "start.pt",
                           "--shift-energies"], cwd=folder, stdout=subprocess.DEVNULL) as program:
        wait_for(folder / "model.ckpt", program)
        program.kill()
    assert (folder / "model.ckpt").read_bytes() != expected, "it was over before it was killed"
    works(folder, "--restart")
    assert (folder / "model.ckpt").read_bytes() == expected


def test_another_zero_of_energy(folder):
    """--shift-energies takes it away, and the rest of the model stays."""
    change(folder, "training", numb_steps=200)
    works(folder)
    before = curve(folder)[-1, 4]
    os.rename(folder / "model.pt", folder / "start.pt")
    array, path = array_of(folder, "energy")
    np.save(path, array + 6 * 700.0)
    change(folder, "training", numb_steps=1)
    change(folder, "learning_rate", start_lr=1e-9, stop_lr=1e-10)
    works(folder, "--force", "--start", "start.pt")
    np.testing.assert_allclose(curve(folder)[0, 4], 700.0, rtol=0.01)
    works(folder, "--force", "--start", "start.pt", "--shift-energies")
    assert curve(folder)[0, 4] < 3 * before < 0.1
    refuses(folder, "--shift-energies requires --start", "--force", "--shift-energies")


# ---- inputs of DeePMD-kit ------------------------------------------------------------------------


def test_inputs_as_version_2_has_them(folder):
    """Keys that change nothing are named; comments are not."""
    write_input(folder, {
        "_comment": "after the example for water",
        "model": {
            "type_map": TYPES,
            "descriptor": {"type": "se_e2_a", "sel": "auto", "rcut_smth": 0.5, "rcut": 4.0,
                           "neuron": [4, 8], "resnet_dt": False, "axis_neuron": 4, "seed": 1,
                           "type_one_side": True, "_comment": "that is it"},
            "fitting_net": {"neuron": [8, 8], "resnet_dt": True, "seed": 1},
            "data_stat_nbatch": 20},
        "learning_rate": {"type": "exp", "decay_steps": 5000, "start_lr": 0.001,
                          "stop_lr": 3.51e-8},
        "loss": {"type": "ener", "start_pref_e": 0.02, "limit_pref_e": 1, "start_pref_f": 1000,
                 "limit_pref_f": 1, "start_pref_v": 0, "limit_pref_v": 0},
        "training": {"training_data": {"systems": ["set"], "batch_size": "auto",
                                       "set_prefix": "set", "sys_probs": None},
                     "validation_data": {"systems": ["set"], "batch_size": [1, 2],
                                         "sys_probs": [1.0, 2.0], "numb_btch": 3},
                     "stop_batch": 20, "seed": None, "disp_file": "lcurve.out", "disp_freq": 10,
                     "save_freq": 20, "tensorboard": False,
                     "disp_training": True, "time_training": True, "profiling": False,
                     "profiling_file": "timeline.json"}})
    out = works(folder)
    for key in ("model/data_stat_nbatch", "training/disp_training",
                "training/validation_data/numb_btch", "training/validation_data/batch_size",
                "training/validation_data/sys_probs"):
        assert f"{key} changes nothing here" in out
    assert "_comment" not in out
    assert curve(folder)[-1, 0] == 20
    assert (folder / "model.pt").exists()


def test_inputs_as_version_3_has_them(folder):
    """With a section for the optimizer and other names of keys."""
    write_input(folder, {
        "model": {
            "type": "standard", "type_map": TYPES,
            "descriptor": {"type": "se_e2_a", "sel": "auto:1.2", "rcut_smth": 0.5, "rcut": 4.0,
                           "neuron": [4, 8], "n_axis_neuron": 4, "precision": "float64",
                           "env_protection": 0.0, "exclude_types": []},
            "fitting_net": {"type": "ener", "n_neuron": [8, 8], "precision": "float64",
                            "trainable": True, "dim_case_embd": 0}},
        "learning_rate": {"type": "wsd", "start_lr": 0.01, "stop_lr_ratio": 0.01,
                          "warmup_ratio": 0.2, "decay_type": "cosine"},
        "optimizer": {"type": "AdamW", "weight_decay": 0.001, "adam_beta1": 0.9},
        "loss": {"type": "ener", "loss_func": "mse", "use_huber": False},
        "validating": {"full_validation": False},
        "training": {"training_data": {"systems": ["set"], "batch_size": "mixed:2",
                                       "auto_prob": "prob_sys_size;0:1:1.0"},
                     "num_steps": 20, "gradient_max_norm": 5.0, "disp_freq": 10, "max_ckpt_keep": 3,
                     "enable_compile": False}})
    out = works(folder)
    assert "validating changes nothing here" in out
    assert curve(folder)[-1, 0] == 20


def test_epochs_and_inputs_as_version_1_has_them(folder):
    """An epoch is all frames once, of which numb_copy makes more."""
    given = settings()
    given["training"] = {"systems": ["set"], "set_prefix": "set", "batch_size": 2, "num_epoch": 3,
                         "numb_test": 10}
    write_input(folder, given)
    assert "8 training frames" in works(folder)
    assert curve(folder)[-1, 0] == 12
    np.save(folder / "set/set.000/numb_copy.npy", np.array([3, 0, 1, 1, 1, 1, 1, 2]))
    assert "10 training frames" in works(folder, "--force")
    assert curve(folder)[-1, 0] == 15
    np.save(folder / "set/set.000/numb_copy.npy", np.array([3, 0, 1, 1, 1, 1, 1, 2.5]))
    refuses(folder, "numb_copy.npy, frame 8: must be a whole number", "--force")


@pytest.mark.parametrize("section, key, value, words", [
    ("model/descriptor", "neurons", [4], "neurons is not known; do you mean 'neuron'?"),
    ("model/descriptor", "type", "dpa2", "type is dpa2; only se_e2_a is supported"),
    ("model/descriptor", "neuron", [4.5], "neuron must be a whole number, not 4.5"),
    ("model/descriptor", "neuron", [], "descriptor/neuron must have at least one number"),
    ("model/descriptor", "neuron", [4, 10**9], "descriptor/neuron is too wide: the nets would"),
    ("model/descriptor", "rcut", None, "rcut is null; give it a value, or take it out"),
    ("model/descriptor", "rcut", -1.0, "rcut must be more than 0"),
    ("model/descriptor", "sel", None, "sel is null"),
    ("model/descriptor", "sel", [0, 2], "sel must have numbers of 1 or more"),
    ("model/descriptor", "sel", "auto:x", "the ratio of sel"),
    ("model/descriptor", "exclude_types", [[0, 2]], "names a type that type_map does not have"),
    ("model/descriptor", "n_axis_neuron", 2, "says the same as axis_neuron"),
    ("model/fitting_net", "neuron", [], "fitting_net/neuron must have at least one number"),
    ("model/fitting_net", "neuron", [10**9, 8], "fitting_net/neuron is too wide: the nets would"),
    ("model/fitting_net", "numb_fparam", 1, "numb_fparam is not supported with the value 1"),
    ("model/fitting_net", "precision", "float32", "precision must be the descriptor's"),
    ("model", "type_map", ["O", "O"], "type_map names a type twice"),
    ("model", "use_srtab", "table", "use_srtab is not supported"),
    ("model", "pair_exclude_types", [[0, 1]], "pair_exclude_types is not supported"),
    ("learning_rate", "type", "step", "type must be exp, cosine or wsd, not step"),
    ("learning_rate", "warmup_steps", 40, "must be less than the whole run, which has 40 steps"),
    ("learning_rate", "stop_lr_ratio", 0.1, "stop_lr_ratio contradicts stop_lr"),
    ("learning_rate", "start_lr", None, "start_lr is null"),
    ("", "loss", None, "loss is null"),
    ("loss", "start_pref_ae", 1, "start_pref_ae is not supported with the value 1"),
    ("loss", "use_huber", True, "use_huber is not supported with the value true"),
    ("loss", "intensive_ener_virial", True, "intensive_ener_virial is not supported"),
    ("training", "num_epoch", 3, "numb_steps contradicts numb_epoch"),
    ("training", "numb_steps", 1e40, "numb_steps is a number out of range"),
    ("training", "mixed_precision", {}, "mixed_precision is not supported"),
    ("training", "enable_ema", 0.5, "enable_ema"),
    ("training/training_data", "batch_size", 9, "batch_size is 9, but there are only 8 frames"),
    ("training/training_data", "batch_size", None, "batch_size is null"),
    ("training/training_data", "batch_size", "auto:x", "the number in batch_size"),
    ("training/training_data", "batch_size", "max:9", "must be a number of frames, auto"),
    ("training/training_data", "sys_probs", [0.5, 0.5], "sys_probs has 2 numbers for 1 systems"),
    ("training/training_data", "auto_prob", "prob_sys_size;0:2:1", "auto_prob names system 1"),
    ("optimizer", "type", "LKF", "type is LKF; only Adam, AdamW and SOAP are supported"),
    ("optimizer", "precondition_frequency", 20, "precondition_frequency is not known"),
    ("", "optimizer", {"type": "SOAP", "precondition_frequency": 0},
     "precondition_frequency must be 1 or more"),
    ("", "optimizer", {"type": "SOAP", "precondition_frequency": 2.5}, "precondition_frequency"),
    ("", "nvnmd", {"enable": True}, "nvnmd is not supported"),
    ("", "modle", {}, "modle is not known; do you mean 'model'?")])
def test_keys_that_are_refused(folder, section, key, value, words):
    """By their names and with the remedy."""
    change(folder, section, **{key: value})
    refuses(folder, words)
    assert not (folder / "model.ckpt").exists()


def test_too_few_places(folder):
    """As DeePMD-kit does: told, for such a model learns badly."""
    said = "warning: sel has 2 places for "
    assert "warning: sel" not in works(folder)
    change(folder, "model/descriptor", sel=[2, 30])
    out = works(folder, "--force")
    assert out.count(said) == 1 and out.count("warning: sel") == 1
