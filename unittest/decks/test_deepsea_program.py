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


def test_models_are_found_as_lammps_finds_them(folder, tmp_path, monkeypatch):
    """Here, else in LAMMPS_POTENTIALS; by all commands that read a model."""
    (tmp_path / "potentials").mkdir()
    shutil.copy(folder / "model.pt", tmp_path / "potentials" / "kept.pt")
    set_of_frames = folder / "frames.xyz"
    calls = (("info", "kept.pt"), ("eval", "kept.pt", set_of_frames), ("export", "kept.pt", "k.dp"))
    for call in calls:
        refuses("cannot open kept.pt", *call)
    monkeypatch.setenv("LAMMPS_POTENTIALS", f"/nowhere:{tmp_path}/potentials")
    for call in calls:
        works(*call, cwd=tmp_path)
    refuses("cannot open other.pt", "info", "other.pt")
    # What is here comes first.
    (tmp_path / "kept.pt").write_text("no model\n")
    assert "kept.pt is no deepsea model" in deepsea("info", "kept.pt", cwd=tmp_path)[2]


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
    assert lines["highest temperature"] == "not known"
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


@pytest.mark.parametrize("precision, error, other", [("double", "5e-11", "1e-6"),
                                                     ("mixed", "1e-6", "5e-11")])
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
    refuses("is no model of DeePMD-kit: neither a .dp nor", "convert", folder / "frames.xyz", out)
    whole = (REFERENCE / f"{MODEL}.dp").read_bytes()
    (folder / "short.dp").write_bytes(whole[:len(whole) // 2])
    refuses("short.dp: cannot be opened as an HDF5 file: it is something else or not complete",
            "convert", folder / "short.dp", out)
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
            refuses("is the input; give", "convert", copy, folder / name, *options)
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


def write_set(path, frames, elements, *, leave_out=(), **change):
    """Frames of one composition with DeePMD-kit's numbers as a set; `change` replaces arrays."""
    names = frames[0][0]["elements"]
    arrays = dict(coord=[np.ravel(f["positions"]) for f, _ in frames],
                  energy=[n["energy"] for _, n in frames],
                  force=[np.ravel(n["forces"]) for _, n in frames],
                  virial=[np.reshape(n["virial"], (3, 3)).T.ravel() for _, n in frames])
    if frames[0][0]["cell"]:
        arrays["box"] = [np.ravel(f["cell"]) for f, _ in frames]
    (path / "set.000").mkdir(parents=True)
    if "box" not in arrays:
        (path / "nopbc").touch()
    (path / "type_map.raw").write_text("\n".join(elements) + "\n")
    (path / "type.raw").write_text("\n".join(str(elements.index(e)) for e in names) + "\n")
    for key, values in {**arrays, **change}.items():
        if key not in leave_out:
            np.save(path / "set.000" / f"{key}.npy", np.array(values, dtype=float))
    return path


def test_exported_models_come_back(folder, tmp_path):
    """The same digest, and the same numbers to the last digit, after export and convert."""
    out = works("export", folder / "model.pt", tmp_path / "out.dp")
    assert out.startswith(f"note: {folder}/model.pt has fitting nets with a skip")
    digest = out.split()[-1]
    assert f"sha256 {digest}" in " ".join(works("info", folder / "model.pt").split())
    assert works("convert", tmp_path / "out.dp", tmp_path / "back.pt").split()[-1] == digest
    first, second = (json.loads(works("eval", "--json", model, folder / "frames.xyz"))["frames"]
                     for model in (folder / "model.pt", tmp_path / "back.pt"))
    assert first == second and abs(first[0]["energy"]) > 0.1
    described = info(folder / "model.pt"), info(tmp_path / "back.pt")
    assert described[0] == described[1]


def test_bad_exports_are_refused(folder, tmp_path):
    """Nothing is written, and what exists stays."""
    model = folder / "model.pt"
    refuses("out.pb must end in .dp, by which", "export", model, tmp_path / "out.pb")
    refuses("no.pt: No such file", "export", tmp_path / "no.pt", tmp_path / "out.dp")
    refuses("is a file of DeePMD-kit", "export", REFERENCE / f"{MODEL}.dp", tmp_path / "out.dp")
    refuses("No such file or directory", "export", model, tmp_path / "none" / "out.dp")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "out.dp").write_text("precious")
    refuses("out.dp exists; give the output another name", "export", model, tmp_path / "out.dp")
    assert (tmp_path / "out.dp").read_text() == "precious"
    works("export", model, tmp_path / "out.dp", "--force")
    assert (tmp_path / "out.dp").read_bytes()[:4] == b"\x89HDF"
    shutil.copy(model, tmp_path / "model.dp")
    refuses("is the input; give", "export", tmp_path / "model.dp", tmp_path / "model.dp",
            "--force")


def limited(kib, *args):
    """The program with a limit on the size of files: as on a disk that is full."""
    return subprocess.run(["bash", "-c", f"trap '' XFSZ; ulimit -f {kib}; exec \"$@\"", "-",
                           "deepsea", *map(str, args)], capture_output=True, text=True,
                          timeout=TIMEOUT, check=False)


def test_full_disk_leaves_nothing_behind(folder, tmp_path):
    """An export that does not fit is no file, and an older one stays."""
    (tmp_path / "out.dp").write_text("precious")
    done = limited(8, "export", folder / "model.pt", tmp_path / "out.dp", "--force")
    assert done.returncode == 1 and "cannot write" in done.stderr, done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["out.dp"]
    assert (tmp_path / "out.dp").read_text() == "precious"
    assert limited(4096, "export", folder / "model.pt", tmp_path / "new.dp").returncode == 0


def errors_of(*args):
    return json.loads(works("test", *args, "--json"))


def test_errors_against_deepmd_are_none(folder, tmp_path):
    """Labels by DeePMD-kit of the model itself, two sets, no table: no error, and a known one."""
    known = reference()
    elements = ["B", "O"]
    one = write_set(tmp_path / "sets" / "one", known[:1], elements)
    shifted = [[e + 0.5 * len(known[1][0]["elements"])] for e in [known[1][1]["energy"]]]
    forces = np.array(known[1][1]["forces"])
    forces[2, 1] += 0.75
    write_set(tmp_path / "sets" / "two", known[1:2], elements, energy=shifted,
              force=[forces.ravel()])
    out = errors_of(folder / "model.pt", one, "--table", "off")
    assert out["total"]["errors"][0]["force"]["largest"] < 1e-9
    assert out["total"]["errors"][0]["energy"]["largest"] < 1e-10
    assert out["total"]["errors"][0]["virial"]["largest"] < 1e-9
    assert out["total"]["errors"][0]["force"]["numbers"] == 3 * len(known[0][0]["elements"])

    out = errors_of(folder / "model.pt", tmp_path / "sets", "--table", "off", "--threads", "2")
    assert [s["set"] for s in out["sets"]] == [str(tmp_path / "sets" / n) for n in ("one", "two")]
    total = out["total"]["errors"][0]
    assert total["energy"]["largest"] == pytest.approx(0.5, rel=1e-9)
    assert total["energy"]["mae"] == pytest.approx(0.25, rel=1e-9)
    assert total["energy"]["rmse"] == pytest.approx(np.sqrt(0.125), rel=1e-9)
    assert total["energy"]["at"] == {"set": 2, "frame": 1}
    assert total["force"]["largest"] == pytest.approx(0.75, rel=1e-9)
    assert total["force"]["at"] == {"set": 2, "frame": 1, "atom": 3}
    element = known[1][0]["elements"][2]
    other = "B" if element == "O" else "O"
    assert total["force_of"][element]["largest"] == pytest.approx(0.75, rel=1e-9)
    assert total["force_of"][other]["largest"] < 1e-9

    lines = works("test", folder / "model.pt", tmp_path / "sets", "--table", "off").splitlines()
    assert lines[0] == f"{tmp_path}/sets/one: 1 frames, {len(known[0][0]['elements'])} atoms"
    last = [line.split() for line in lines if line.startswith("force (eV/A)")][-1]
    assert last[5:] == ["0.750000", "set", "2", "frame", "1", "atom", "3"]
    assert any(line.startswith("all 2 sets: 2 frames") for line in lines)

    mixed = errors_of(folder / "model.pt", one, "--precision", "mixed")
    assert 1e-9 < mixed["total"]["errors"][0]["force"]["largest"] < 1e-3


def test_parity_file_has_labels_and_predictions(folder, tmp_path):
    """Rows of numbers in the columns that the first line without # names."""
    known = reference()[:1]
    data = write_set(tmp_path / "set", known, ["B", "O"])
    works("test", folder / "model.pt", data, "--parity", tmp_path / "parity.txt")
    lines = (tmp_path / "parity.txt").read_text().splitlines()
    assert lines[0] == f"# model 1: {folder}/model.pt" and lines[1] == f"# set 1: {data}"
    names = lines[3].split()
    assert names == ["model", "set", "frame", "atom", "element", "quantity", "label", "prediction"]
    rows = [dict(zip(names, line.split())) for line in lines[4:]]
    atoms = len(known[0][0]["elements"])
    assert len(rows) == 1 + 3 * atoms + 9
    assert rows[0]["quantity"] == "energy"
    assert float(rows[0]["label"]) == pytest.approx(known[0][1]["energy"] / atoms, rel=1e-11)
    fy = next(r for r in rows if r["quantity"] == "fy" and r["atom"] == "2")
    assert float(fy["label"]) == pytest.approx(known[0][1]["forces"][1][1], rel=1e-11)
    assert fy["element"] == known[0][0]["elements"][1]
    off = [abs(float(r["label"]) - float(r["prediction"])) for r in rows]
    assert max(off) < 1e-7
    refuses("parity.txt exists; give", "test", folder / "model.pt", data, "--parity",
            tmp_path / "parity.txt")
    works("test", folder / "model.pt", data, "--parity", tmp_path / "parity.txt", "--force")
    shutil.copy(folder / "model.pt", tmp_path / "m.pt")
    refuses("m.pt is the input; give", "test", tmp_path / "m.pt", data, "--parity",
            tmp_path / "m.pt", "--force")


def test_several_models_deviate(folder, tmp_path):
    """Two equal models do not; another one does, as the definition in numpy says."""
    data = write_set(tmp_path / "set", reference()[:1], ["B", "O"],
                     leave_out=("energy", "force", "virial"))
    refuses(f"{data} has no labels", "test", folder / "model.pt", data)
    same = errors_of(folder / "model.pt", folder / "model.pt", data)
    assert same["total"]["deviation"]["force"]["largest"] == 0.0
    assert same["total"]["errors"][0]["energy"] is None
    works("export", folder / "model.pt", tmp_path / "m.dp")
    works("convert", REFERENCE / "atom_ener.dp", tmp_path / "other.pt")
    models = folder / "model.pt", tmp_path / "other.pt"
    out = errors_of(*models, data, "--table", "off")["total"]["deviation"]
    (tmp_path / "frame.xyz").write_text(extxyz(reference()[0][0]))
    forces = [np.array(json.loads(works("eval", "--json", "--table", "off", model,
                                        tmp_path / "frame.xyz"))["frames"][0]["forces"])
              for model in models]
    mean = sum(forces) / 2
    deviation = np.sqrt(sum(((f - mean) ** 2).sum(axis=1) for f in forces) / 2)
    assert deviation.max() > 0.01
    assert out["force"]["largest"] == pytest.approx(deviation.max(), rel=1e-9)
    assert out["force"]["at"]["atom"] == deviation.argmax() + 1
    assert out["force"]["mae"] == pytest.approx(deviation.mean(), rel=1e-9)
    assert out["largest_force"]["mae"] == pytest.approx(deviation.max(), rel=1e-9)
    assert "models' deviation" in works("test", *models, data)


def test_missing_labels_are_told(folder, tmp_path):
    data = write_set(tmp_path / "set", reference()[:1], ["B", "O"], leave_out=("virial", "energy"))
    lines = works("test", folder / "model.pt", data).splitlines()
    assert [line.split()[-2:] for line in lines if line.startswith(("energy", "virial"))] == \
        [["no", "labels"]] * 2
    assert any(line.startswith("force (eV/A)") and "frame 1 atom" in line for line in lines)


def test_forces_of_weight_zero_are_left_out(folder, tmp_path):
    """Of the errors and of the parity file, and a line says so."""
    known = reference()[:1]
    atoms = len(known[0][0]["elements"])
    forces = np.array(known[0][1]["forces"])
    forces[1] += 5.0    # what is known to be wrong
    data = write_set(tmp_path / "set", known, ["B", "O"], force=[forces.ravel()],
                     atom_pref=[[0.0 if k == 1 else 1.0 for k in range(atoms)]])
    out = works("test", folder / "model.pt", data, "--parity", tmp_path / "parity.txt")
    assert "forces of 1 atoms with atom_pref 0 are left out" in out.splitlines()
    line = next(line.split() for line in out.splitlines() if line.startswith("force (eV/A)"))
    assert line[2] == str(3 * (atoms - 1)) and float(line[5]) < 1e-6
    rows = (tmp_path / "parity.txt").read_text().splitlines()[4:]
    assert len(rows) == 1 + 3 * (atoms - 1) + 9
    (data / "set.000" / "atom_pref.npy").unlink()
    assert errors_of(folder / "model.pt", data)["total"]["errors"][0]["force"]["largest"] > 4.9


def test_bad_sets_are_refused(folder, tmp_path):
    """Each with its file, its frame and the remedy."""
    model, known, elements = folder / "model.pt", reference()[:1], ["B", "O"]
    nan = [[float("nan")]]

    def bad(name, **change):
        return write_set(tmp_path / name, known, change.pop("elements", elements), **change)

    refuses("energy.npy, frame 1: a number is nan", "test", model, bad("nan", energy=nan))
    refuses("force.npy holds 6 numbers", "test", model, bad("short", force=np.ones((1, 6))))
    refuses("virial.npy holds 3 numbers", "test", model, bad("virial", virial=np.ones((1, 3))))
    refuses("coord.npy: No such file", "test", model, bad("coord", leave_out=("coord",)))
    strange = bad("strange")
    (strange / "type_map.raw").write_text("B\nXe\n")
    refuses("strange, frame 1: element 'Xe' is not in the model", "test", model, strange)
    few = bad("few")
    (few / "type_map.raw").write_text("B\n")
    refuses("there is no name for type 1; add it to type_map.raw", "test", model, few)
    refuses("none.h5: cannot be opened as an HDF5 file: there is no such file", "test", model,
            f"{tmp_path}/none.h5#/a")
    refuses("no set is given", "test", model)
    refuses("no model is given", "test", bad("good"))
    refuses("frames.xyz is no set: a folder", "test", model, tmp_path / "good",
            folder / "frames.xyz")
    refuses("is no deepsea model", "test", folder / "frames.xyz", tmp_path / "good")
    refuses("is a file of DeePMD-kit", "test", REFERENCE / f"{MODEL}.dp", tmp_path / "good")
    (tmp_path / "empty").mkdir()
    refuses("empty holds no system of DeePMD-kit", "test", model, tmp_path / "empty")
    damaged = bytearray(model.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "damaged.pt").write_bytes(damaged)
    refuses("damaged.pt is damaged or incomplete", "test", tmp_path / "damaged.pt",
            tmp_path / "good")
    works("convert", REFERENCE / "tanh_two.dp", tmp_path / "four.pt")
    refuses("has the elements Li B O Si, but", "test", model, tmp_path / "four.pt",
            tmp_path / "good")


def test_a_command_that_does_not_exist():
    refuses("there is no command 'trian'; see what 'deepsea --help' says", "trian", "input.json")
