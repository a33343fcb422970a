# SPDX-License-Identifier: GPL-2.0-only
"""The program fmp: it finds parameters again from what LAMMPS computes with them, and LAMMPS gives
with its files what it says.
"""
import json
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

from deck import ELEMENTS, POTENTIALS, ROOT, agree, data_text, dump, thermo, wait_until
from label_frames import xyz

BAR_A3 = 6.2415091e-7    # eV in a bar A^3
# Frames of different compositions, on both branches of the amplitude of Deng and Du.
NAMES = ("t000", "t002", "t004", "t006", "t007", "t009", "t010", "t012", "t014", "t017")
STYLES = {"dsf": "8.0 coul dsf 0.25 8.0", "wolf": "7.0 coul wolf 0.2 8.0",
          "long": "8.0 coul long 8.0", "none": "8.0 coul none"}
TRUTH = {"A Si O": 13702.905, "rho Si O": 0.193817, "C Si O": 54.681, "A O O": 2029.2204,
         "rho O O": 0.343640, "C O O": 192.580, "C B O": 28.500, "rho B O": 0.171271,
         "A Li O": 41051.938, "rho Li O": 0.151160, "A_BO A1": 11900.0, "A_BO A2": 12525.0,
         "A_BO T1": 4350.0, "A_BO T2": 85.0, "charge O": -1.2}


def fmp(*words, cwd, status=0):
    """Output of the program, which has to end with this status."""
    done = subprocess.run(["fmp", *map(str, words)], cwd=cwd, capture_output=True, text=True,
                          check=False, timeout=300)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def label(runner, name, style, file):
    """Energy, forces and virial (eV, A) of a stored frame by LAMMPS."""
    elements, positions, cell, _ = xyz("tune")[name]
    types = [ELEMENTS.index(e) + 1 for e in elements]
    folder = runner.folder / f"frame-{name}"
    folder.mkdir(exist_ok=True)
    data = folder / "frame.data"
    data.write_text(data_text(cell, types, positions, [0.0] * len(types)))
    kspace = "kspace_style ewald 1.0e-9\n" if "long" in style else ""
    result = runner(f"units metal\natom_style charge\nread_data {data}\n"
                    f"pair_style fmp/lbs {style}\n"
                    f"pair_coeff * * {file} Li B O Si charges set\n"
                    f"{kspace}compute s all pressure NULL virial\n"
                    + thermo("step pe vol c_s[*]") + dump("id fx fy fz", 1) + "run 0\n")
    last, atoms = result.last(), result.atoms()
    stress = np.array([last[f"c_s[{k}]"] for k in range(1, 7)]) * last["Volume"] * BAR_A3
    xx, yy, zz, xy, xz, yz = stress
    return {"elements": elements, "x": positions, "cell": cell, "energy": last["PotEng"],
            "force": np.array([atoms["fx"], atoms["fy"], atoms["fz"]]).T,
            "virial": np.array([xx, xy, xz, xy, yy, yz, xz, yz, zz])}


def write_system(folder, frame):
    """A system in deepmd/npy with one frame."""
    (folder / "set.000").mkdir(parents=True)
    names = sorted(set(frame["elements"]))
    (folder / "type_map.raw").write_text("\n".join(names) + "\n")
    (folder / "type.raw").write_text("\n".join(str(names.index(e)) for e in frame["elements"]))
    for name, key, rows in (("coord", "x", 1), ("box", "cell", 1), ("energy", "energy", 1),
                            ("force", "force", 1), ("virial", "virial", 1)):
        np.save(folder / "set.000" / f"{name}.npy",
                np.asarray(frame[key], float).reshape(rows, -1))


def parameter_input(truth, factor):
    """Section "free" of an input that starts off the truth, up and down in turn."""
    free = {"pairs": {}, "models": {}, "charges": {}}
    for k, (name, value) in enumerate(truth.items()):
        size = 0.1 if name.startswith("rho") else factor
        start = value * (1 + (size if k % 2 else -size))
        words = name.split()
        if words[0] == "A_BO":
            free["models"].setdefault("A_BO", {})[words[1]] = {"start": start}
        elif words[0] == "charge":
            free["charges"][words[1]] = {"start": start}
        else:
            free["pairs"].setdefault(" ".join(words[1:]), {})[words[0]] = {"start": start}
    return free


