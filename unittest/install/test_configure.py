# SPDX-License-Identifier: GPL-2.0-only
"""What a configuration asks for, and what it says of what is missing.

LBS_CMAKE names cmake, LBS_HOST_ARGS a file with the arguments that lead to LAMMPS.
"""
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOST = pathlib.Path(os.environ["LBS_HOST_ARGS"]).read_text().splitlines()
PACKAGES = ("BLAS", "LAPACK", "ZLIB", "HDF5", "nlohmann_json", "CLI11", "Ceres", "OpenSSL")
# What no configuration finds then; a value that is false but not NOTFOUND is not looked for.
HIDDEN = [f"CMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in PACKAGES] + [
    "LBS_TORCH_INCLUDE=OFF", "LBS_TORCH_CPU=OFF", "LBS_TORCH_C10=OFF"]
# A header of a C++ library as it was before GCC 11.
OLD_CHARCONV = """#pragma once
#include <system_error>
namespace std {
struct from_chars_result { const char *ptr; errc ec; };
from_chars_result from_chars(const char *first, const char *last, int &value, int base = 10);
}
"""


def configure(folder, *arguments):
    """Configure a build without tests in `folder`: (exit status, what it says, its cache)."""
    done = subprocess.run([os.environ["LBS_CMAKE"], "-S", str(ROOT), "-B", str(folder),
                           *(f"-D{word}" for word in HOST), "-DLBS_TESTS=OFF", "-DLBS_DOCS=OFF",
                           *(f"-D{word}" for word in arguments)],
                          capture_output=True, text=True, timeout=200, check=False)
    cache = folder / "CMakeCache.txt"
    # cmake wraps messages; one blank is what the source has.
    return (done.returncode, " ".join((done.stdout + done.stderr).split()),
            cache.read_text() if cache.exists() else "")


def test_without_deepsea_nothing_is_asked_for(tmp_path):
    """Hidden libraries are not missed, and the cache shows that none has been looked for."""
    status, said, cache = configure(tmp_path, "LBS_DEEPSEA=OFF",
                                    *(word for word in HIDDEN if "TORCH" not in word))
    assert status == 0, said
    assert "LBS_DEEPSEA is off: no pair_style deepsea, no program deepsea" in said
    assert "LBS_FIT is off: no program fmp" in said
    for name in ("LBS_TORCH_CPU", "HDF5_", "BLAS_", "LAPACK_", "ZLIB_", "OPENSSL_", "OpenSSL_DIR",
                 "nlohmann_json_DIR", "CLI11_DIR", "Ceres_DIR"):
        assert not [line for line in cache.splitlines() if line.startswith(name)], name


def test_without_torch_there_is_no_deepsea(tmp_path):
    """And it is on again when libtorch is: the cache keeps what was asked for."""
    status, said, cache = configure(tmp_path, "LBS_TORCH=OFF", *HIDDEN)
    assert status == 0, said
    assert "LBS_DEEPSEA is off, because LBS_TORCH is: model files are read by libtorch" in said
    assert "LBS_DEEPSEA:BOOL=ON" in cache


def test_all_that_is_missing_is_named_at_once(tmp_path):
    """With Debian's names and the option that does without."""
    status, said, _ = configure(tmp_path, *HIDDEN)
    assert status != 0
    for words in ("pair_style deepsea needs what was not found: OpenBLAS (libopenblas-dev,",
                  "zlib (zlib1g-dev)", "libtorch (libtorch-dev,", "HDF5 (libhdf5-dev)",
                  "nlohmann-json (nlohmann-json3-dev)", "CLI11 (libcli11-dev)",
                  "build all the rest with -D LBS_DEEPSEA=OFF, which needs nothing but LAMMPS",
                  "the program fmp needs what was not found: Ceres Solver (libceres-dev); install "
                  "it, or build all the rest with -D LBS_FIT=OFF"):
        assert words in said, said
    assert "OpenMP of the compiler" not in said


@pytest.mark.parametrize("name, words", [("HDF5", "not found: HDF5 (libhdf5-dev); install it"),
                                         ("CLI11", "not found: CLI11 (libcli11-dev); install"),
                                         ("Ceres", "the program fmp needs what was not found: Ceres"
                                                   " Solver (libceres-dev); install it, or build "
                                                   "all the rest with -D LBS_FIT=OFF")])
def test_one_that_is_missing_is_named_alone(tmp_path, name, words):
    """Where pair_style deepsea can be built otherwise."""
    if "LBS_NO_DEEPSEA" in os.environ:
        pytest.skip("this build has no deepsea, so its libraries may be missing, too")
    status, said, _ = configure(tmp_path, f"CMAKE_DISABLE_FIND_PACKAGE_{name}=ON")
    assert status != 0
    assert words in said


def test_without_ceres_all_the_rest_is_there(tmp_path):
    """And with it, the program fmp needs nothing of deepsea but readers of files."""
    status, said, _ = configure(tmp_path / "rest", "LBS_FIT=OFF", "LBS_DEEPSEA=OFF", *HIDDEN)
    assert status == 0 and "LBS_FIT is off: no program fmp" in said
    status, said, cache = configure(tmp_path / "fit", "LBS_FIT=ON", "LBS_DEEPSEA=OFF",
                                    *(word for word in HIDDEN if "BLAS" in word or "TORCH" in word))
    if "LBS_NO_FIT" in os.environ:
        pytest.skip("this build has no program fmp, so its libraries may be missing, too")
    assert status == 0, said
    assert "Ceres_DIR" in cache and "LBS_TORCH_CPU" not in cache.replace("LBS_TORCH_CPU:UNINIT", "")


def test_an_old_compiler_is_told(tmp_path):
    """By what it lacks, before anything is looked for."""
    (tmp_path / "charconv").write_text(OLD_CHARCONV)
    status, said, _ = configure(tmp_path / "build", f"CMAKE_CXX_FLAGS=-I{tmp_path}")
    assert status != 0
    assert "has no std::from_chars for double; GCC 11, Clang 14 with libstdc++ 11, or newer" in said
    assert "LAMMPS" not in said.split("has no std::from_chars")[0]
