# SPDX-License-Identifier: GPL-2.0-only
"""Long runs of examples/paper: progress by the minute, full disks, lost checkpoints, cut files."""
import os
import re
import resource
import shutil
import signal
import subprocess

import numpy as np
import pytest

from deck import (DEEPSEA, POTENTIALS, ROOT, TIMEOUT, density_of, environment, frame,
                  read_frame)
from paper_decks import call, command, copy_decks, kill_at, refuses, run

BEGIN = ("-var", "settle", "0.1", "-var", "frame", "0.02", "-var", "out", "li")
TRANSPORT = (*BEGIN, "-var", "follow", "0.4")
PIECES = ("-var", "piece", "100")


@pytest.fixture(name="folder")
def make_folder(tmp_path):
    """A copy of the decks."""
    return copy_decks(tmp_path)


def steps(folder):
    """Steps of the frames in the order of the file."""
    return [int(s) for s in re.findall(r"TIMESTEP\n(\d+)",
                                       (folder / "transport" / "li.dump").read_text())]


def test_pieces_end_by_time(folder):
    """A piece lasts `seconds`, ends at a multiple of `grain`, and its line has the temperature."""
    out = run(folder, "transport", "-var", "settle", "0", "-var", "follow", "1", "-var", "T", "800",
              "-var", "frame", "0.01", "-var", "seconds", "1", "-var", "out", "li")
    lines = re.findall(r"^NVT: step (\d+) of 1000, (\d+) K, \d+ min left$", out, re.M)
    assert lines[-1][0] == "1000"
    # A machine that does 1000 steps within a second has one piece.
    assert out.count("Wall time limit reached") == len(lines) - 1
    assert all(int(step) % 10 == 0 for step, _ in lines)
    printed = {row[0]: float(row[1]) for row in re.findall(
        r"^ +(\d+) +(\S+) +\S+ +\S+ +\S+ *$", out, re.M)}
    known = [(float(k), printed[step]) for step, k in lines if step in printed]
    assert known and all(abs(k - t) < 0.6 for k, t in known) and known[-1][0] > 300
    assert "timeout=off" in out and steps(folder) == list(range(0, 1001, 10))


@pytest.mark.skipif("LBS_NO_MPI" in os.environ, reason="this LAMMPS has no MPI")
def test_two_ranks(folder):
    """Pieces end by time on both ranks alike, the run goes on, and refuses another potential."""
    words = [*"mpirun -np 2".split(), *command("transport", "-var", "settle", "0", "-var", "T",
                                               "800", "-var", "frame", "0.01", "-var", "seconds",
                                               "1", "-var", "out", "li")]
    place = {"cwd": folder / "transport", "text": True, "env": environment(2),
             "capture_output": True, "timeout": TIMEOUT, "check": False}
    for follow, last in (("0.6", 600), ("1", 1000)):
        done = subprocess.run([*words, "-var", "follow", follow], **place)
        assert done.returncode == 0, done.stdout[-2000:]
        pieces = [int(s) for s in re.findall(r"^NVT: step (\d+) of", done.stdout, re.M)]
        assert pieces[-1] == last and all(step % 10 == 0 for step in pieces)
        assert set(steps(folder)) == set(range(0, last + 1, 10))
    done = subprocess.run([*words, "-var", "follow", "2", "-var", "potential", "shik"], **place)
    assert done.returncode != 0 and "li began otherwise" in done.stdout
    assert set(steps(folder)) == set(range(0, 1001, 10))


