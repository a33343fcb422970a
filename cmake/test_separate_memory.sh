#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the kernels and decks of the /kk styles on a device with memory of its own: what a kernel may
# not read, and what was not copied, shows there as on a GPU. Builds that LAMMPS into the cache
# first, which takes 15 minutes once, and the plugin for it.
#
#   bash cmake/test_separate_memory.sh [OPTION OF pytest...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. cmake/build_tree.sh

fail() {
  echo "test_separate_memory.sh: cmake failed; its output is in $1" >&2
  exit 1
}

bash cmake/deps.sh --variant separate-memory
cache=${LBS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lbs}
tree=build-separate-memory
mapfile -t args <"$cache/cmake-args-separate-memory"
mkdir -p "$tree"
cmake --preset release -B "$tree" --log-level=WARNING "${args[@]/#/-D}" -DLBS_TESTS=OFF \
  -DLBS_DOCS=OFF -DLBS_FIT=OFF >"$tree/configure.log" || fail "$tree/configure.log"
cmake --build "$tree" --parallel "${LBS_JOBS:-$(cores)}"

. cmake/separate_memory.sh
kokkos=$(compgen -G "$cache/kokkos-*-separate")
cmake -S unittest/deepsea/kk -B "$tree/kernels" -G Ninja -DCMAKE_BUILD_TYPE=None \
  -DCMAKE_CXX_STANDARD=17 -DCMAKE_CXX_COMPILER="$SEPARATE_CXX" \
  -DCMAKE_CXX_FLAGS="-O1 -w -fopenmp=libomp $SEPARATE_OFFLOAD" -DKokkos_ROOT="$kokkos" \
  -DLBS_BUILD="$PWD/$tree" >"$tree/kernels.log" || fail "$tree/kernels.log"
cmake --build "$tree/kernels" --parallel "${LBS_JOBS:-$(cores)}"
. "$tree/env.sh"
LBS_SEPARATE_MEMORY=$tree LBS_NO_MPI=1 \
  python3 -m pytest -q -p no:cacheprovider unittest/separate_memory "$@"
