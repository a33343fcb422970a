#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#SBATCH --job-name=lbs-build
#SBATCH --nodes=1
#SBATCH --cpus-per-task=16
#SBATCH --time=01:00:00
#
# LAMMPS and this package on a machine without network: one command, as a job or at a prompt.
#
#   1. On a machine with network, download into one folder, and copy it over with this project:
#
#        lammps*.tar.gz or .tar.xz   LAMMPS 4 Feb 2025 or newer, a source archive of its releases
#        libtorch*.zip or torch*.whl (for pair_style deepsea) libtorch for Linux, "cxx11 ABI", CPU,
#                                    1.13 or newer; or the wheel of PyTorch 2.7 or newer
#        CLI11*.tar.gz, json*.tar.*  (for pair_style deepsea) release archives of CLI11 2 and of
#                                    nlohmann-json 3
#
#   2. There, load the modules of a compiler (GCC 11 or newer), MPI, CMake 3.20 or newer, and for
#      pair_style deepsea of OpenBLAS and HDF5, then
#
#        bash cmake/packaging/offline.sh FOLDER PREFIX        (or sbatch in place of bash)
#
#      It installs LAMMPS and the package into PREFIX. What has been built is not built again. If
#      FOLDER has no libtorch, all but pair_style deepsea is built, and a line says so.
#
#   3. Decks run after '. PREFIX/lbs.sh'.
#
# The program fmp is left out, for it needs Ceres Solver: LBS_CMAKE_ARGS=-DLBS_FIT=ON builds it
# where a module has that.
#
# LBS_JOBS is the number of compilers at a time. More arguments for cmake, separated by blanks:
# LAMMPS_CMAKE_ARGS (such as -DPKG_MANYBODY=ON) and LBS_CMAKE_ARGS.
set -euo pipefail
shopt -s inherit_errexit    # an archive that is cut off ends the script in $( ), too

fail() {
  printf 'offline.sh: %s\n' "$*" >&2
  exit 1
}

# Of a job, Slurm runs a copy elsewhere; the job begins in the folder in which it was submitted.
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
[[ -f $project/cmake/packaging/offline.sh ]] || project=${SLURM_SUBMIT_DIR:-}
[[ -f $project/cmake/packaging/offline.sh ]] || fail "submit the job in the folder of the project"
(($# == 2)) || fail "usage: bash cmake/packaging/offline.sh FOLDER PREFIX; its head tells the rest"
[[ -d $1 ]] || fail "there is no folder $1; the head of this script lists what belongs into it"
mkdir -p "$2"
folder=$(cd "$1" && pwd)
prefix=$(cd "$2" && pwd)
. "$project/cmake/build_tree.sh"
jobs=${LBS_JOBS:-${SLURM_CPUS_PER_TASK:-$(cores)}}
read -ra lammps_args <<<"${LAMMPS_CMAKE_ARGS:-}"
read -ra lbs_args <<<"${LBS_CMAKE_ARGS:-}"

# first PATTERN...: the first file of the folder that fits; nothing if there is none.
first() {
  local pattern file
  for pattern in "$@"; do
    # shellcheck disable=SC2231  # the pattern shall be expanded
    for file in "$folder"/$pattern; do
      if [[ -f $file ]]; then
        echo "$file"
        return
      fi
    done
  done
}

# unpacked ARCHIVE NAME: unpacks into PREFIX/src/NAME, where a former run may have put it; another
# archive takes its place.
unpacked() {
  local place=$prefix/src/$2
  [[ -f $place/archive && $(<"$place/archive") == "${1##*/}" ]] && return
  rm -rf "$place" "$place.part"
  mkdir -p "$place.part"
  case $1 in
    *.zip | *.whl) python3 -m zipfile -e "$1" "$place.part" ;;
    *) tar -xf "$1" -C "$place.part" --strip-components=1 --no-same-owner ;;
  esac
  echo "${1##*/}" >"$place.part/archive"
  mv "$place.part" "$place"
}

