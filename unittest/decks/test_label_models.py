# SPDX-License-Identifier: GPL-2.0-only
"""potentials/lbs/models.py: settings of a model, training, and the table of errors and times."""
import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from deck import TIMEOUT, data_text, needs_deepsea
from label_frames import LBS, xyz

sys.path.insert(0, LBS)
import models     # noqa: E402

SETTINGS = {
    "elements": ["Li", "B", "O", "Si"],
    "loss": {"start_pref_e": 0.02, "limit_pref_e": 1, "start_pref_f": 1000, "limit_pref_f": 1},
    "models": {
        "tiny": {"rcut": 4.0, "rcut_smth": 2.0, "neuron": [4, 8], "axis_neuron": 2,
                 "type_one_side": True, "fitting": [8, 8], "start_lr": 0.01, "steps": 40,
                 "seed": 1},
        "tiny-2": {"like": "tiny", "seed": 2, "optimizer": {"type": "SOAP"}},
        "tuned": {"like": "tiny-2", "start": "tiny", "steps": 10},
    },
}
DATA = os.path.join(LBS, "data")


def run(folder, *words):
    command = [sys.executable, f"{LBS}/models.py", *words, "--settings", "settings.json"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT,
                          check=False)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    (folder / "settings.json").write_text(json.dumps(SETTINGS))
    symbols, positions, cell, _ = next(iter(xyz("validation").values()))
    types = [SETTINGS["elements"].index(s) + 1 for s in symbols]
    (folder / "glass.data").write_text(
        data_text(np.asarray(cell), types, positions, np.zeros(len(types))))
    done = run(folder, "train", "tiny", "tuned", "--data", f"{DATA}/validation", "--valid",
               f"{DATA}/tune")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_a_model_inherits_what_it_does_not_say():
    assert models.model_of(SETTINGS, "tuned") == {
        **SETTINGS["models"]["tiny"], "seed": 2, "optimizer": {"type": "SOAP"}, "start": "tiny",
        "steps": 10}
    text = models.training_input(SETTINGS, "tiny-2", ["data"], ["valid"])
    assert text["optimizer"] == {"type": "SOAP"}
    assert "optimizer" not in models.training_input(SETTINGS, "tiny", ["data"], ["valid"])


@needs_deepsea
def test_table_has_the_errors_of_deepsea_test(trained):
    done = run(trained, "table", "tiny", "tuned", "--test", f"mine={DATA}/tune", "--glass",
               "glass.data", "--picture", "front.png")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = done.stdout.splitlines()
    assert rows[0].split()[:3] == ["model", "|", "mine:"] and len(rows) == 3
    for row, name in zip(rows[1:], ("tiny", "tuned")):
        total = json.loads(subprocess.run(
            ["deepsea", "test", f"work-models/{name}/model.pt", f"{DATA}/tune", "--json"],
            cwd=trained, capture_output=True, text=True, check=True).stdout)["total"]["errors"][0]
        numbers = [float(x) for x in re.findall(r"\d+\.\d+", row)]
        assert numbers[0] == pytest.approx(total["force"]["mae"], abs=1e-4) and numbers[0] > 0.1
        for number, element in zip(numbers[1:5], SETTINGS["elements"]):
            assert number == pytest.approx(total["force_of"][element]["mae"], abs=1e-3)
        # The constants of the elements can only take away from the error of the energy.
        assert 0.0 < numbers[5] < 1e3 * total["energy"]["mae"]
        assert len(numbers) == 8 and numbers[6] > 0.1 and numbers[7] > 0.1
    assert (trained / "front.png").stat().st_size > 5000
    done = run(trained, "table", "tiny", "--test", f"mine={DATA}/tune", "--picture", "front.png")
    assert done.returncode != 0 and "--picture needs --glass and --test" in done.stderr
    few = next(folder for folder in os.listdir(f"{DATA}/tune") if folder.startswith("B2O3"))
    done = run(trained, "table", "tiny", "--test", f"mine={DATA}/tune/{few}")
    assert done.returncode == 1 and done.stderr == (
        f"{DATA}/tune/{few}: 1 frames are too few to fit 1 constants; test on more frames\n")
    done = run(trained, "table", "tiny", "--test", f"{DATA}/tune")
    assert done.returncode == 2 and "has no title; write TITLE=" in done.stderr


@needs_deepsea
def test_what_is_trained_stays(trained):
    before = (trained / "work-models" / "tiny" / "model.pt").stat().st_mtime_ns
    done = run(trained, "train", "tiny", "--data", f"{DATA}/validation", "--valid", f"{DATA}/tune")
    assert done.returncode == 0 and "tiny is trained; remove" in done.stdout
    assert (trained / "work-models" / "tiny" / "model.pt").stat().st_mtime_ns == before


def test_a_stopped_training_goes_on(tmp_path):
    """A training that was stopped leaves a model as well; only the last step ends it."""
    assert not models.is_trained(tmp_path)
    (tmp_path / "model.pt").touch()
    (tmp_path / "input.json").write_text('{"training": {"numb_steps": 2000}}')
    (tmp_path / "lcurve.out").write_text("# step\n 1000 0.1\n")
    assert not models.is_trained(tmp_path)
    with open(tmp_path / "lcurve.out", "a") as rows:
        rows.write(" 2000 0.1\n")
    assert models.is_trained(tmp_path)


@needs_deepsea
def test_a_stopped_training_goes_on_with_what_it_began_with(trained):
    """The checkpoint of one set of frames is none of two, and one of other settings none of these.
    """
    folder = trained / "work-models" / "tiny-2"
    words = ("train", "tiny-2", "--data", f"{DATA}/validation")
    folder.mkdir()
    text = models.training_input(SETTINGS, "tiny-2", [f"{DATA}/validation"], [])
    (folder / "model.ckpt").write_text("none")
    for wrong in (lambda t: t["training"]["training_data"]["systems"].append("other"),
                  lambda t: t["training"].update(seed=3)):
        other = json.loads(json.dumps(text))
        wrong(other)
        (folder / "input.json").write_text(json.dumps(other))
        done = run(trained, *words)
        assert done.returncode == 1 and done.stderr.count("\n") == 1
        assert "tiny-2 was begun with other settings or data, see its input.json" in done.stderr
    (folder / "input.json").write_text(json.dumps(text))
    done = run(trained, *words)    # the program takes it, and finds that this is no checkpoint
    assert "deepsea train ended with" in done.stderr
    shutil.rmtree(folder)


@needs_deepsea
def test_unknown_names_are_told(trained):
    done = run(trained, "train", "tinny", "--data", f"{DATA}/validation")
    assert done.returncode != 0
    assert "no model tinny; the settings have tiny tiny-2 tuned" in done.stderr


@needs_deepsea
def test_a_table_of_a_model_that_is_not_trained(trained, tmp_path):
    done = run(trained, "table", "tiny", "--test", f"a={DATA}/validation", "--work", tmp_path)
    assert done.returncode == 1 and "tiny/model.pt: No such file or directory" in done.stderr
    assert done.stderr.count("\n") == 1
