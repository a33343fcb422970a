# SPDX-License-Identifier: GPL-2.0-only
"""The program `deepsea` as its user runs it."""
import json
import re
import shutil
import subprocess

import numpy as np
import pytest

from deck import ROOT, TIMEOUT
from deepsea_models import extxyz

REFERENCE = ROOT / "unittest" / "reference" / "deepsea"
MODEL = "two_types"    # of O and B, with both a .dp and a .pth


def deepsea(*args, cwd=None):
    """Run the program; return its exit status, output and messages."""
    done = subprocess.run(["deepsea", *map(str, args)], capture_output=True, text=True,
                          timeout=TIMEOUT, check=False, cwd=cwd)
    return done.returncode, done.stdout, done.stderr


def works(*args, cwd=None):
    """Run the program, which has to succeed silently; return its output."""
    status, out, messages = deepsea(*args, cwd=cwd)
    assert (status, messages) == (0, "")
    return out


def refuses(message, *args):
    """Run the program, which has to fail with one line that holds `message`."""
    status, out, messages = deepsea(*args)
    assert status == 1
    assert out == ""
    assert messages.startswith("deepsea: ") and messages.count("\n") == 1, messages
    assert message in messages, messages


def reference():
    """Frames and the numbers of DeePMD-kit for the model."""
    frames = json.loads((REFERENCE / "frames.json").read_text())
    numbers = json.loads((REFERENCE / f"{MODEL}.json").read_text())["frames"]
    return [(frames[name], numbers[name]) for name in numbers]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the converted model and its frames."""
    path = tmp_path_factory.mktemp("deepsea")
    works("convert", REFERENCE / f"{MODEL}.dp", path / "model.pt")
    (path / "frames.xyz").write_text("".join(extxyz(frame) for frame, _ in reference()))
    return path


def test_frozen_and_plain_file_give_the_same_model(folder):
    """.pth and .dp of one model lead to one checksum, which convert and info print."""
    out = works("convert", REFERENCE / f"{MODEL}.pth", folder / "frozen.pt")
    digest = out.split()[-1]
    assert len(digest) == 64
    assert digest in works("info", folder / "model.pt")
    assert digest in works("info", folder / "frozen.pt")


def info(path):
    """What `deepsea info` says of a model, by the names of the lines."""
    return {line[:22].strip(): line[23:] for line in works("info", path).splitlines()}


def weights(*widths):
    """Numbers in a net of these widths; DeePMD-kit gives time steps to the layers with a skip."""
    layers = list(zip(widths, widths[1:]))
    return sum(a * b + b + (b if b in (a, 2 * a) else 0) for a, b in layers)


def test_info_prints_the_contract(folder):
    """Every part of the contract is there, as DeePMD-kit defined the model."""
    defined = json.loads((REFERENCE / f"{MODEL}.json").read_text())
    descriptor = defined["definition"]["descriptor"]
    bias = [sum(pair) for pair in zip(defined["bias_atom_e"], defined["out_bias"])]
    shortest = f"{defined['min_nbor_dist']:.10g}"
    lines = info(folder / "model.pt")
    assert lines["schema version"] == "1"
    assert lines["elements"] == " ".join(defined["type_map"]) == "O B"
    assert lines["units"] == "A, eV"
    assert lines["cutoff rc"] == f"{descriptor['rcut']:g} A" == "4.5 A"
    assert lines["switch from rcs"] == f"{descriptor['rcut_smth']:g} A" == "1 A"
    assert lines["sel"] == "28 17 (sum 45, for normalization only)"
    assert descriptor["sel"] == [28, 17]
    assert lines["precision"] == "double"
    assert lines["embedding"] == "by both types"
    assert lines["embedding nets"] == "4 x 1 - 5 - 10 - 15, silu, resnet with resnet_dt"
    assert lines["axis neurons"] == str(descriptor["axis_neuron"]) == "3"
    assert lines["descriptor"] == "45"
    assert (lines["fitting nets"]
            == "2 x 45 - 12 - 24 - 24 - 10 - 1, sigmoid, resnet with resnet_dt")
    assert lines["weights"] == str(4 * weights(1, 5, 10, 15)
                                   + 2 * weights(45, 12, 24, 24, 10, 1))
    assert lines["energy bias"].split() == [f"{b:.10g}" for b in bias] + ["eV"]
    assert min(map(abs, bias)) > 0.1
    assert "excluded pairs" not in lines
    assert lines["shortest distances"] == f"O-O {shortest} O-B {shortest} B-B {shortest} A"
    assert lines["software"] == "deepmd-kit 3.2.0"
    assert "two_types.dp" in lines["source"]
    assert json.loads(lines["training"]) == {"min_nbor_dist": defined["min_nbor_dist"]}
    assert len(lines["sha256"]) == 64
    error, _, _, _, scale = lines["error of values"].split()
    assert 0.0 < float(error) < 5e-11 * float(scale)
    assert lines["channels kept"] == "15 of 15" and "all of them" not in lines


def test_info_tells_how_many_channels_are_kept(tmp_path):
    """The bounds are those of the radii and of nine tenths of the shortest distance."""
    works("convert", REFERENCE / "wide_two.dp", tmp_path / "wide.pt")
    lines = info(tmp_path / "wide.pt")
    least, most, all_channels = map(int, re.findall(r"\d+", lines["channels kept"]))
    assert 40 < least <= most < all_channels == 72
    shortest = float(lines["shortest distances"].split()[1])
    assert 1.4 < shortest < 1.6
    low, high = map(float, re.search(r"than (\S+) to (\S+) A", lines["all of them"]).groups())
    assert abs(low - 0.9 * shortest) < 1e-3 and abs(high - 0.75 * 2 * 1.28) < 1e-3


@pytest.mark.parametrize("name, lines", [
    ("exclude_two", {"excluded pairs": "Li-Si B-B"}),
    ("float32", {"precision": "trained in single", "embedding": "by the neighbor's type"})])
def test_info_prints_what_few_models_have(tmp_path, name, lines):
    """Parts of the contract that the model above does without."""
    works("convert", REFERENCE / f"{name}.dp", tmp_path / "model.pt")
    said = info(tmp_path / "model.pt")
    assert {key: said[key] for key in lines} == lines


def test_info_without_a_table(tmp_path):
    """A net with corners has no table; what stands behind it is printed all the same."""
    works("convert", REFERENCE / "exclude_one.dp", tmp_path / "relu.pt")
    lines = info(tmp_path / "relu.pt")
    assert "relu" in lines["embedding nets"]
    assert lines["embedding table"].startswith("none: ")
    assert lines["embedding table"].endswith("the pair style needs 'tabulate off'")
    assert "error of values" not in lines
    assert "exclude_one.dp" in lines["source"]
    assert lines["software"] == "deepmd-kit 3.2.0"
    assert len(lines["sha256"]) == 64


def test_eval_without_a_table(tmp_path, folder):
    """The message names the model."""
    works("convert", REFERENCE / "exclude_one.dp", tmp_path / "relu.pt")
    refuses(f"{tmp_path}/relu.pt: the embedding net is not smooth enough", "eval",
            tmp_path / "relu.pt", folder / "frames.xyz")


@pytest.mark.parametrize("precision, error, other", [("double", "5e-11", "3e-7"),
                                                     ("mixed", "3e-7", "5e-11")])
def test_default_table_is_that_of_the_pair_style(folder, precision, error, other):
    """The same numbers, bit for bit, as with the error that doc/pair_deepsea.rst promises."""
    def eval_with(*table):
        return works("eval", folder / "model.pt", folder / "frames.xyz", "--json", "--precision",
                     precision, *table)

    assert eval_with() == eval_with("--table", error)
    assert eval_with() != eval_with("--table", other)


@pytest.mark.parametrize("options, tolerance", [
    (("--reference",), 1e-10), (("--table", "off"), 1e-10), ((), 1e-8),
    (("--table", "1e-6"), 1e-4), (("--precision", "mixed", "--threads", "2"), 1e-4)])
def test_eval_agrees_with_deepmd(folder, options, tolerance):
    """Energies, forces, virials and atomic energies of all frames."""
    result = json.loads(works("eval", folder / "model.pt", folder / "frames.xyz", "--json",
                              *options))
    assert len(result["frames"]) == len(reference()) >= 3
    for ours, (frame, theirs) in zip(result["frames"], reference()):
        assert ours["elements"] == frame["elements"]
        assert ours["energy"] == pytest.approx(theirs["energy"], rel=tolerance)
        virial = np.reshape(theirs["virial"], (3, 3)).T.ravel()    # theirs is F x
        for mine, other in ((ours["forces"], theirs["forces"]), (ours["virial"], virial),
                            (ours["atomic_energies"], theirs["atomic_energy"])):
            scale = np.abs(other).max()
            assert scale > 0.01
            assert np.abs(np.subtract(mine, other)).max() < tolerance * scale


def test_eval_reads_deepmd_folders(folder):
    """The same frame as a folder of .npy files; text output tells the same energy."""
    frame, theirs = reference()[0]
    data = folder / "data"
    (data / "set.000").mkdir(parents=True)
    (data / "type_map.raw").write_text("B\nO\n")
    (data / "type.raw").write_text("\n".join(str(["B", "O"].index(e)) for e in frame["elements"]))
    np.save(data / "set.000" / "coord.npy", np.reshape(frame["positions"], (1, -1)))
    np.save(data / "set.000" / "box.npy", np.reshape(frame["cell"], (1, -1)))
    lines = works("eval", folder / "model.pt", data).splitlines()
    assert lines[0] == f"frame 1: {len(frame['elements'])} atoms"
    assert float(lines[1].split()[1]) == pytest.approx(theirs["energy"], rel=1e-9)
    assert lines[-1].split()[:2] == [str(len(frame["elements"])), frame["elements"][-1]]
    assert len(lines) == len(frame["elements"]) + 4


def test_short_pairs_are_told(folder):
    """Atoms closer than in training are counted."""
    (folder / "close.xyz").write_text("2\n\nO 0 0 0\nB 1.0 0 0\n")
    assert "closer than in training: 2 neighbors, worst atoms 1 and 2 at 1 A" in works(
        "eval", folder / "model.pt", folder / "close.xyz").replace("2 and 1", "1 and 2")


def test_bad_models_are_refused(folder):
    """Each with its remedy."""
    refuses("no.pt: No such file", "info", folder / "no.pt")
    refuses("is a file of DeePMD-kit: convert it with", "info", REFERENCE / f"{MODEL}.pth")
    refuses("is a file of DeePMD-kit: convert it with", "eval", REFERENCE / f"{MODEL}.dp",
            folder / "frames.xyz")
    damaged = bytearray((folder / "model.pt").read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (folder / "damaged.pt").write_bytes(damaged)
    refuses("damaged.pt is damaged or incomplete", "info", folder / "damaged.pt")
    refuses("is no deepsea model", "info", folder / "frames.xyz")
    (folder / "empty.pt").write_bytes(b"")
    refuses("empty.pt is empty; copy or convert it again", "info", folder / "empty.pt")


def test_missing_library_is_told(folder):
    """The program needs liblbstorch.so beside it."""
    alone = shutil.copy(shutil.which("deepsea"), folder / "alone")
    done = subprocess.run([alone, "info", folder / "model.pt"], capture_output=True, text=True,
                          timeout=TIMEOUT, check=False)
    assert done.returncode == 1
    assert "deepsea: liblbstorch.so is not where it belongs" in done.stderr


def test_bad_conversions_are_refused(folder):
    """Also those that DeePMD-kit itself must do first."""
    out = folder / "out.pt"
    shutil.copy(REFERENCE / "refuse_tensorflow.pb", folder / "m.pb")
    refuses(f"'dp convert-backend {folder}/m.pb {folder}/m.dp'", "convert", folder / "m.pb", out)
    refuses("numb_fparam is not supported", "convert", REFERENCE / "refuse_fparam.pth", out)
    refuses("is a deepsea model already", "convert", folder / "model.pt", out)
    refuses("is no deepsea model", "convert", folder / "frames.xyz", out)
    refuses("cannot write /no/out.pt", "convert", REFERENCE / f"{MODEL}.dp", "/no/out.pt")
    frozen = (REFERENCE / f"{MODEL}.pth").read_bytes()
    (folder / "short.pth").write_bytes(frozen[:len(frozen) // 2])
    refuses("short.pth", "convert", folder / "short.pth", out)
    assert not out.exists()


def test_outputs_that_exist_are_kept(folder):
    """Only --force replaces one, and not even that replaces the input."""
    out = folder / "precious.pt"
    out.write_bytes(b"precious")
    model = REFERENCE / f"{MODEL}.dp"
    refuses("precious.pt exists; give the output another name, or --force", "convert", model, out)
    refuses("precious.pt exists", "convert", REFERENCE / "two_types.pth", out)
    assert out.read_bytes() == b"precious"
    works("convert", model, out, "--force")
    assert out.read_bytes() == (folder / "model.pt").read_bytes()

    copy = folder / "input.dp"
    shutil.copy(model, copy)
    (folder / "link.pt").symlink_to(copy)
    for name in ("input.dp", "link.pt", "../" + folder.name + "/input.dp"):
        for options in ((), ("--force",)):
            refuses("is the file to be converted; give", "convert", copy, folder / name, *options)
    assert copy.read_bytes() == model.read_bytes()
    refuses("something of that name that is no file", "convert", model, folder, "--force")
    refuses("something of that name that is no file", "convert", model, "/dev/null", "--force")


def converted(folder, name, content):
    """Digest that `deepsea convert` tells of a file; None if it refuses it with one line."""
    (folder / name).write_bytes(content)
    status, out, messages = deepsea("convert", folder / name, folder / "out.pt", "--force")
    assert status in (0, 1), messages
    assert messages.count("\n") == status and messages.startswith("deepsea: " * status), messages
    return out.split()[-1] if status == 0 else None


def test_damaged_deepmd_files_are_refused(folder):
    """HDF5 itself does not survive every damaged file; the program does."""
    whole = (REFERENCE / f"{MODEL}.dp").read_bytes()
    assert converted(folder, "damaged.dp", whole)
    random = np.random.default_rng(11)
    refusals = 0
    for _ in range(8):
        damaged = bytearray(whole)
        damaged[random.integers(20000)] ^= 1 << random.integers(8)
        refusals += converted(folder, "damaged.dp", damaged) is None
    assert refusals > 0


def test_bad_frames_are_refused(folder):
    """With file, frame and atom."""
    def eval_of(text, message, *options):
        (folder / "bad.xyz").write_text(text)
        refuses(message, "eval", folder / "model.pt", folder / "bad.xyz", *options)

    eval_of("1\n\nNa 0 0 0\n", "bad.xyz, frame 1: element 'Na' is not in the model, which has O B")
    eval_of("1\n\nO 0 0\n", "bad.xyz, line 3: an atom has fewer columns")
    eval_of("2\n\nO 0 0 0\nO 0 0 0\n", "frame 1: the energy or force of atom 1 is not finite")
    eval_of("2\n\nO 0 0 0\nO 0 0 0\n", "do atoms overlap?", "--reference")
    eval_of('1\nLattice="1 0 0 0 1 0 1 1 0"\nO 0 0 0\n', "frame 1: the cell is flat")


def test_bad_command_lines_are_refused(folder):
    """What the program does not understand it says in one line."""
    model, frames = folder / "model.pt", folder / "frames.xyz"
    refuses("subcommand")
    refuses("FILE is required", "info")
    refuses("--precision", "eval", model, frames, "--precision", "half")
    refuses("--table", "eval", model, frames, "--table", "-1")
    refuses("--reference", "eval", model, frames, "--reference", "--table", "off")
    assert works("--version").startswith("deepsea 0.")
    assert "convert" in works("--help")