def report_values(text, column="fitted"):
    """Values by name, of a column of the table of a report."""
    rows = text.split("parameter ")[1].split("\n\n")[0].splitlines()[1:]
    place = ("start", "fitted").index(column)
    return {line[:18].strip(): float(line[18:].split()[place]) for line in rows}


@pytest.fixture(scope="module", name="glasses")
def labelled(shared):
    """Folder with a system a frame, labelled by the shipped Deng-Du/Teter, and the labels."""
    labels = {}
    for name in NAMES:
        labels[name] = label(shared, name, STYLES["dsf"], "deng-du-teter.fmp")
        write_system(shared.folder / "glasses" / name, labels[name])
    return shared.folder / "glasses", labels


def write_input(folder, systems, times=1, **more):
    """An input with the frames of a folder, so many times."""
    values = {"name": "fit", "potential": str(POTENTIALS / "deng-du-teter.fmp"),
              "pair_style": STYLES["dsf"], "data": times * [{"systems": str(systems)}], **more}
    (folder / "input.json").write_text(json.dumps(values))


def parity(path, kind):
    """(label, potential, offset) of one kind in a file of parity."""
    rows = [line.split() for line in path.read_text().splitlines() if line.startswith(kind)]
    return np.array([[float(word) for word in row[4:7]] for row in rows]).T


def test_finds_the_shipped_parameters_again(glasses, tmp_path):
    folder, _ = glasses
    write_input(tmp_path, folder, free=parameter_input(TRUTH, 0.2))
    said = fmp("fit", "input.json", "--threads", 2, cwd=tmp_path)
    assert "Converged" in said and (tmp_path / "fit-report.txt").read_text() in said
    values = report_values(said)
    assert values.keys() == TRUTH.keys()
    for name, value in TRUTH.items():
        assert abs(values[name] / value - 1.0) < 1e-4, f"{name} is {values[name]}"
    start = report_values(said, "start")
    assert all(abs(start[name] / value - 1.0) > 0.09 for name, value in TRUTH.items())


@pytest.mark.parametrize("style", STYLES)
def test_lammps_gives_what_the_fit_reports(lmp, tmp_path, style, glasses):
    """With the file that the fit has written, for each Coulomb style; labels play no part."""
    folder, _ = glasses
    free = parameter_input({"A Si O": 13000.0, "rho B O": 0.17, "C O O": 180.0}, 0.1)
    free["pairs"]["O O"]["core"] = {"start": 2.4, "bounds": [2.3, 2.6]}    # many pairs are within
    write_input(tmp_path, folder / "t004", pair_style=STYLES[style], optimizer={"steps": 3},
                free=free)
    fmp("fit", "input.json", cwd=tmp_path)
    assert " core 2." in (tmp_path / "fit.fmp").read_text()
    made = label(lmp, "t004", STYLES[style], tmp_path / "fit.fmp")
    n = len(made["elements"])
    _, energy, offset = parity(tmp_path / "fit-parity.txt", "energy")
    _, force, _ = parity(tmp_path / "fit-parity.txt", "force")
    _, stress, _ = parity(tmp_path / "fit-parity.txt", "stress")
    # The complementary error function of LAMMPS is right to 1e-7 of charges close together.
    tolerance = 5e-6 if style == "long" else 1e-9
    agree(energy - offset, [made["energy"] / n], tolerance, 0.1)
    agree(force.reshape(n, 3), made["force"], tolerance, 1.0)
    volume = np.linalg.det(made["cell"])
    agree(stress, made["virial"][[0, 4, 8, 1, 2, 5]] / volume * 160.2176634,
          max(tolerance, 1e-7), 1.0)


