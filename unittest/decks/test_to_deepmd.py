# SPDX-License-Identifier: GPL-2.0-only
"""potentials/lbs/to_deepmd.py: labelled frames of other programs as sets."""
import subprocess
import sys
import types

import numpy as np
import pytest

from deck import as_by_windows
from label_frames import LBS
from test_label_scripts import OUTPUT

sys.path.insert(0, LBS)
import cp2k         # noqa: E402
import npy_sets     # noqa: E402
import to_deepmd    # noqa: E402

TYPES = ["Li", "B", "O", "Si"]


def pairs(positions, cell):
    """Vectors between all pairs of atoms and images within 6 A, each pair twice."""
    shifts = np.array(np.meshgrid(*[range(-2, 3)] * 3)).reshape(3, -1).T @ cell
    d = positions[None, :, None] - positions[:, None, None] + shifts
    r = np.linalg.norm(d, axis=-1)
    near = (r > 1e-9) & (r < 6.0)
    return d[near], r[near], np.nonzero(near)[0]


def energy_of(positions, cell):
    """Of exp(-r) between all pairs, cut at 6 A where it is 0.2 % of its value at contact."""
    _, r, _ = pairs(positions, cell)
    return 0.5 * np.sum(np.exp(-r) - np.exp(-6.0) * (7.0 - r))


def forces_and_stress(positions, cell):
    """Minus the derivative by positions; stress with ASE's sign, dE/dstrain over the volume."""
    d, r, i = pairs(positions, cell)
    slope = -np.exp(-r) + np.exp(-6.0)
    forces = np.zeros_like(positions)
    np.add.at(forces, i, slope[:, None] * d / r[:, None])
    strain = 0.5 * np.einsum("p,pa,pb->ab", slope / r, d, d)
    return forces, strain / np.linalg.det(cell)


