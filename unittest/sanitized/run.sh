#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What cmake/test_sanitized.sh runs; see there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly CACHE=${LBS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lbs}
. cmake/build_tree.sh
readonly JOBS=${LBS_JOBS:-$(cores)}
BUILD=$(realpath "${LBS_BUILD_DIR:-build}")
SYMBOLIZER=$(compgen -G '/usr/lib/llvm-*/bin/llvm-symbolizer' | sort -V | tail -1)
readonly BUILD SYMBOLIZER TREE=$PWD/build-sanitized
readonly -A FLAGS=([bounds]="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
  [threads]="-fsanitize=thread -DLBS_HOST_TEAM=4 -DLBS_NO_SERIAL_KOKKOS")
readonly -A KOKKOS=([bounds]="-DKokkos_ENABLE_DEBUG_BOUNDS_CHECK=ON -DKokkos_ENABLE_SERIAL=ON"
  [threads]="-DKokkos_ENABLE_SERIAL=OFF")
# What to plant: header, kind, test that has to fail, code, and what takes its place.
readonly FAULTS=(
  "descriptors.hpp|threads|descriptors|team.team_barrier();|"
  "nets_themselves.hpp|threads|nets_themselves|^      team.team_barrier();|"
  "scatter_forces.hpp|bounds|scatter_forces|neighbor(first + n)|neighbor(first + n + 100000)"
  "scatter_forces.hpp|threads|scatter_forces|Kokkos::atomic_add(\(&tally.force.*\), -g|*\1 -= (g"
)

fail() {
  echo "test_sanitized.sh: $*" >&2
  exit 1
}

# configure KIND TREE [OPTION...]
configure() {
  local kind=$1 tree=$2
  shift 2
  cmake -S unittest/deepsea/kk -B "$tree" -G Ninja -DCMAKE_CXX_COMPILER=clang++-16 \
    -DCMAKE_C_COMPILER=clang-16 -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_STANDARD=17 \
    -DCMAKE_CXX_FLAGS="-O1 -g -fopenmp=libomp ${FLAGS[$kind]}" -DLBS_BUILD="$BUILD" \
    -DKokkos_ROOT="$TREE/$kind-kokkos/prefix" "$@" >"$tree.log" ||
    fail "cmake failed; see $tree.log"
  cmake --build "$tree" --parallel "$JOBS"
}

provide_kokkos() {
  local kind=$1 tree=$TREE/$1-kokkos
  [[ -e $tree/done ]] && return
  mkdir -p "$tree"
  rm -rf "$tree/source"
  cp -r "$CACHE/src/kokkos-4.7.0" "$tree/source"
  # Its barrier consists of relaxed operations and fences, which the sanitizer does not understand.
  sed -i -E "s/Kokkos::(atomic_fetch_(add|sub))\((buffer \+ [a-z]+_idx|ptr), ([a-z0-9]+)\)/\
__\1(\3, \4, __ATOMIC_ACQ_REL)/" "$tree/source/core/src/impl/Kokkos_HostBarrier.hpp"
  # shellcheck disable=SC2086  # several options
  cmake -S "$tree/source" -B "$tree" -G Ninja -DCMAKE_CXX_COMPILER=clang++-16 \
    -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_STANDARD=17 -DKokkos_ENABLE_OPENMP=ON \
    -DCMAKE_CXX_FLAGS="-O1 -g -w -fopenmp=libomp ${FLAGS[$kind]}" ${KOKKOS[$kind]} \
    -DCMAKE_INSTALL_PREFIX="$tree/prefix" >"$tree/log"
  cmake --build "$tree" --parallel "$JOBS" --target install
  touch "$tree/done"
}

# Archer tells the sanitizer what OpenMP's barriers mean. Kokkos' hash map reads what other threads
# may write, and looks again.
run() {
  echo 'race:Kokkos::UnorderedMap' >"$TREE/suppressions"
  OMP_NUM_THREADS=4 OMP_WAIT_POLICY=passive OMP_PROC_BIND=false \
    OMP_TOOL_LIBRARIES=/usr/lib/llvm-16/lib/libarcher.so \
    TSAN_OPTIONS="halt_on_error=1 ignore_noninstrumented_modules=1
      suppressions=$TREE/suppressions external_symbolizer_path=$SYMBOLIZER" \
    ASAN_OPTIONS=detect_leaks=0 "$1" --gtest_brief=1
}

plant() {
  local header kind test code instead folder
  IFS='|' read -r header kind test code instead <<<"$1"
  [[ $kind == "$2" ]] || return 0
  folder=$TREE/$kind-fault
  rm -rf "$folder/include"
  mkdir -p "$folder/include/deepsea/kk"    # all of them, for they include each other
  cp src/deepsea/kk/*.hpp "$folder/include/deepsea/kk"
  sed "s|$code|$instead|" "src/deepsea/kk/$header" >"$folder/include/deepsea/kk/$header"
  ! cmp -s "src/deepsea/kk/$header" "$folder/include/deepsea/kk/$header" ||
    fail "there is no '$code' in $header"
  configure "$kind" "$folder/build" -DLBS_FAULTS="$folder/include" -DLBS_KERNEL_TESTS="$test"
  if run "$folder/build/test_$test" >"$folder/output" 2>&1; then
    fail "a fault in $header was not noticed: '$code'"
  fi
  grep -qE "ThreadSanitizer: data race|AddressSanitizer|outside of its array" "$folder/output" ||
    fail "$test failed for another reason, see $folder/output"
  echo "noticed: without '$code' in $header"
}

(($#)) || set -- bounds threads
for kind in "$@"; do
  [[ -n ${FLAGS[$kind]:-} ]] || fail "there are bounds and threads, but no $kind"
  provide_kokkos "$kind"
  configure "$kind" "$TREE/$kind"
  for test in "$TREE/$kind"/test_*; do
    echo "$kind: $(basename "$test")"
    run "$test"
  done
  for fault in "${FAULTS[@]}"; do plant "$fault" "$kind"; done
done
echo "the kernels are clean: $*"
