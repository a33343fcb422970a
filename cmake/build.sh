#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Provides the dependencies, then configures and builds one preset of CMakePresets.json.
#
#   bash cmake/build.sh [release|debug|asan] [OPTION OF deps.sh...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=release
if (($#)) && [[ $1 != -* ]]; then
  preset=$1
  shift
fi
case $preset in
  release) tree=build ;;
  debug | asan) tree=build-$preset ;;
  *)
    echo "build.sh: unknown preset $preset; there are release, debug and asan" >&2
    exit 1
    ;;
esac

bash cmake/deps.sh "$@"
cache=${LBS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lbs}
mapfile -t args <"$cache/cmake-args"

if [[ -f $cache/cmake-args-serial ]]; then args+=("LBS_SERIAL_ARGS=$cache/cmake-args-serial"); fi

# CMake keeps the LAMMPS it found first, so another one needs a fresh start.
mkdir -p "$tree"
if ! cmp -s "$cache/cmake-args" "$tree/cmake-args"; then
  rm -f "$tree/CMakeCache.txt"
  cp "$cache/cmake-args" "$tree/cmake-args"
fi
cmake --preset "$preset" --log-level=WARNING "${args[@]/#/-D}" >"$tree/configure.log" || {
  echo "build.sh: cmake failed; its output is in $tree/configure.log" >&2
  exit 1
}
cmake --build "$tree" --parallel "${LBS_JOBS:-$(nproc)}"