def frames(count=3, seed=2):
    """Frames of O, Li, Si, Li in a skewed cell."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        cell = 4.0 * np.eye(3) + rng.normal(0, 0.3, (3, 3))
        yield ["O", "Li", "Si", "Li"], rng.uniform(0, 1, (4, 3)) @ cell, cell


def xyz(path, *, virial=False, change=lambda text, k: text, every=None):
    """Extended XYZ with labels of energy_of()."""
    with open(path, "w") as file:
        for k, (symbols, x, cell) in enumerate(every or frames()):
            forces, stress = forces_and_stress(x, cell)
            key, value = ("virial", -stress * np.linalg.det(cell)) if virial else ("stress", stress)
            numbers = [" ".join(map(repr, np.ravel(a).tolist())) for a in (cell, value)]
            text = (f'{len(x)}\nLattice="{numbers[0]}" Properties=species:S:1:pos:R:3:forces:R:3 '
                    f'energy={energy_of(x, cell)!r} {key}="{numbers[1]}" pbc="T T T"\n')
            for row in zip(symbols, x.tolist(), forces.tolist()):
                text += " ".join([row[0], *map(repr, row[1] + row[2])]) + "\n"
            file.write(change(text, k))
    return str(path)


def run(*words):
    done = subprocess.run([sys.executable, f"{LBS}/to_deepmd.py", *map(str, words)],
                          capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_virial_is_minus_the_derivative_by_the_strain(tmp_path):
    """Of stress and of virial=; the energies are strained by hand."""
    labels = to_deepmd.read(xyz(tmp_path / "stress.xyz"))
    others = to_deepmd.read(xyz(tmp_path / "virial.xyz", virial=True))
    for label, other, (_, x, cell) in zip(labels, others, frames()):
        assert np.abs(label["virial"] - other["virial"]).max() < 1e-14
        for a, b in ((0, 0), (1, 1), (0, 2), (2, 1)):
            slope = []
            for step in (1e-4, -1e-4):
                strain = np.eye(3)
                strain[a, b] += step
                slope.append(energy_of(x @ strain, cell @ strain) / 2e-4)
            assert label["virial"][a, b] == pytest.approx(slope[1] - slope[0], abs=1e-7)
        assert label["virial"].trace() > 0.05    # repulsion: positive


def test_forces_stay_with_their_atoms(tmp_path):
    """Atoms are put into the order of --types, and what is written reads back."""
    path = xyz(tmp_path / "a.xyz")
    status, out, messages = run(tmp_path / "out", path, "--types", *TYPES, "--validation", 3)
    assert (status, messages) == (0, "")
    assert out.splitlines() == [f"{tmp_path}/out/train: 2 frames",
                                f"{tmp_path}/out/validation: 1 frames"]
    folder = tmp_path / "out" / "train" / "Li2O1Si1"
    assert (folder / "type.raw").read_text().split() == ["0", "0", "2", "3"]
    assert (folder / "type_map.raw").read_text().split() == TYPES
    read = npy_sets.read_system(folder)
    for k, (_, x, cell) in enumerate(list(frames())[:2]):
        label = read[f"{path}, frame {k + 1}"]
        order = [1, 3, 0, 2]
        forces, _ = forces_and_stress(x, cell)
        assert np.array_equal(label["forces"], forces[order]) and np.abs(forces).max() > 0.01
        assert np.array_equal(label["positions"], x[order])
        assert np.array_equal(label["cell"], cell)
        assert label["energy"] == energy_of(x, cell)
    assert npy_sets.read_system(tmp_path / "out" / "validation" / "Li2O1Si1").keys() == \
        {f"{path}, frame 3"}


def test_frames_without_stress_have_sets_of_their_own(tmp_path):
    path = xyz(tmp_path / "a.xyz",
               change=lambda text, k: text.replace("stress=", "other=") if k == 1 else text)
    status, out, _ = run(tmp_path / "out", path, "--types", *TYPES)
    assert status == 0 and "1 of 3 frames have no stress, so no virial" in out
    assert not (tmp_path / "out/train/Li2O1Si1-no-virial/set.000/virial.npy").exists()
    assert np.load(tmp_path / "out/train/Li2O1Si1-no-virial/set.000/energy.npy").shape == (1,)
    assert np.load(tmp_path / "out/train/Li2O1Si1/set.000/virial.npy").shape == (2, 9)


class Atoms:
    """What ASE gives for a frame of VASP."""

    def __init__(self, symbols, positions, cell, results):
        self.symbols, self.positions, self.cell = symbols, positions, cell
        self.calc = types.SimpleNamespace(results=results)

    def get_chemical_symbols(self):
        return self.symbols


def test_frames_of_ase_keep_the_energy_of_their_forces(tmp_path):
    """The free energy, and a stress of six numbers in ASE's order."""
    symbols, x, cell = next(frames())
    forces, stress = forces_and_stress(x, cell)
    six = [stress[0, 0], stress[1, 1], stress[2, 2], stress[1, 2], stress[0, 2], stress[0, 1]]
    results = dict(energy=-1.0, free_energy=-1.25, forces=forces, stress=np.array(six))
    label = to_deepmd.label_of_atoms(Atoms(symbols, x, cell, results), "a")
    same = to_deepmd.read(xyz(tmp_path / "a.xyz"))[0]
    assert label["energy"] == -1.25
    assert np.abs(label["virial"] - same["virial"]).max() < 1e-14
    assert abs(label["virial"][0, 1] - label["virial"][1, 2]) > 1e-4
    del results["free_energy"], results["stress"]
    label = to_deepmd.label_of_atoms(Atoms(symbols, x, cell, results), "a")
    assert label["energy"] == -1.0 and label["virial"] is None
    for key in ("energy", "forces"):
        with pytest.raises(ValueError, match=f"a: has no {key}"):
            to_deepmd.label_of_atoms(
                Atoms(symbols, x, cell, {k: v for k, v in results.items() if k != key}), "a")