build_lammps() {
  local archive built mpi=ON
  archive=$(first 'lammps*.tar.*')
  [[ -n $archive ]] || fail "$folder has no source archive of LAMMPS (lammps*.tar.gz or .tar.xz)"
  unpacked "$archive" lammps
  built=$prefix/src/lammps/done    # has the arguments it was built with
  [[ -f $built && $(<"$built") == "${lammps_args[*]}" ]] && return
  if ! command -v mpicxx >/dev/null; then
    mpi=OFF
    echo "there is no mpicxx, so LAMMPS is built without MPI; load a module of MPI for more ranks"
  fi
  echo "LAMMPS: configuring and compiling"
  cmake -S "$prefix/src/lammps/cmake" -B "$prefix/src/lammps/build" -D CMAKE_BUILD_TYPE=Release \
    -D CMAKE_INSTALL_PREFIX="$prefix" -D CMAKE_INSTALL_LIBDIR=lib -D BUILD_SHARED_LIBS=ON \
    -D CMAKE_INSTALL_RPATH="$prefix/lib" -D CMAKE_INSTALL_RPATH_USE_LINK_PATH=ON \
    -D BUILD_MPI=$mpi -D PKG_KSPACE=ON -D PKG_PLUGIN=ON -D PKG_MOLECULE=ON -D PKG_MC=ON \
    "${lammps_args[@]}"
  cmake --build "$prefix/src/lammps/build" --parallel "$jobs" --target install
  echo "${lammps_args[*]}" >"$built"
}

# The arguments for pair_style deepsea, one a line.
deepsea_arguments() {
  local torch headers archive
  torch=$(first 'libtorch*.zip' 'torch*.whl')
  if [[ -z $torch ]]; then
    echo "$folder has no libtorch, so pair_style deepsea is left out" >&2
    echo "-DLBS_DEEPSEA=OFF"
    return
  fi
  unpacked "$torch" torch
  torch=$(compgen -G "$prefix/src/torch/*torch/share/cmake/Torch") ||
    fail "$torch holds no libtorch; take that for Linux, with the cxx11 ABI"
  echo "-DTorch_DIR=$torch"
  for headers in CLI11 json; do
    archive=$(first "$headers*.tar.*")
    [[ -n $archive ]] || continue    # a module may have it, which cmake will tell
    unpacked "$archive" "$headers"
    cmake -S "$prefix/src/$headers" -B "$prefix/src/$headers/build" \
      -D CMAKE_INSTALL_PREFIX="$prefix" -D CLI11_BUILD_TESTS=OFF -D CLI11_BUILD_EXAMPLES=OFF \
      -D CLI11_BUILD_DOCS=OFF -D JSON_BuildTests=OFF >&2
    cmake --install "$prefix/src/$headers/build" >&2
  done
}

build_package() {
  local lines arguments
  lines=$(deepsea_arguments)    # by itself, so that its failure ends the script
  mapfile -t arguments <<<"$lines"
  echo "the package: configuring and compiling"
  cmake -S "$project" -B "$prefix/src/lbs-build" -D CMAKE_BUILD_TYPE=Release \
    -D CMAKE_INSTALL_PREFIX="$prefix" -D CMAKE_INSTALL_LIBDIR=lib -D CMAKE_PREFIX_PATH="$prefix" \
    -D LAMMPS_SOURCE_DIR="$prefix/src/lammps/src" -D LBS_TESTS=OFF -D LBS_DOCS=OFF \
    -D LBS_FIT=OFF "${arguments[@]}" "${lbs_args[@]}"
  cmake --build "$prefix/src/lbs-build" --parallel "$jobs" --target install
}

write_environment() {
  cat >"$prefix/lbs.sh" <<EOF
# To be sourced by a shell.
export PATH="$prefix/bin:\$PATH"
export LAMMPS_PLUGIN_PATH="$prefix/lib/lammps/plugins"
potentials="$prefix/share/lammps/potentials"
export LAMMPS_POTENTIALS="\$potentials\${LAMMPS_POTENTIALS:+:\$LAMMPS_POTENTIALS}"
unset potentials
EOF
}

main() {
  build_lammps
  build_package
  write_environment
  echo "done; to make a shell ready: . '$prefix/lbs.sh'"
}

# One line, so that an update of this file during a run does no harm.
main; exit
