#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Provides the dependencies, then configures and builds one preset of CMakePresets.json.
#
#   bash cmake/build.sh [release|debug|asan] [OPTION OF deps.sh...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. cmake/build_tree.sh

preset=release
if (($#)) && [[ $1 != -* ]]; then
  preset=$1
  shift
fi
host=$(host_suffix "$@")
case $preset in
  release) tree=build$host ;;
  debug | asan) tree=build-$preset$host ;;
  *)
    echo "build.sh: unknown preset $preset; there are release, debug and asan" >&2
    exit 1
    ;;
esac

bash cmake/deps.sh "$@"
cache=${LBS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lbs}
list=$cache/cmake-args$host
mapfile -t args <"$list"

if [[ -f $cache/cmake-args-serial ]]; then args+=("LBS_SERIAL_ARGS=$cache/cmake-args-serial"); fi

# CMake keeps the LAMMPS it found first, so another one needs a fresh start.
mkdir -p "$tree"
if ! cmp -s "$list" "$tree/cmake-args"; then
  rm -f "$tree/CMakeCache.txt"
  cp "$list" "$tree/cmake-args"
fi
cmake --preset "$preset" -B "$tree" --log-level=WARNING "${args[@]/#/-D}" \
  >"$tree/configure.log" || {
  echo "build.sh: cmake failed; its output is in $tree/configure.log" >&2
  exit 1
}
cmake --build "$tree" --parallel "${LBS_JOBS:-$(cores)}"
