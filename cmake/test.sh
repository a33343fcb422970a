#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds and runs all tests but those of test_kokkos.sh and test_separate_memory.sh; fails if one
# fails, if there are none, and, where deps.sh installs all that tests need, if one is skipped.
#
#   bash cmake/test.sh [OPTION OF deps.sh...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

. cmake/build_tree.sh

bash cmake/build.sh release --variant serial "$@"
tree=build$(host_suffix "$@")
log=$tree/ctest.log
# Threads that wait leave their core to the test beside them.
export OMP_WAIT_POLICY=passive
ctest --test-dir "$tree" --output-on-failure --no-tests=error -LE kokkos -j2 | tee "$log"

# What deps.sh does not install: nvcc, and the version of clang-format that the sources have.
may_be_skipped=('unit\.device_functions' 'house\.files\.(wrong_)?format(_is_found)?')
# The LAMMPS of that host has no KOKKOS package.
if [[ $tree == build-20260704 ]]; then may_be_skipped+=('decks\..*kokkos.*'); fi
# Other systems than Debian, and a LAMMPS of the user's own, may lack anything.
cache=${LBS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lbs}
if ! command -v dpkg-query >/dev/null || [[ -f $cache/given ]]; then may_be_skipped=('.*'); fi
bash cmake/skipped.sh "$log" "${may_be_skipped[@]}"
