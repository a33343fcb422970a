# SPDX-License-Identifier: GPL-2.0-only
"""What may include what: the arrows between the rooms of src/ run one way, and only those files
know LAMMPS, libtorch and other libraries that have to.
"""
import pathlib
import re

import pytest

from tree import cxx_files, read

# What the files of a room may include beside their own room; classes of LAMMPS also "lammps".
ROOMS = {
    "support": "",
    "linalg": "support",
    "lammps": "support",
    "fmp": "linalg support",
    "fmp/kk": "fmp lammps support",
    "fmp/fit": "fmp frames support",
    "frames": "support",
    "deepsea": "deepsea/model deepsea/file deepsea/host support",
    "deepsea/model": "linalg support",
    "deepsea/file": "deepsea/file/deepmd deepsea/model support",
    "deepsea/file/deepmd": "deepsea/file deepsea/model frames support",
    "deepsea/file/torch": "deepsea/file deepsea/file/deepmd deepsea/model support",
    "deepsea/host": "deepsea/model linalg support",
    "deepsea/kk": "deepsea deepsea/host deepsea/model lammps support",
    "deepsea/frames": "deepsea deepsea/file deepsea/file/deepmd deepsea/host deepsea/model frames "
                      "support",
    "deepsea/train": "deepsea/file deepsea/file/deepmd deepsea/frames deepsea/model frames linalg "
                     "support",
    "network": "network/graph network/rings support",
    "network/graph": "support",
    "network/rings": "network/graph support",
    "network/kk": "network network/graph lammps support",
    "plugin": "deepsea deepsea/kk fmp fmp/kk network network/kk lammps support",
    "tools": "deepsea deepsea/file deepsea/file/deepmd deepsea/frames deepsea/host deepsea/model "
             "deepsea/train fmp fmp/fit frames support",
}

SPEAKS_LAMMPS = r"(.*/)?((pair|compute|fix)_\w+\.(h|cpp)|(lammps|plugin)/.*)$"

# A library is told by the names of its headers; it may be used in these rooms.
LIBRARIES = [
    ("libtorch", r"torch/|ATen/|c10/", r"deepsea/file/torch/"),
    ("Kokkos", r"Kokkos_|.*kokkos.*|neigh_request\.h$",
     r".*/kk/|lammps/kokkos_adapter\.h$|plugin/styles_kokkos\.cpp$"),
    ("a vendor's BLAS", r"cublas_v2\.h$|hipblas/", r"deepsea/kk/multiply_"),
    ("HDF5", r"hdf5|H5", r"frames/"),
    ("JSON", r"nlohmann/",
     r"support/json_section|(deepsea/file/deepmd|deepsea/train|fmp/fit|tools)/"),
    ("Ceres Solver", r"ceres/|Eigen/", r"fmp/fit/"),
    ("CLI11", r"CLI/", r"tools/"),
    ("MPI", r"mpi\.h$", rf"tools/mpi_ranks|{SPEAKS_LAMMPS}"),
    ("zlib", r"zlib\.h$", r"deepsea/file/"),
    ("OpenMP", r"omp\.h$", r".*"),
    ("the configuration", r"lbs_config\.h$", r"plugin/"),
    ("the system", r"(sys/\w+|dlfcn|fcntl|poll|signal|spawn|unistd|math)\.h$", r".*"),
    ("the compiler", r"(cpuid|immintrin|x86intrin|arm_\w+)\.h$", r".*"),
    ("the standard library", r"\w+$", r".*"),
]


def includes(text):
    """Names that a file includes."""
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.MULTILINE)


def owner(name, file, tree):
    """The file of `tree` that `file` includes by `name`, or None."""
    beside = str(pathlib.PurePosixPath(file).parent / name)
    return next((path for path in (beside, name) if path in tree), None)


def broken(tree):
    """Lines about every include that is against the rules, of a dict of texts by path in src/."""
    out = []
    for file, text in tree.items():
        room = str(pathlib.PurePosixPath(file).parent)
        if room not in ROOMS:
            out.append(f"{file}: room {room} is not among the ROOMS of {__file__}")
            continue
        plain = file.removesuffix(".cpp") + ".hpp" in tree    # such as pair_batch.cpp
        speaks_lammps = re.match(SPEAKS_LAMMPS, file) and not plain
        known = [room, *ROOMS[room].split(), *(["lammps"] if speaks_lammps else [])]
        for name in includes(text):
            if target := owner(name, file, tree):
                if str(pathlib.PurePosixPath(target).parent) not in known:
                    out.append(f"{file}: {name}: {room} knows only {' '.join(known)}")
                continue
            library, _, users = next((lib for lib in LIBRARIES if re.match(lib[1], name)),
                                     ("LAMMPS", "", ""))
            if not (speaks_lammps if library == "LAMMPS" else re.match(users, file)):
                out.append(f"{file}: {name}: {library} is not for this file")
    return out


@pytest.fixture(scope="module", name="tree")
def sources():
    """Texts of src/ by path in it."""
    return {str(p.relative_to("src")): read(p) for p in cxx_files("src")}


def test_arrows(tree):
    assert len(tree) > 100
    assert not broken(tree), "\n".join(broken(tree))


@pytest.mark.parametrize("file, name, words", [
    ("deepsea/host/evaluator.cpp", "atom.h", "LAMMPS is not for this file"),
    ("network/rings/ring_search.cpp", "mpi.h", "MPI is not for this file"),
    ("fmp/pair_batch.cpp", "pair.h", "LAMMPS is not for this file"),
    ("deepsea/file/model_file.cpp", "torch/script.h", "libtorch is not for this file"),
    ("deepsea/pair_deepsea.cpp", "torch/script.h", "libtorch is not for this file"),
    ("fmp/pair_fmp_lbs.cpp", "kokkos_type.h", "Kokkos is not for this file"),
    ("deepsea/model/model.cpp", "deepsea/host/evaluator.hpp", "deepsea/model knows only"),
    ("deepsea/file/model_file.cpp", "deepsea/host/evaluator.hpp", "deepsea/file knows only"),
    ("deepsea/host/evaluator.cpp", "deepsea/file/model_file.hpp", "deepsea/host knows only"),
    ("fmp/commands.cpp", "lammps/pair_error.h", "fmp knows only"),
    ("network/graph/bond_graph.cpp", "network/rings/ring_list.hpp", "network/graph knows only"),
    ("attic/new.cpp", "vector", "room attic is not among the ROOMS"),
])
def test_broken_arrow_is_found(tree, file, name, words):
    assert owner(name, file, tree) or "/" not in name or name.startswith("torch/")
    planted = {**dict.fromkeys(tree, ""), file: f'#include "{name}"\n'}
    line, = broken(planted)
    assert line.startswith(f"{file}: ") and words in line
