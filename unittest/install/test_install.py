# SPDX-License-Identifier: GPL-2.0-only
"""What `cmake --install` makes works where it is moved to, and tells what is missing there.

LBS_CMAKE and LBS_BUILD name cmake and the build tree. Decks find the plugin by LAMMPS_PLUGIN_PATH
alone: nothing else in the environment leads to the package.
"""
import os
import pathlib
import shutil
import subprocess

import pytest

TESTS = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ["LBS_BUILD"])
LMP = shutil.which("lmp")
DEEPSEA = "LBS_NO_DEEPSEA" not in os.environ
FIT = "LBS_NO_FIT" not in os.environ
LIBRARIES = ["lbsplugin.so", "liblbsstyles.so"] + ["liblbstorch.so"] * DEEPSEA
FMP = f"""units metal
atom_style charge
read_data {TESTS / "styles" / "data.lbs"}
pair_style fmp/lbs 8.0 coul dsf 0.25 8.0
pair_coeff * * deng-du-teter.fmp O Si B Li charges set
compute c all boron/coord types O Si B Li
thermo_style custom step pe c_c[2]
run 0
print "energy $(pe) boron $(c_c[2])"
"""
MODEL_DECK = f"""units metal
atom_style charge
read_data {TESTS / "styles" / "data.lbs"}
pair_style deepsea model.pt
pair_coeff * * O Si B Li
run 0
print "energy $(pe)"
"""


class Tree:
    """An installed package and the environment of one who uses it."""

    def __init__(self, root):
        self.root = root
        self.plugins = next(root.glob("lib*/**/lbsplugin.so")).parent
        self.program = root / "bin" / "deepsea"
        self.fmp = root / "bin" / "fmp"
        self.env = {"PATH": "/usr/bin:/bin", "HOME": str(root), "OMP_NUM_THREADS": "1",
                    "LAMMPS_PLUGIN_PATH": str(self.plugins),
                    "LAMMPS_POTENTIALS": str(root / "share" / "lammps" / "potentials")}
        # LAMMPS itself, should it not know where its library is.
        self.env["LD_LIBRARY_PATH"] = os.environ.get("LD_LIBRARY_PATH", "")
        for name, value in os.environ.items():
            if name.startswith(("OMPI_", "LD_PRELOAD", "ASAN_")):
                self.env[name] = value

    def run(self, *command, cwd, **env):
        """Run a command; returns it finished, with its output."""
        return subprocess.run([str(word) for word in command], cwd=cwd, env={**self.env, **env},
                              capture_output=True, text=True, timeout=120, check=False)

    def deck(self, text, cwd, **env):
        """Run a deck; returns its output."""
        (cwd / "in.deck").write_text(text)
        done = self.run(LMP, "-in", "in.deck", "-log", "none", cwd=cwd, **env)
        return done.stdout + done.stderr

    def numbers(self, text, cwd, **env):
        """The numbers of the line that a deck prints last."""
        said = self.deck(text, cwd, **env)
        line = [line for line in said.splitlines() if line.startswith("energy ")]
        assert len(line) == 1, said[-3000:]
        return [float(word) for word in line[0].split()[1::2]]


def installed(prefix):
    """Install into a folder."""
    subprocess.run([os.environ["LBS_CMAKE"], "--install", str(BUILD), "--prefix", str(prefix)],
                   check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="module", name="tree")
def moved_tree(tmp_path_factory):
    """Installed to a folder with a blank in its name, and moved to another one."""
    folder = tmp_path_factory.mktemp("install")
    installed(folder / "first place")
    (folder / "other place").mkdir()
    (folder / "first place").rename(folder / "other place" / "moved")
    return Tree(folder / "other place" / "moved")


