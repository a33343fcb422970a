# SPDX-License-Identifier: GPL-2.0-only
"""Files with kernels compile for NVIDIA GPUs, and what ptxas says of each kernel.

The headers of the Kokkos at hand, which is for processors, also hold its backend for CUDA; a few
headers that describe the configuration take the place of the installed ones.
"""
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
NVCC = os.environ["LBS_NVCC"]
KOKKOS = pathlib.Path(os.environ["LBS_KOKKOS_INCLUDE"])
INCLUDE = os.environ["LBS_INCLUDE"].split(":")    # of LAMMPS, its KOKKOS package and MPI

# Files and how many kernels of ours each has at least.
FILES = {"src/deepsea/kk/device_evaluator.cpp": 24,
         "src/deepsea/kk/pair_deepsea_kokkos.cpp": 10,
         "src/fmp/kk/pair_fmp_lbs_kokkos.cpp": 32,
         "src/network/kk/compute_boron_coord_kokkos.cpp": 3}
MOST_REGISTERS = 128    # of 64 K in an SM: at least 512 threads
# What Kokkos itself needs for the sum over a team, which is done in steps with energies only, and
# for scans and its hash map, which make new rows when LAMMPS makes new lists.
STACK_OF_KOKKOS = 8
OF_KOKKOS = re.compile(r"ParallelReduce.*TeamPolicy|ParallelScan|FindHomes|EnterTags")

ENTRY = re.compile(r"Compiling entry function '(\S+)' for '(\w+)'.*?(\d+) bytes stack frame, "
                   r"(\d+) bytes spill stores, (\d+) bytes spill loads.*?Used (\d+) registers",
                   re.DOTALL)


def configuration(folder, backend, names):
    """Headers that say: Serial and a backend (Cuda, HIP), with names of the configuration."""
    text = (KOKKOS / "KokkosCore_config.h").read_text()
    text = text.replace("#define KOKKOS_ENABLE_OPENMP\n", "")
    for name in (f"ENABLE_{backend.upper()}", *names):
        assert f"/* #undef KOKKOS_{name} */" in text
        text = text.replace(f"/* #undef KOKKOS_{name} */", f"#define KOKKOS_{name}")
    (folder / "KokkosCore_config.h").write_text(text)
    upper = backend.upper()
    for name, includes in (("Declare", ("decl/Kokkos_Declare_SERIAL",
                                        f"decl/Kokkos_Declare_{upper}")),
                           ("Fwd", ("fwd/Kokkos_Fwd_SERIAL", f"fwd/Kokkos_Fwd_{upper}")),
                           ("Setup", (f"setup/Kokkos_Setup_{backend}",))):
        (folder / f"KokkosCore_Config_{name}Backend.hpp").write_text(
            "#pragma once\n" + "".join(f"#include <{i}.hpp>\n" for i in includes))
    (folder / "desul" / "atomics").mkdir(parents=True)
    (folder / "desul" / "atomics" / "Config.hpp").write_text(
        f"#pragma once\n#define DESUL_ATOMICS_ENABLE_{upper}\n")


def compiled(source, folder, architecture):
    """What nvcc says when it compiles a file with kernels."""
    sm, names = architecture
    configuration(folder, "Cuda", ("ENABLE_CUDA_LAMBDA", *names))
    command = [NVCC, "-x", "cu", "-std=c++17", "-O3", f"-arch={sm}", "--expt-extended-lambda",
               "--expt-relaxed-constexpr", "-Xptxas", "-v", "-include", str(HERE / "cuda13.hpp"),
               "-DLMP_KOKKOS", "-I", str(ROOT / "src"), "-I", str(folder)]
    for path in (str(KOKKOS), *INCLUDE):
        command += ["-isystem", path]
    done = subprocess.run([*command, "-c", str(source), "-o", str(folder / "kernels.o")],
                          capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stderr


def kernels(said):
    """(mangled name, stack frame in bytes, bytes spilled, registers) of each kernel of ours."""
    return [(name, int(stack), int(stores) + int(loads), int(registers))
            for name, _, stack, stores, loads, registers in ENTRY.findall(said) if "3lbs" in name]


def complaints(found):
    """Lines about kernels that need more than they may."""
    out = []
    for name, stack, spilled, registers in found:
        if stack > (STACK_OF_KOKKOS if OF_KOKKOS.search(name) else 0) or spilled:
            out.append(f"{stack} bytes of stack, {spilled} spilled: {name}")
        if registers > MOST_REGISTERS:
            out.append(f"{registers} registers: {name}")
        if "constant_memory" in name:
            out.append(f"a launch waits for the one before: {name}")
    return out


@pytest.mark.parametrize("architecture", [("sm_80", ("ARCH_AMPERE", "ARCH_AMPERE80")),
                                          ("sm_90", ("ARCH_HOPPER", "ARCH_HOPPER90"))],
                         ids=["sm_80", "sm_90"])
@pytest.mark.parametrize("source", FILES)
def test_compiles(tmp_path, source, architecture):
    found = kernels(compiled(ROOT / source, tmp_path, architecture))
    assert len(found) >= FILES[source], "kernels are found"
    assert not complaints(found), "\n".join(complaints(found))
    print(f"{source}, {architecture[0]}: {len(found)} kernels,"
          f" {min(k[3] for k in found)} to {max(k[3] for k in found)} registers")


PLANTED = """#include <Kokkos_Core.hpp>
namespace lbs {
struct Planted {
  double *out;
  int n;
  KOKKOS_FUNCTION void operator()(const int i) const
  {
    double a[40];
    for (int k = 0; k < n; ++k) a[(i * k) % 40] = k;
    out[i] = a[i % 40];
  }
};
}
void launch(double *out)
{
  Kokkos::parallel_for(Kokkos::RangePolicy<Kokkos::Cuda>(0, 100), lbs::Planted{out, 7});
}
"""


def test_a_stack_frame_is_seen(tmp_path):
    """Negative control: an array that is indexed by a variable does not fit into registers."""
    (tmp_path / "planted.cpp").write_text(PLANTED)
    found = kernels(compiled(tmp_path / "planted.cpp", tmp_path,
                             ("sm_90", ("ARCH_HOPPER", "ARCH_HOPPER90"))))
    assert len(found) == 1
    line, = complaints(found)
    assert "320 bytes of stack" in line
