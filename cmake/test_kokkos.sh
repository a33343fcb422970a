#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Tests of the /kk styles that take long: the decks of pair_style deepsea once more as deepsea/kk,
# by its host path and by the kernels for GPUs, on this processor; and, where there is nvcc, the
# kernels compiled by it. Fails if another test is skipped.
#
#   bash cmake/test_kokkos.sh [OPTION OF ctest...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash cmake/build.sh release --variant serial
export OMP_WAIT_POLICY=passive
log=build/ctest-kokkos.log
ctest --test-dir build --output-on-failure --no-tests=error -L kokkos -j2 "$@" | tee "$log"
bash cmake/skipped.sh "$log" 'cuda' 'cuda\.hip.*'