def test_shik_goes_through(lmp, tmp_path):
    """Shifts, smoothing and a charge from neutrality: found again from labels by LAMMPS."""
    for name in NAMES[:4]:
        made = label(lmp, name, "8.0 coul dsf 0.0 10.0", "shik.fmp")
        write_system(tmp_path / "sets" / name, made)
    truth = {"A Si O": 23108.0, "1/rho Si O": 5.0979, "D O O": 16800.0, "charge Si": 1.7755,
             "charge Li": 0.5727}
    write_input(tmp_path, tmp_path / "sets", potential=str(POTENTIALS / "shik.fmp"),
                pair_style="fmp/lbs 8.0 coul dsf 0.0 10.0", free=parameter_input(truth, 0.1))
    values = report_values(fmp("fit", "input.json", cwd=tmp_path))
    for name, value in truth.items():
        assert abs(values[name] / value - 1.0) < 1e-4, f"{name} is {values[name]}"


def test_goes_on_exactly(glasses, tmp_path):
    """A fit that was stopped by a signal ends with the bytes of one that was not."""
    folder, _ = glasses
    free = parameter_input(TRUTH, 0.2)
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
        write_input(tmp_path / name, folder, times=5, free=free)    # for it to take a second
    fmp("fit", "input.json", cwd=tmp_path / "whole")
    with subprocess.Popen(["fmp", "fit", "input.json"], cwd=tmp_path / "parts",
                          stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout:
            if line.startswith("step 3:"):
                run.send_signal(signal.SIGTERM)
                break
        rest = run.stdout.read()
    assert run.returncode == -signal.SIGTERM
    assert "go on with --restart" in rest
    assert not (tmp_path / "parts" / "fit.fmp").exists()
    assert "exists: go on from it with --restart" in fmp("fit", "input.json", status=1,
                                                         cwd=tmp_path / "parts")
    fmp("fit", "input.json", "--restart", cwd=tmp_path / "parts")
    for name in ("fit.fmp", "fit-report.txt", "fit-parity.txt", "fit.ckpt"):
        one, two = ((tmp_path / run / name).read_text() for run in ("whole", "parts"))
        assert one == two, name
    write_input(tmp_path / "parts", folder, times=5, free=free, errors={"force": 0.2})
    assert "belongs to another input" in fmp("fit", "input.json", "--restart", status=1,
                                             cwd=tmp_path / "parts")


def test_more_steps_for_a_fit_that_has_not_converged(glasses, tmp_path):
    """What does not change the path may change."""
    folder, _ = glasses
    free = parameter_input(TRUTH, 0.2)
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
        write_input(tmp_path / name, folder, free=free)
    fmp("fit", "input.json", cwd=tmp_path / "whole")
    write_input(tmp_path / "parts", folder, free=free, optimizer={"steps": 3}, _note="a trial")
    assert "Not converged after 3 steps" in fmp("fit", "input.json", cwd=tmp_path / "parts")
    write_input(tmp_path / "parts", folder, free=free)
    assert "Converged" in fmp("fit", "input.json", "--restart", cwd=tmp_path / "parts")
    one, two = (report_values((tmp_path / name / "fit-report.txt").read_text())
                for name in ("whole", "parts"))
    for name, value in one.items():
        assert abs(two[name] / value - 1.0) < 1e-6, name


def test_potentials_of_others_stay(glasses, tmp_path):
    """The one to begin with under any option, another unless --force allows it."""
    folder, _ = glasses
    text = (POTENTIALS / "deng-du-teter.fmp").read_text()
    (tmp_path / "fit.fmp").write_text(text)
    free = {"charges": {"O": {}}}
    write_input(tmp_path, folder, free=free)
    said = fmp("fit", "input.json", cwd=tmp_path, status=1)
    assert "fit.fmp exists, and no checkpoint of this program beside it" in said
    write_input(tmp_path, folder, free=free, potential="fit.fmp")
    said = fmp("fit", "input.json", "--force", cwd=tmp_path, status=1)
    assert "this fit would write over" in said and "with which it begins" in said
    assert (tmp_path / "fit.fmp").read_text() == text
    write_input(tmp_path, folder, free=free)
    fmp("fit", "input.json", "--force", cwd=tmp_path)
    assert (tmp_path / "fit.fmp").read_text() != text


def test_copies_are_weights(glasses, tmp_path):
    """numb_copy of a frame is its weight: the same fit, and frames have their own numbers."""
    folder, _ = glasses
    systems = sorted(path.parent for path in folder.rglob("type.raw"))
    texts = []
    for name, copies, weight in (("copied", 3, 1), ("weighed", 1, 3)):
        (tmp_path / name).mkdir()
        shutil.copytree(systems[0], tmp_path / name / "a")
        shutil.copytree(systems[1], tmp_path / name / "b")
        count = len(np.load(next((tmp_path / name / "a").glob("set.*/energy.npy"))))
        np.save(next((tmp_path / name / "a").glob("set.*")) / "numb_copy.npy",
                np.full(count, copies))
        write_input(tmp_path / name, tmp_path / name, free=parameter_input(TRUTH, 0.2))
        config = json.loads((tmp_path / name / "input.json").read_text())
        config["data"] = [{**config["data"][0], "systems": ["a"], "weight": weight},
                          {**config["data"][0], "systems": ["b"]}]
        (tmp_path / name / "input.json").write_text(json.dumps(config))
        fmp("fit", "input.json", cwd=tmp_path / name)
        texts.append([(tmp_path / name / f"fit-{end}.txt").read_text()
                      for end in ("report", "parity")])
    assert texts[0] == texts[1]
    rows = [line.split()[:3] for line in texts[0][1].splitlines() if line.startswith("energy")]
    assert {(s, n) for _, s, n in rows} >= {("1", "1"), ("2", "1")} and len(rows) == len(
        {(s, n) for _, s, n in rows})


def test_one_composition_is_not_cross_validated(glasses, tmp_path):
    """Nothing would be left out; the fit would be compared with itself."""
    folder, _ = glasses
    one = sorted(path.parent for path in folder.rglob("type.raw"))[0]
    write_input(tmp_path, one, free={"charges": {"O": {}}},
                cross_validation=True)
    said = fmp("fit", "input.json", cwd=tmp_path, status=1)
    assert "cross_validation leaves out one composition after the other, but all" in said


def test_two_runs_in_one_folder(glasses, tmp_path):
    folder, _ = glasses
    write_input(tmp_path, folder, times=5, free=parameter_input(TRUTH, 0.2))
    with subprocess.Popen(["fmp", "fit", "input.json"], cwd=tmp_path,
                          stdout=subprocess.PIPE, text=True) as run:
        wait_until((tmp_path / "fit.lock").exists, run)
        said = fmp("fit", "input.json", cwd=tmp_path, status=1)
        run.terminate()
    assert "another run writes the files of this one" in said


def test_cross_validation(glasses, tmp_path):
    """With a form that is right, a composition left out is predicted; with one that is too poor, it
    is not.
    """
    folder, _ = glasses
    tables = {}
    for name, form in (("right", "deng-du"), ("poor", "polynomial 12000")):
        (tmp_path / name).mkdir()
        write_input(tmp_path / name, folder, forms={"A_BO": form}, cross_validation=True,
                    free={"models": {"A_BO": True}})
        said = fmp("fit", "input.json", "--threads", 2, cwd=tmp_path / name)
        table = said.split("Cross-validation")[1].split("Parameters without")[0]
        rows = [line.split() for line in table.splitlines() if "without it" in line]
        assert len(rows) == len(NAMES)
        tables[name] = np.array([[float(word) for word in row[2:]] for row in rows])
    force = 4    # root mean square, eV/A
    assert tables["right"][:, force].max() < 1e-4
    assert tables["poor"][:, force].max() > 0.1


def test_what_is_not_determined_is_said(glasses, tmp_path):
    """Two constants that always act together have no errors of their own."""
    folder, _ = glasses
    write_input(tmp_path, folder, forms={"A_BO": "polynomial 6000 5900 85*K^2"}, free={
        "models": {"A_BO": {"K^2": True}}, "pairs": {"Si O": {"A": True}}})
    assert "not determined" not in fmp("fit", "input.json", cwd=tmp_path)
    write_input(tmp_path, folder / "t000", name="one", free={
        "models": {"A_BO": {"A1": True, "T2": True}}, "pairs": {"Si O": {"A": True}}})
    said = fmp("fit", "input.json", cwd=tmp_path)
    assert "determine only a combination of A_BO A1, A_BO T2" in said
    rows = [line.split() for line in said.splitlines() if line.startswith(("A_BO A1", "A_BO T2"))]
    assert all(row[4:6] == ["not", "determined"] for row in rows[:2]) and len(rows) >= 2
    write_input(tmp_path, folder / "t000", name="two", free={
        "models": {"A_BO": {"A1": True, "T2": {"prior": [85, 10]}}}})
    assert "determine only a combination" not in fmp("fit", "input.json", cwd=tmp_path)


def test_a_parameter_without_data(glasses, tmp_path):
    """Of an element that is in no frame, and one of a branch that no composition is on."""
    folder, _ = glasses
    write_input(tmp_path, folder / "t000", free={"models": {"A_BO": {"A2": True}}})
    assert "nothing in the frames depends on 'A_BO A2'" in fmp("fit", "input.json", status=1,
                                                               cwd=tmp_path)


def test_mixed_format(glasses, tmp_path):
    """Two compositions in one system give what two systems give."""
    folder, labels = glasses
    pair = [labels["t002"], labels["t009"]]
    one = tmp_path / "mixed" / "set.000"
    one.mkdir(parents=True)
    (tmp_path / "mixed" / "type_map.raw").write_text("\n".join(ELEMENTS))
    (tmp_path / "mixed" / "type.raw").write_text("0 " * 45)
    for name, key in (("coord", "x"), ("box", "cell"), ("energy", "energy"), ("force", "force"),
                      ("virial", "virial")):
        np.save(one / f"{name}.npy", np.array([np.ravel(frame[key]) for frame in pair], float))
    np.save(one / "real_atom_types.npy",
            np.array([[ELEMENTS.index(e) for e in frame["elements"]] for frame in pair]))
    free = parameter_input({"A Si O": 13702.905, "charge O": -1.2}, 0.1)
    write_input(tmp_path, tmp_path / "mixed", name="one", free=free)
    mixed = fmp("fit", "input.json", cwd=tmp_path)
    assert "2 frames of 2 compositions" in mixed
    write_input(tmp_path, folder / "t002", name="two", free=free)
    values = json.loads((tmp_path / "input.json").read_text())
    values["data"].append({"systems": str(folder / "t009")})
    (tmp_path / "input.json").write_text(json.dumps(values))
    assert fmp("fit", "input.json", cwd=tmp_path) == mixed


def test_bad_input(tmp_path, glasses):
    """Messages begin with the program's name, and nothing is written."""
    folder, _ = glasses
    write_input(tmp_path, folder, free={"pairs": {"Si O": {"roh": True}}})
    said = fmp("fit", "input.json", cwd=tmp_path, status=1)
    assert said.startswith("fmp: input.json: free/pairs/Si O/roh is not known; do you mean 'rho'?")
    assert "cannot open none.json" in fmp("fit", "none.json", cwd=tmp_path, status=1)
    assert "see what 'fmp fit --help' says" in fmp("fit", cwd=tmp_path, status=1)
    write_input(tmp_path, folder, free={"pairs": {"Si O": {"A": {"start": 1.0}}}})
    said = fmp("fit", "input.json", cwd=tmp_path, status=1)
    assert "pair O Si at" in said and "no repulsive wall" in said
    assert [path.name for path in tmp_path.iterdir()] == ["input.json"]


def test_example_input_and_plot(tmp_path, glasses):
    """The input that the manual shows, and the script that draws what a fit has written."""
    folder, _ = glasses
    text = (ROOT / "examples" / "fmp-fit" / "input.json").read_text()
    values = json.loads("\n".join(line for line in text.splitlines()
                                  if not line.lstrip().startswith("//")))
    # pair_coeff looks into the folder of the run first: no name of a potential that ships.
    assert not (POTENTIALS / f"{values['name']}.fmp").exists()
    values["potential"] = str(POTENTIALS / "deng-du-teter.fmp")
    values["data"] = [{"systems": str(folder)}]
    (tmp_path / "input.json").write_text(json.dumps(values))
    fmp("fit", "input.json", cwd=tmp_path)
    pytest.importorskip("matplotlib")
    prefix = tmp_path / values["name"]
    plot = ROOT / "examples" / "fmp-fit" / "plot_parity.py"
    done = subprocess.run([sys.executable, plot, prefix], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / f"{values['name']}-parity.png").read_bytes()[:4] == b"\x89PNG"
