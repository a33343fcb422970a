#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Called by rattler-build: LAMMPS from $SRC_DIR/lammps, then this package from $SRC_DIR/lbs.
set -euo pipefail
read -ra given <<<"${CMAKE_ARGS:-}"    # compilers, and PREFIX as the place to search and install
common=("${given[@]}" -G Ninja -D CMAKE_BUILD_TYPE=Release -D CMAKE_INSTALL_PREFIX="$PREFIX"
  -D CMAKE_INSTALL_LIBDIR=lib -D CMAKE_PREFIX_PATH="$PREFIX")

cmake -S "$SRC_DIR/lammps/cmake" -B "$SRC_DIR/build-lammps" "${common[@]}" \
  -D BUILD_SHARED_LIBS=ON -D BUILD_MPI=ON -D BUILD_OMP=ON -D PKG_KSPACE=ON -D PKG_PLUGIN=ON \
  -D PKG_MC=ON -D PKG_MOLECULE=ON -D FFT=FFTW3 -D WITH_JPEG=OFF -D WITH_PNG=OFF -D WITH_CURL=OFF \
  -D WITH_FFMPEG=OFF
cmake --build "$SRC_DIR/build-lammps" --parallel "${CPU_COUNT:-2}" --target install

cmake -S "$SRC_DIR/lbs" -B "$SRC_DIR/build-lbs" "${common[@]}" \
  -D LAMMPS_SOURCE_DIR="$SRC_DIR/lammps/src" -D BLA_VENDOR=Generic -D LBS_TESTS=OFF -D LBS_DOCS=OFF
cmake --build "$SRC_DIR/build-lbs" --parallel "${CPU_COUNT:-2}" --target install

# What an environment does when it is activated: LAMMPS finds the plugin and its potentials.
for action in activate deactivate; do
  mkdir -p "$PREFIX/etc/conda/$action.d"
done
cat >"$PREFIX/etc/conda/activate.d/lammps-lbs.sh" <<'EOF'
LAMMPS_PLUGIN_PATH=$CONDA_PREFIX/lib/lammps/plugins${LAMMPS_PLUGIN_PATH:+:$LAMMPS_PLUGIN_PATH}
LAMMPS_POTENTIALS=$CONDA_PREFIX/share/lammps/potentials${LAMMPS_POTENTIALS:+:$LAMMPS_POTENTIALS}
export LAMMPS_PLUGIN_PATH LAMMPS_POTENTIALS
EOF
cat >"$PREFIX/etc/conda/deactivate.d/lammps-lbs.sh" <<'EOF'
LAMMPS_PLUGIN_PATH=${LAMMPS_PLUGIN_PATH#"$CONDA_PREFIX/lib/lammps/plugins"}
LAMMPS_PLUGIN_PATH=${LAMMPS_PLUGIN_PATH#:}
LAMMPS_POTENTIALS=${LAMMPS_POTENTIALS#"$CONDA_PREFIX/share/lammps/potentials"}
LAMMPS_POTENTIALS=${LAMMPS_POTENTIALS#:}
EOF
