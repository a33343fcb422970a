# SPDX-License-Identifier: GPL-2.0-only
"""The kernels of an evaluation compile for AMD's GPUs, where there is Debian's hipcc (5.2)."""
import re
import shutil
import subprocess

import pytest

from test_cuda import HERE, KOKKOS, ROOT, configuration

SOURCE = ROOT / "src/deepsea/kk/device_evaluator.cpp"
# Of each center or layer in each step; others keep few numbers in slow memory.
HOT = ("SumMoments", "MakeDescriptors", "FinishLayer", "LastLayer", "BackThroughLayer",
       "BackThroughDescriptors", "ScatterForces", "SumCenters")
KERNEL = re.compile(r"Function Name: (\S+).*?VGPRs: (\d+).*?ScratchSize \[bytes/lane\]: (\d+)"
                    r".*?VGPRs Spill: (\d+)", re.DOTALL)


@pytest.mark.skipif(shutil.which("hipcc") is None, reason="there is no hipcc")
def test_compiles_for_amd(tmp_path):
    configuration(tmp_path, "HIP", ("ARCH_AMD_GFX90A",))
    command = ["hipcc", "-std=c++17", "-O2", "--offload-arch=gfx90a", "--cuda-device-only",
               "-Rpass-analysis=kernel-resource-usage", "-DLMP_KOKKOS", "-I", str(ROOT / "src"),
               "-I", str(HERE), "-isystem", str(tmp_path), "-isystem", str(KOKKOS), "-c",
               str(SOURCE), "-o", str(tmp_path / "kernels.o")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    kernels = [(name, int(scratch), int(spilled))
               for name, _, scratch, spilled in KERNEL.findall(done.stderr)
               if any(f"{len(hot)}{hot}" in name for hot in HOT)]
    assert len(kernels) >= 18, "kernels are found"
    assert [k for k in kernels if k[1] or k[2]] == []
