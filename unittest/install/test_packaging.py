# SPDX-License-Identifier: GPL-2.0-only
"""Recipes of cmake/packaging say what the project is: its version, options that exist, one LAMMPS.

They cannot be built here, for their package managers need networks of their own; doc/install.rst
says how far each was tried.
"""
import os
import pathlib
import re
import subprocess
import sys
import types
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "cmake" / "packaging"
SPACK = PACKAGING / "spack" / "spack_repo" / "lbs" / "packages" / "lammps_lbs" / "package.py"
OFFLINE = PACKAGING / "offline.sh"
VERSION = re.search(r"project\(lbs VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1]
CMAKE = "".join(path.read_text() for path in
                [ROOT / "CMakeLists.txt", *sorted((ROOT / "cmake").glob("*.cmake"))])


def is_option(name):
    """Whether CMake knows an option or a path of this name."""
    return bool(re.search(rf"(option|set)\({name} ", CMAKE))


class Recorder:
    """Stands for Spack: remembers what a recipe declares, and understands what it asks."""

    def __init__(self):
        self.calls = []

    def directive(self, name):
        """A function of Spack's language."""
        def call(*args, **words):
            self.calls.append((name, args, words))
        return call

    def of(self, name):
        """What was declared by one directive."""
        return [(args, words) for called, args, words in self.calls if called == name]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class CMakePackage:
    """What the recipe uses of Spack's class of this name."""

    prefix = types.SimpleNamespace(lib="/p/lib", share="/p/share")
    stage = types.SimpleNamespace(source_path="/s")

    def __init__(self, with_deepsea):
        self.spec = types.SimpleNamespace(satisfies=lambda text: with_deepsea)
        torch = types.SimpleNamespace(package=types.SimpleNamespace(cmake_prefix_paths=["/t"]))
        if with_deepsea:
            self.spec = type("Spec", (), {"satisfies": lambda _, text: True,
                                          "__getitem__": lambda _, name: torch})()
        self.with_deepsea = with_deepsea

    @staticmethod
    def define(name, value):
        """A definition for cmake."""
        return name, value

    def define_from_variant(self, name, variant):
        """The same by the value of a variant."""
        assert variant in ("deepsea", "fit")
        return name, self.with_deepsea


@pytest.fixture(name="spack")
def spack_recipe(monkeypatch):
    """The recipe's class and what it declares."""
    recorder = Recorder()
    language = types.ModuleType("spack.package")
    for name in ("license", "version", "variant", "depends_on", "resource", "conflicts"):
        setattr(language, name, recorder.directive(name))
    language.when = lambda _: recorder
    language.join_path = lambda *parts: "/".join(parts)
    cmake = types.ModuleType("spack_repo.builtin.build_systems.cmake")
    cmake.CMakePackage = CMakePackage
    for name in ("spack", "spack_repo", "spack_repo.builtin", "spack_repo.builtin.build_systems"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, "spack.package", language)
    monkeypatch.setitem(sys.modules, cmake.__name__, cmake)
    names = {}
    exec(compile(SPACK.read_text(), str(SPACK), "exec"), names)    # pylint: disable=exec-used
    return names["LammpsLbs"], recorder


@pytest.mark.parametrize("with_deepsea", [False, True])
def test_spack_recipe_gives_options_that_exist(spack, with_deepsea):
    """With deepsea and without."""
    recipe, _ = spack
    arguments = dict(recipe(with_deepsea).cmake_args())
    assert arguments["LBS_DEEPSEA"] == with_deepsea and arguments["LBS_TESTS"] is False
    assert arguments["LAMMPS_SOURCE_DIR"] == "/s/lammps-source/src"
    assert ("Torch_DIR" in arguments) == with_deepsea
    for name in arguments:
        if name.startswith("LBS_"):
            assert is_option(name), name
    assert not is_option("LBS_DEEP_SEA")    # so that this can fail


def test_spack_recipe_declares_the_project(spack):
    """Version, license, each LAMMPS with its sources, and all that deepsea needs."""
    _, declared = spack
    assert [args for args, _ in declared.of("version")] == [(VERSION,)]
    assert declared.of("license")[0][0] == ("GPL-2.0-only",)
    lammps = [args[0] for args, _ in declared.of("depends_on") if args[0].startswith("lammps@")]
    assert len(lammps) == 1 and lammps[0].endswith("+lib+plugin+kspace")
    hosts = re.findall(r"=([\d.]+)", lammps[0])
    assert "20250204" in hosts
    assert [words["when"] for _, words in declared.of("resource")] == [
        f"^lammps@={host}" for host in hosts]
    needed = {args[0].split("@")[0] for args, _ in declared.of("depends_on")}
    assert {"py-torch", "blas", "lapack", "zlib-api", "hdf5", "cli11", "nlohmann-json",
            "ceres-solver"} <= needed


def test_one_version_and_one_archive_of_lammps(spack):
    """In all recipes, and in CITATION.cff."""
    _, declared = spack
    conda = (PACKAGING / "conda" / "recipe.yaml").read_text()
    assert f'version: "{VERSION}"' in conda
    assert f"\nversion: {VERSION}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"lammps-lbs-{VERSION}.tar.gz" in SPACK.read_text()
    words = declared.of("resource")[0][1]
    assert words["url"] in conda and f"sha256: {words['sha256']}" in conda


@pytest.mark.parametrize("name", ["offline.sh", "conda/build.sh", "Containerfile"])
def test_scripts_give_options_that_exist(name):
    """And scripts are valid for bash."""
    text = (PACKAGING / name).read_text()
    options = set(re.findall(r"-D ?(LBS_\w+)=", text))
    assert "LBS_TESTS" in options
    for option in options:
        assert is_option(option), option
    if name.endswith(".sh"):
        subprocess.run(["bash", "-n", str(PACKAGING / name)], check=True)


def test_container_has_the_prefix_of_deps():
    """The LAMMPS that cmake/deps.sh installs has the name that the image has on its path."""
    deps = (ROOT / "cmake" / "deps.sh").read_text()
    names = set(re.findall(r"lammps-\d\w+", (PACKAGING / "Containerfile").read_text()))
    assert len(names) == 1 and f"[20250204]={names.pop()} " in deps


def offline(*arguments):
    """Run offline.sh, which has to fail; returns what it says."""
    done = subprocess.run(["bash", str(OFFLINE), *map(str, arguments)], capture_output=True,
                          text=True, check=False, timeout=60)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    return done.stderr


def test_offline_tells_what_is_missing(tmp_path):
    """Before anything is built."""
    assert "usage: bash cmake/packaging/offline.sh FOLDER PREFIX" in offline(tmp_path)
    assert "there is no folder" in offline(tmp_path / "no", tmp_path / "prefix")
    (tmp_path / "empty").mkdir()
    assert "empty has no source archive of LAMMPS (lammps*.tar.gz or .tar.xz)" in offline(
        tmp_path / "empty", tmp_path / "prefix")


@pytest.fixture(name="download")
def make_download(tmp_path):
    """A folder with an archive of LAMMPS, and a cmake that only notes what it is called with."""
    folder, programs = tmp_path / "download", tmp_path / "bin"
    (tmp_path / "lammps-1").mkdir()
    (tmp_path / "lammps-1" / "version").write_text("1")
    folder.mkdir()
    programs.mkdir()
    (programs / "cmake").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n')
    (programs / "cmake").chmod(0o755)
    subprocess.run(["tar", "-czf", folder / "lammps-1.tar.gz", "-C", tmp_path, "lammps-1"],
                   check=True)
    return folder


def build_offline(download, **variables):
    """What became of offline.sh, and how often LAMMPS was configured by it."""
    top = download.parent
    (top / "calls").write_text("")
    env = dict(os.environ, PATH=f"{top}/bin:{os.environ['PATH']}", **variables)
    done = subprocess.run(["bash", OFFLINE, download, top / "prefix"], capture_output=True,
                          text=True, check=False, timeout=60, env=env)
    return done, (top / "calls").read_text().count("src/lammps/cmake")


def test_offline_builds_again_what_was_asked_for_otherwise(download):
    """Not what has been built; but LAMMPS by other arguments, and of another archive."""
    prefix = download.parent / "prefix" / "src" / "lammps"
    assert [build_offline(download)[1] for _ in range(2)] == [1, 0]
    more = {"LAMMPS_CMAKE_ARGS": "-DPKG_MANYBODY=ON -DPKG_MISC=ON"}
    assert [build_offline(download, **more)[1] for _ in range(2)] == [1, 0]
    (prefix / "old").touch()
    (download / "lammps-1.tar.gz").rename(download / "lammps-2.tar.gz")
    done, count = build_offline(download, **more)
    assert done.returncode == 0 and count == 1 and not (prefix / "old").exists()
    assert "has no libtorch, so pair_style deepsea is left out" in done.stderr


def test_offline_stops_at_a_broken_archive(download):
    """Each time: half of an archive is never taken for the whole."""
    with zipfile.ZipFile(download / "libtorch.zip", "w") as file:
        file.writestr("libtorch/share/cmake/Torch/TorchConfig.cmake", "# " + 1000 * "x")
    whole = (download / "libtorch.zip").read_bytes()
    (download / "libtorch.zip").write_bytes(whole[:-40])
    torch = download.parent / "prefix" / "src" / "torch"
    for _ in range(2):
        done, _ = build_offline(download)
        assert done.returncode != 0 and "done; to make a shell ready" not in done.stdout
        assert not torch.exists()
    (download / "libtorch.zip").write_bytes(whole)
    done, _ = build_offline(download)
    assert done.returncode == 0 and f"-DTorch_DIR={torch}/libtorch/share/cmake/Torch" in (
        download.parent / "calls").read_text()