def limited(folder, size, *words):
    """The deck where no file can grow beyond a size in bytes, as on a disk that is full."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return subprocess.run(command("transport", *words, *PIECES), cwd=folder / "transport",
                          capture_output=True, text=True, timeout=TIMEOUT, check=False,
                          env=environment(1), preexec_fn=limit)


def test_a_full_disk_leaves_the_checkpoint_before(folder):
    """Of two runs, one has few frames, so that the checkpoint is the first file that does not fit;
    the other's dump is, which is an error of LAMMPS.
    """
    few = ("-var", "settle", "0.1", "-var", "frame", "0.1", "-var", "out", "few")
    run(folder, "transport", *few, "-var", "follow", "0.1", *PIECES)
    checkpoint = folder / "transport" / "few.restart"
    before = checkpoint.read_bytes()
    assert before.endswith(b"LammpS RestartT\0") and len(before) > 25000
    for size in (len(before) - 50, len(before) - 5000):
        done = limited(folder, size, *few, "-var", "follow", "0.4")
        assert done.returncode != 0
        assert "few.part is no whole checkpoint: is the disk full?" in done.stdout or (
            "riting restart" in done.stdout), done.stdout[-1000:]
        assert checkpoint.read_bytes() == before
    run(folder, "transport", *BEGIN, "-var", "follow", "0.1", *PIECES)
    checkpoint = folder / "transport" / "li.restart"
    before = checkpoint.read_bytes()
    done = limited(folder, 15000, *TRANSPORT)
    assert done.returncode != 0 and "Error writing dump lithium" in done.stdout
    assert checkpoint.read_bytes() == before
    out = run(folder, "transport", *TRANSPORT, *PIECES)
    assert "NVT: step 500 of 500" in out and "NVT: step 200" not in out
    assert set(steps(folder)) == set(range(100, 501, 20))


def test_a_checkpoint_that_is_missing(folder):
    done = call(folder, "transport", *TRANSPORT, *PIECES, start="none")
    assert done.returncode != 0 and "none.data" in done.stdout
    words = command("transport", *TRANSPORT)
    where = words.index("start")
    done = subprocess.run(words[:where - 1] + words[where + 2:], cwd=folder / "transport",
                          capture_output=True, text=True, timeout=TIMEOUT, check=False,
                          env=environment(1))
    assert done.returncode != 0
    assert "there is no li.restart to go on from, and no -var start FILE.data" in done.stdout
    run(folder, "transport", *TRANSPORT, *PIECES)
    dump = (folder / "transport" / "li.dump").read_text()
    (folder / "transport" / "li.restart").rename(folder / "transport" / "li.old")
    done = call(folder, "transport", *TRANSPORT, *PIECES)
    assert done.returncode != 0
    assert "there is li.dump but no li.restart; move it or name another out" in done.stdout
    assert (folder / "transport" / "li.dump").read_text() == dump
    (folder / "transport" / "li.old").rename(folder / "transport" / "li.restart")
    assert "min left" not in run(folder, "transport", *TRANSPORT, *PIECES)
    # One that was cut off is an error of LAMMPS, not a beginning from nothing.
    (folder / "transport" / "li.restart").write_bytes(b"LammpS RestartT\0 half of it")
    done = call(folder, "transport", *TRANSPORT, *PIECES)
    assert done.returncode != 0 and "estart file" in done.stdout
    assert (folder / "transport" / "li.dump").read_text() == dump


def test_other_settings_are_another_run(folder):
    """Potential, preset, settings, seed, glass; the last stage may grow, and what began goes on."""
    begin = ("transport", *BEGIN, "-var", "follow")
    run(folder, *begin, "0.02")
    other = folder / "other.data"
    other.write_text("another " + frame("glass").read_text())
    for words in (("potential", "shik"), ("preset", "paper"), ("T", "900"), ("seed", "7"),
                  ("dt", "0.0005")):
        assert refuses(folder, *begin, "0.06", "-var", *words, kept="li"), words
    assert refuses(folder, *begin, "0.06", start=other, kept="li")
    assert refuses(folder, "transport", "-var", "settle", "0.05", *BEGIN[2:], "-var", "follow",
                   "0.06", kept="li")
    assert "NVT: step 140 of 140" in run(folder, *begin, "0.04")
    other.unlink()    # a glass that is gone is the one that the run began with
    assert "NVT: step 160 of 160" in run(folder, *begin, "0.06", start=other)


def test_a_file_that_has_changed_is_another_run(folder, monkeypatch):
    """A potential that LAMMPS finds by LAMMPS_POTENTIALS, and a model by its path."""
    place = folder / "potentials"
    place.mkdir()
    monkeypatch.setenv("LAMMPS_POTENTIALS", f"{folder}/none:{place}")
    shutil.copy(POTENTIALS / "deng-du-teter.fmp", place)
    shutil.copy(POTENTIALS / "lbs-fast.deepsea.pt", place / "model.pt")
    begin = ("transport", *BEGIN, "-var", "follow")
    run(folder, *begin, "0.02")
    assert not refuses(folder, *begin, "0.04", kept="li")
    with open(place / "deng-du-teter.fmp", "a", encoding="utf-8") as file:
        file.write("# another\n")
    assert refuses(folder, *begin, "0.06", kept="li")
    if not DEEPSEA:
        return
    runs = [("-var", "model", model, "-var", "out", out, *BEGIN, "-var", "follow")
            for out, model in (("named", "model.pt"), ("path", str(place / "model.pt")))]
    for words in runs:
        run(folder, "transport", *words, "0.02")
    # The archive's comment: another file, the same model.
    model = place / "model.pt"
    model.write_bytes(model.read_bytes()[:-2] + b"\1\0a")
    for words in runs:
        assert refuses(folder, "transport", *words, "0.04", kept=words[5])


def test_frames_that_were_cut_off_are_written_again(folder):
    """Of a dump; a killed or full run leaves half a frame from behind the checkpoint."""
    run(folder, "transport", *BEGIN, "-var", "follow", "0.2", *PIECES)
    dump = folder / "transport" / "li.dump"
    assert steps(folder) == list(range(100, 301, 20))
    first, _, last = dump.read_text().rpartition("ITEM: TIMESTEP\n")
    later = last.replace("300", "320", 1)
    for cut in (40, 5, len(later) // 2):
        dump.write_text(first + "ITEM: TIMESTEP\n" + last + "ITEM: TIMESTEP\n" + later[:cut])
        run(folder, "transport", *BEGIN, "-var", "follow", "0.2", *PIECES)
        assert set(steps(folder)) == set(range(100, 301, 20))
    dump.write_text(first + "ITEM: TIMESTEP\n" + last + "ITEM: TIMESTEP\n" + later[:40])
    run(folder, "transport", *TRANSPORT, *PIECES)
    assert set(steps(folder)) == set(range(100, 501, 20))
    assert len(set(map(len, dump.read_text().split("ITEM: TIMESTEP\n")[1:]))) < 40


def test_a_glass_to_begin_with(folder):
    """Killed in the melt and while it cools, the deck goes on and ends; it is then at its end."""
    words = ["lmp", "-in", "in.glass", "-log", "none", "-var", "glass", "LBS_40_20_40", "-var",
             "natoms", "60", "-var", "melt", "0.2", "-var", "rate", "16000", "-var", "hold", "0.1",
             "-var", "average", "2.1", *PIECES]
    place = {"cwd": folder / "quench", "text": True, "env": environment(1)}
    for step in (100, 300):
        kill_at(step, words, folder / "quench")
    assert not (folder / "quench" / "LBS_40_20_40.start.data").exists()
    for left in (True, False):
        done = subprocess.run(words, capture_output=True, timeout=TIMEOUT, check=False, **place)
        assert done.returncode == 0, done.stdout[-2000:]
        assert ("hold: step 2600 of 2600" in done.stdout) == left
        assert "melt: step" not in done.stdout and "Minimization" not in done.stdout
    cell, types, x, charges = read_frame(folder / "quench" / "LBS_40_20_40.start.data")
    assert abs(len(types) - 60) <= 5 and np.count_nonzero(types == 2) % 2 == 0
    assert density_of(cell, types) == pytest.approx(2.34, rel=1e-3)
    assert abs(charges.sum()) < 1e-9 < charges.max() and np.isfinite(x).all()


@pytest.mark.parametrize("last, kept", [(30, [10, 20, 30]), (25, [10, 20]), (5, [])])
def test_rows_behind_the_checkpoint_are_taken_off(tmp_path, last, kept):
    path = tmp_path / "rows"
    path.write_text("# head\n10 1.5 2\n20 1.5 2\n# again\n30 1.5 2\n30 1.5\n40 1.5 2\n4")
    done = subprocess.run(["awk", "-v", f"last={last}", "-f",
                           ROOT / "examples" / "paper" / "trim.awk", path], text=True, check=True,
                          capture_output=True)
    path.write_text(done.stdout)
    assert done.stdout.count("#") == 2 and done.stdout.count("\n") == 2 + len(kept)
    if kept:
        assert np.loadtxt(path, ndmin=2)[:, 0].tolist() == kept