def model_of(tree, folder):
    """A model converted by the installed program."""
    source = TESTS / "reference" / "deepsea" / "tanh_two.dp"
    done = tree.run(tree.program, "convert", source, "model.pt", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")


def test_everything_is_there(tree):
    """Three libraries that stay together, the programs, potentials, and the license."""
    assert sorted(p.name for p in tree.plugins.iterdir()) == sorted(LIBRARIES)
    assert tree.program.exists() == DEEPSEA and tree.fmp.exists() == FIT
    assert (tree.root / "share" / "lammps" / "potentials" / "deng-du-teter.fmp").exists()
    names = {p.name for p in tree.root.glob("share/doc/**/*")}
    assert {"LICENSE", "CITATION.cff"} <= names


def test_nothing_leads_back_to_the_build(tree):
    """Run paths are relative, or those of other software."""
    for file in [*(tree.plugins / name for name in LIBRARIES), *[tree.program] * DEEPSEA,
                 *[tree.fmp] * FIT]:
        dynamic = subprocess.run(["readelf", "-d", str(file)], check=True, capture_output=True,
                                 text=True).stdout
        assert "$ORIGIN" in dynamic and str(BUILD) not in dynamic, dynamic


def test_a_deck(tree, tmp_path):
    """By LAMMPS_PLUGIN_PATH alone; the same numbers as from the build tree."""
    energy, boron = tree.numbers(FMP, tmp_path)
    assert energy < -100.0 and boron > 0.0
    assert tree.numbers(FMP, tmp_path, LAMMPS_PLUGIN_PATH=str(BUILD / "lib")) == [energy, boron]
    assert "Unrecognized pair style 'fmp/lbs'" in tree.deck(FMP, tmp_path, LAMMPS_PLUGIN_PATH="")


def test_only_its_own_libraries_are_opened(tree, tmp_path):
    """The loader's log names the moved libraries, and none of the build tree."""
    log = tmp_path / "loader"
    tree.numbers(FMP, tmp_path, LD_DEBUG="files", LD_DEBUG_OUTPUT=str(log))
    text = "".join(path.read_text(errors="replace") for path in tmp_path.glob("loader.*"))
    assert str(tree.plugins / "liblbsstyles.so") in text
    assert str(BUILD / "lib") not in text


def test_styles_library_missing(tree, tmp_path):
    """One line tells that the libraries belong together."""
    shutil.copy(tree.plugins / "lbsplugin.so", tmp_path)
    said = tree.deck(FMP, tmp_path, LAMMPS_PLUGIN_PATH=str(tmp_path))
    assert "lbsplugin refused: " in said and "liblbsstyles.so" in said
    assert "build or install the plugin again" in said
    assert "Unrecognized pair style 'fmp/lbs'" in said


if FIT:
    def test_the_program_fmp(tree, tmp_path):
        """It runs with what it is linked with, and tells what is wrong."""
        assert tree.run(tree.fmp, "--version", cwd=tmp_path).stdout.startswith("fmp ")
        done = tree.run(tree.fmp, "fit", "none.json", cwd=tmp_path)
        assert done.returncode == 1 and "fmp: cannot open none.json" in done.stderr


if DEEPSEA:
    def test_the_program_and_a_deck_with_its_model(tree, tmp_path):
        """convert, info and pair_style deepsea; the program by its path and by PATH."""
        model_of(tree, tmp_path)
        path = f"{tree.program.parent}:/usr/bin:/bin"
        info = tree.run("bash", "-c", "deepsea info model.pt", cwd=tmp_path, PATH=path)
        assert info.returncode == 0 and "O Si B Li" not in info.stderr
        energy, = tree.numbers(MODEL_DECK, tmp_path)
        assert abs(energy) > 1.0
        assert tree.numbers(MODEL_DECK, tmp_path, LAMMPS_PLUGIN_PATH=str(BUILD / "lib")) == [energy]

    def test_torch_library_missing(tree, tmp_path):
        """The deck and the program tell which library is missing and where."""
        model_of(tree, tmp_path)
        for name in ("lbsplugin.so", "liblbsstyles.so"):
            shutil.copy(tree.plugins / name, tmp_path)
        said = tree.deck(MODEL_DECK, tmp_path, LAMMPS_PLUGIN_PATH=str(tmp_path))
        assert f"liblbstorch.so is not where it belongs, beside {tmp_path}" in said
        alone = shutil.copy(tree.program, tmp_path)
        done = tree.run(alone, "info", "model.pt", cwd=tmp_path)
        assert done.returncode == 1
        assert "liblbstorch.so is not where it belongs" in done.stderr
