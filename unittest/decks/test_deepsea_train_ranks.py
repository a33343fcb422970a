# SPDX-License-Identifier: GPL-2.0-only
"""`deepsea train --mpi` on several ranks: the numbers of one process, restarts, errors."""
import json
import os
import pathlib
import signal
import subprocess

import numpy as np
import pytest

from deck import TIMEOUT, wait_for
from test_deepsea_train import curve, run as train
from training_data import frames, settings, write_input, write_system

NO_MPI = "LBS_NO_MPI" in os.environ


def run(folder, ranks, *words):
    """Run the program there; return its exit status, output and messages."""
    if ranks and NO_MPI:
        pytest.skip("this program has no MPI")
    return train(folder, *words, start=["mpirun", "-np", str(ranks)] if ranks else [])


def works(folder, ranks, *words):
    """Run the program, which has to succeed; return its output."""
    status, out, messages = run(folder, ranks, *words)
    assert status == 0, messages
    return out


def outputs(folder):
    """Names of the files that a run leaves."""
    return sorted(path.name for path in folder.glob("*"))


def children(parent):
    """Processes that another one has started, in the order of their numbers."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == parent:
            found.append(int(path.parent.name))
    return sorted(found)


@pytest.fixture(name="folder")
def make_folder(tmp_path):
    """A folder with systems of two sizes for training and validation, and an input."""
    write_system(tmp_path / "small", frames(5), [0, 1, 1, 0, 1, 1])
    write_system(tmp_path / "large", frames(4, atoms=8, seed=2), [0, 1, 1, 0, 1, 1, 1, 0])
    write_system(tmp_path / "other", frames(3, seed=3), [0, 1, 1, 0, 1, 1])
    given = settings("small", "large", numb_steps=20, disp_freq=1)
    given["training"]["training_data"]["batch_size"] = 3
    given["training"]["validation_data"] = {"systems": ["other"]}
    write_input(tmp_path, given)
    return tmp_path


@pytest.mark.parametrize("ranks, optimizer", [(1, "Adam"), (2, "Adam"), (3, "Adam"), (3, "SOAP")])
def test_ranks_give_the_numbers_of_one_process(folder, ranks, optimizer):
    """Step by step, with batches that do not divide evenly, and as many lines and files."""
    given = json.loads((folder / "input.json").read_text())
    write_input(folder, {**given, "optimizer": {"type": optimizer}})
    out = works(folder, 0)
    alone, files = curve(folder), outputs(folder)
    again = works(folder, ranks, "--mpi", "--force")
    assert alone[-1, 2] < alone[0, 2]
    np.testing.assert_allclose(curve(folder), alone, rtol=0.02)    # three digits are printed
    assert outputs(folder) == files
    assert len(again.splitlines()) == len(out.splitlines())


def test_more_ranks_than_frames(folder):
    """Those without a frame wait."""
    given = json.loads((folder / "input.json").read_text())
    given["training"]["training_data"]["batch_size"] = 1
    write_input(folder, given)
    works(folder, 0)
    alone = curve(folder)
    works(folder, 3, "--mpi", "--force")
    np.testing.assert_allclose(curve(folder), alone, rtol=0.02)


def test_restart_on_ranks(folder):
    """A run of which one rank is told to stop ends with the bytes of one without a stop, if the
    ranks are as many.
    """
    given = json.loads((folder / "input.json").read_text())
    given["training"].update(numb_steps=5000, save_freq=100, disp_freq=100)
    write_input(folder, given)
    works(folder, 2, "--mpi")
    expected = (folder / "model.ckpt").read_bytes(), (folder / "lcurve.out").read_text()
    for name in ("model.ckpt", "model.pt"):
        (folder / name).unlink()
    with subprocess.Popen(["mpirun", "-np", "2", "deepsea", "train", "input.json", "--mpi"],
                          cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          start_new_session=True) as program:
        wait_for(folder / "model.ckpt", program)
        os.kill(children(program.pid)[1], signal.SIGTERM)
        assert program.wait(TIMEOUT) != 0
    assert (folder / "model.ckpt").read_bytes() != expected[0]
    works(folder, 2, "--mpi", "--restart")
    assert (folder / "model.ckpt").read_bytes() == expected[0]
    assert (folder / "lcurve.out").read_text() == expected[1]


def test_an_error_of_all_is_said_once(folder):
    """And ends all ranks with a status that is not 0."""
    (folder / "large/set.000/box.npy").unlink()
    status, _, messages = run(folder, 2, "--mpi")
    assert status != 0
    assert messages.count("box.npy") == 1, messages
    assert "rank" not in messages.partition("\n")[0]


def test_without_the_option_a_second_run_is_refused(folder):
    """Ranks that do not know of each other would write the same files."""
    given = json.loads((folder / "input.json").read_text())
    given["training"].update(numb_steps=100000, save_freq=100000, disp_freq=100000)
    write_input(folder, given)
    status, _, messages = run(folder, 2)
    assert status != 0
    assert "another run writes the files of this one" in messages


if NO_MPI:
    def test_without_mpi_the_option_is_refused(folder):
        """With what to do about it."""
        status, _, messages = run(folder, 0, "--mpi")
        assert status == 1
        assert "was built for a LAMMPS without MPI" in messages