def test_frames_of_cp2k_are_read_with_their_input(tmp_path):
    """The output of test_label_scripts, whose numbers are known there."""
    symbols, x, cell = ["Li", "O"], np.array([[0.1, 0.2, 0.3], [1.5, 0.0, 0.0]]), 5.0 * np.eye(3)
    settings = dict(cutoff=600, rel_cutoff=60, eps_scf=1e-7, eps_default=1e-12)
    (tmp_path / "a.inp").write_text(cp2k.write_input(symbols, x, cell, settings, "ot"))
    (tmp_path / "a.out").write_text(OUTPUT)
    energy, forces, stress = cp2k.read_output(OUTPUT, symbols)
    label = to_deepmd.read(str(tmp_path / "a.out"))[0]
    assert label["energy"] == energy and np.array_equal(label["forces"], forces)
    assert np.abs(label["positions"] - x).max() < 1e-9 and np.array_equal(label["cell"], cell)
    assert label["virial"] == pytest.approx(cp2k.virial(stress, 125.0), rel=1e-12)
    (tmp_path / "a.out").write_text(OUTPUT.replace("SCF run converged", "SCF run left"))
    with pytest.raises(ValueError, match="a.out: no line says that the SCF cycle converged"):
        to_deepmd.read(str(tmp_path / "a.out"))
    (tmp_path / "a.inp").unlink()
    with pytest.raises(ValueError, match="a.out: its input .*a.inp is missing"):
        to_deepmd.read(str(tmp_path / "a.out"))


def test_files_of_other_systems(tmp_path):
    """What an editor of Windows has saved gives the same labels."""
    path = tmp_path / "a.xyz"
    labels = to_deepmd.read(xyz(path))
    as_by_windows(path)
    for label, other in zip(labels, to_deepmd.read(str(path)), strict=True):
        assert label["symbols"] == other["symbols"] and label["energy"] == other["energy"]
        assert np.array_equal(label["forces"], other["forces"]) and label["forces"].any()


def second(old, new):
    """Changes the second frame."""
    return lambda text, k: text.replace(old, new) if k == 1 else text


def nan_force(text, k):
    return text[:text.rindex(" ")] + " nan\n" if k == 1 else text


@pytest.mark.parametrize("change, words", [
    (second("energy=", "other="), "frame 2: has no energy"),
    (second("forces:R:3", "force_of:R:3"), "frame 2: has no forces"),
    (nan_force, "frame 2: forces is not finite"),
    (second("energy=", "energy=nan other="), "frame 2: energy is not finite"),
    (second("stress=\"", "stress=\"1 "), "frame 2: cannot reshape array"),
    (second("Si ", "Xe "), "frame 2: has elements that the type map lacks: Xe"),
    (second("Lattice=", "Lattuce="), "frame 2: has no cell"),
    (second('pbc="T T T"', 'pbc="T T F"'), "frame 2: is not periodic"),
    (second("4\n", "5\n"), "frame 2: its rows of atoms are not"),
    (second("species", "names"), "frame 2: Properties must have species and pos"),
    (second("O ", "O x"), "frame 2: "),
])
def test_bad_frames_are_refused(tmp_path, change, words):
    """One line, and nothing is written."""
    path = xyz(tmp_path / "a.xyz", change=change)
    status, out, messages = run(tmp_path / "out", path, "--types", *TYPES)
    assert status == 1 and out == "" and not (tmp_path / "out").exists()
    assert messages.startswith("to_deepmd.py: ") and messages.count("\n") == 1, messages
    assert words in messages, messages


def test_bad_command_lines_are_refused(tmp_path):
    path = xyz(tmp_path / "a.xyz")
    (tmp_path / "empty.xyz").write_text("\n")
    (tmp_path / "OUTCAR").write_text("no VASP\n")
    for words, message in (
            ([tmp_path, path, "--types", *TYPES], "exists; give the sets another folder"),
            ([tmp_path / "out", path, "--types", "Li", "Li"], "--types names an element twice"),
            ([tmp_path / "out", path, "--types", *TYPES, "--validation", 1], "--validation 2 or"),
            ([tmp_path / "out", tmp_path / "no.xyz", "--types", *TYPES], "there is no such file"),
            ([tmp_path / "out", tmp_path / "empty.xyz", "--types", *TYPES], "holds no frames"),
            ([tmp_path / "out", tmp_path, "--types", *TYPES], "is a folder, not a file"),
            ([tmp_path / "out", tmp_path / "OUTCAR", "--types", *TYPES], "OUTCAR: ")):
        status, _, messages = run(*words)
        assert status == 1 and message in messages and messages.count("\n") == 1, messages
    assert not (tmp_path / "out").exists()
