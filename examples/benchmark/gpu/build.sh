#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes all that run.py needs on a machine with an NVIDIA GPU and without network: a LAMMPS with
# little more than the styles that it runs, Kokkos for CUDA, the plugin and tests of its kernels.
#
#   bash build.sh WORK [sm_90|sm_80]
#       leaves kit.tar.xz in build-gpu-ARCHITECTURE of this project; a Kokkos and LAMMPS that are
#       there are not made anew
#
# WORK is a folder with model.pt, frame-300.data and frame-1k.data, as ../deepsea.py leaves them.
# The machine needs CUDA 13 or newer, no GPU, and cmake/deps.sh must have run there, whose sources
# of LAMMPS and Kokkos are taken. LBS_JOBS is the number of compilers at a time.

# shellcheck disable=SC2317  # stages are called by a name in a variable
set -euo pipefail

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

(($# > 0)) || fail "which folder has model.pt, frame-300.data and frame-1k.data?"
WORK=$(realpath -- "$1")
readonly WORK
readonly ARCH=${2:-sm_90}
HERE=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
ROOT=$(realpath "$HERE/../../..")
readonly HERE ROOT
readonly -A NAME=([sm_90]=HOPPER90 [sm_80]=AMPERE80)
[[ -n ${NAME[$ARCH]:-} ]] || fail "$ARCH is none of ${!NAME[*]}"
for name in model.pt frame-300.data frame-1k.data; do
  [[ -f $WORK/$name ]] || fail "$WORK has no $name; 'deepsea.py --work $WORK' makes it"
done
readonly CACHE=${LBS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lbs}
readonly KOKKOS=$CACHE/src/kokkos-4.7.0 LAMMPS=$CACHE/src/lammps-4Feb2025
readonly TREE=$ROOT/build-gpu-$ARCH
. "$ROOT/cmake/build_tree.sh"
readonly JOBS=${LBS_JOBS:-$(cores)}
readonly CUDA=${CUDA_HOME:-/usr/local/cuda}
PATH=$PATH:$CUDA/bin
CCACHE=$(command -v ccache || true)
export CCACHE

# A stub for the library of CUDA's driver, which is not here: for the linker and for ldd.
readonly DRIVER=$TREE/driver

readonly COMMON=(-G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER="$TREE/nvcc_wrapper"
  -DCMAKE_EXE_LINKER_FLAGS="-Wl,-rpath-link,$DRIVER")
readonly OPTIONS=("${COMMON[@]}" -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG" -DCMAKE_CXX_STANDARD=17
  -DBUILD_SHARED_LIBS=ON -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_INSTALL_PREFIX="$TREE/prefix")

# What decks of the benchmark name, and what that needs; base classes come with their styles.
readonly STYLES=(angle_hybrid atom_vec_atomic atom_vec_body atom_vec_charge atom_vec_ellipsoid
  atom_vec_hybrid atom_vec_line atom_vec_tri bond_hybrid compute_chunk_atom compute_pe
  compute_pe_atom compute_pressure compute_stress_atom compute_temp create_box dihedral_hybrid
  displace_atoms dump_atom dump_custom fix_deform fix_dummy fix_external fix_minimize fix_nve
  fix_property_atom fix_respa fix_store_atom improper_hybrid info min_cg minimize nbin_standard
  npair_bin npair_copy npair_halffull npair_nsq npair_skip npair_trim nstencil_bin ntopo_angle_all
  ntopo_angle_partial ntopo_angle_template ntopo_bond_all ntopo_bond_partial ntopo_bond_template
  ntopo_dihedral_all ntopo_dihedral_partial ntopo_dihedral_template ntopo_improper_all
  ntopo_improper_partial ntopo_improper_template pair_buck pair_coul_dsf pair_hybrid
  pair_hybrid_overlay pair_zero read_data region_block region_prism replicate respa run set velocity
  verlet write_data write_restart)
readonly KSPACE=(ewald pair_buck_coul_long)
readonly KOKKOS_FILES=(atom atom_map atom_vec atom_vec_charge comm comm_tiled compute_temp domain
  fix_nve fix_property_atom modify nbin neigh_bond neigh_list neighbor npair npair_copy
  npair_halffull npair_skip npair_trim pair_buck_coul_long pair_coul_dsf pair_hybrid
  pair_hybrid_overlay verlet)

has() { [[ " $1 " == *" $2 "* ]]; }

kokkos() {
  cmake -S "$KOKKOS" -B "$TREE/kokkos" "${OPTIONS[@]}" -DKokkos_ENABLE_CUDA=ON \
    -DKokkos_ENABLE_SERIAL=ON -DKokkos_ARCH_"${NAME[$ARCH]}"=ON
  ninja -C "$TREE/kokkos" -j "$JOBS" install
}

# A copy of LAMMPS' sources with those styles only, and those that the plugin's own include.
trim() {
  local copy=$TREE/lammps-source.part name file included
  included=$(grep -rhoE '#include "[a-z_]+\.h"' "$ROOT/src" |
    sed -E 's/.*"(.*)\.h"/\1/' | tr '\n' ' ')
  rm -rf "$copy"
  mkdir -p "$copy"
  cp -r "$LAMMPS/cmake" "$LAMMPS/src" "$LAMMPS/LICENSE" "$copy"
  for name in bench doc lib potentials python tools unittest; do
    ln -s "$LAMMPS/$name" "$copy/$name"
  done
  for name in "${KSPACE[@]}"; do mv "$copy/src/KSPACE/$name".{cpp,h} "$copy/src"; done
  for file in "$copy"/src/*.h; do
    grep -q _CLASS "$file" || continue
    name=$(basename "$file" .h)
    has "${STYLES[*]} ${KSPACE[*]} $included" "$name" || rm -f "${file%.h}".{cpp,h}
  done
  rm "$copy"/src/imbalance*
  for file in "$copy"/src/KOKKOS/*_kokkos.cpp; do
    name=$(basename "$file" _kokkos.cpp)
    has "${KOKKOS_FILES[*]}" "$name" || rm "${file%.cpp}".{cpp,h}
  done
  sed -i -E '/(min|min_linesearch|fix_nh)_kokkos\.cpp/d' \
    "$copy/cmake/Modules/Packages/KOKKOS.cmake"
  mv "$copy" "$TREE/lammps-source"
}

lammps() {
  [[ -d $TREE/lammps-source ]] || trim
  cmake -S "$TREE/lammps-source/cmake" -B "$TREE/lammps" "${OPTIONS[@]}" \
    -DCMAKE_CXX_COMPILER_LAUNCHER="bash;$HERE/compiler.sh" -DCMAKE_PREFIX_PATH="$TREE/prefix" \
    -DBUILD_MPI=OFF -DBUILD_OMP=OFF -DPKG_KOKKOS=ON -DPKG_PLUGIN=ON -DEXTERNAL_KOKKOS=ON \
    -DKokkos_ENABLE_CUDA=ON -DWITH_JPEG=OFF -DWITH_PNG=OFF -DWITH_GZIP=OFF -DWITH_CURL=OFF \
    -DWITH_FFMPEG=OFF
  ninja -C "$TREE/lammps" -j "$JOBS" install
}

# Models that run.py times beside model.pt.
readonly SHIPPED=(lbs-fast.deepsea.pt lbs.deepsea.pt)

readonly TESTS=(test_multiply test_chunk test_neighbor_rows test_ghost_homes test_sum_moments
  test_descriptors test_net_layers test_nets_themselves test_scatter_forces test_add_core
  test_device_evaluator)

# Tests are asked for their cases when they run, which needs the GPU.
plugin() {
  cmake -S "$ROOT" -B "$TREE/plugin" "${COMMON[@]}" -DCMAKE_PREFIX_PATH="$TREE/prefix" \
    -DLAMMPS_SOURCE_DIR="$TREE/lammps-source/src" -DLBS_PYTHON_BIN="$CACHE/python/bin" \
    -DCMAKE_CXX_FLAGS=-DLBS_NO_SERIAL_KOKKOS -DLBS_GPU_BENCHMARK=ON -DLBS_DOCS=OFF -DLBS_FIT=OFF \
    -DCMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE=PRE_TEST
  ninja -C "$TREE/plugin" -j "$JOBS" lbsplugin lbsstyles lbstorch kernel_times ceilings \
    model_bytes models_without_torch
  ninja -C "$TREE/plugin" -j "$JOBS" "${TESTS[@]}"
}

# ldd of a file of the kit, with the libraries of CUDA.
linked() {
  LD_LIBRARY_PATH="$TREE/kit/lib:$DRIVER:$CUDA/lib64" ldd -r "$1" 2>&1 || true
}

# What the other machine may lack, such as OpenBLAS: all but what belongs to its system and to CUDA.
copy_libraries() {
  local file
  for file in "$TREE"/kit/bin/* "$TREE"/kit/lib/*.so; do linked "$file"; done |
    awk '$2 == "=>" && $3 ~ "^/" { print $3 }' | sort -u | while read -r file; do
    case $(basename "$file") in
      libc.so* | libm.so* | libdl.so* | librt.so* | libpthread.so* | libmvec.so*) ;;
      libstdc++.so* | libgcc_s.so* | libcuda.so* | libcublas*) ;;
      *) [[ $file == "$TREE"/kit/* ]] || cp -L "$file" "$TREE/kit/lib" ;;
    esac
  done
}

check_symbols() {
  local file missing
  for file in "$TREE"/kit/bin/* "$TREE"/kit/lib/*.so; do
    missing=$(linked "$file" | grep -E "not found|undefined" || true)
    [[ -z $missing ]] || fail "$file: $missing"
  done
}

kit() {
  local kit=$TREE/kit name most=$((64 << 20))
  rm -rf "$kit"
  mkdir -p "$kit/bin" "$kit/lib"
  cp "$TREE/prefix/bin/lmp" "$TREE/plugin/bin/ceilings" "$kit/bin"
  for name in "${TESTS[@]}"; do cp "$TREE/plugin/unittest/$name" "$kit/bin"; done
  cp -a "$TREE"/prefix/lib/lib{lammps,kokkos}*.so* "$CUDA"/lib64/libcudart.so.* "$kit/lib"
  cp "$TREE/plugin/lib"/{lbsplugin,liblbsstyles,libkernel_times}.so "$kit/lib"
  cp "$TREE/plugin/examples/benchmark/gpu/without_torch/liblbstorch.so" "$kit/lib"
  copy_libraries
  find "$kit" -type f -exec strip --strip-unneeded {} +
  cp "$HERE/run.py" "$HERE/in.gpu" "$ROOT/potentials/deng-du-teter.fmp" "$kit"
  cp "$WORK/model.pt" "$WORK/frame-300.data" "$WORK/frame-1k.data" "$kit"
  cp "${SHIPPED[@]/#/$ROOT/potentials/}" "$kit"
  for name in model.pt "${SHIPPED[@]}"; do "$TREE/plugin/bin/model_bytes" "$kit/$name"; done
  check_symbols
  # One window for all, in which a model and its bytes meet.
  tar -C "$TREE" -c kit | xz -9e --lzma2=preset=9e,dict=256MiB >"$TREE/kit.tar.xz"
  (($(stat -c %s "$TREE/kit.tar.xz") < most)) || fail "$TREE/kit.tar.xz is over 64 MiB"
  ls -l "$TREE/kit.tar.xz"
}

main() {
  local stage
  mkdir -p "$DRIVER"
  ln -sf "$CUDA/lib64/stubs/libcuda.so" "$DRIVER/libcuda.so.1"
  # The wrapper with the architecture that it takes if it is told none, as in checks by CMake, and
  # with what CUDA 13 needs.
  if [[ ! -e $TREE/nvcc_wrapper ]]; then
    sed -e "s,^default_arch=.*,default_arch=\"$ARCH\"," \
      -e "s,^cuda_args=\"\",cuda_args=\"-include $ROOT/unittest/cuda/cuda13.hpp\"," \
      "$KOKKOS/bin/nvcc_wrapper" >"$TREE/nvcc_wrapper.part"
    chmod +x "$TREE/nvcc_wrapper.part"
    mv "$TREE/nvcc_wrapper.part" "$TREE/nvcc_wrapper"
  fi
  for stage in kokkos lammps; do
    if [[ ! -e $TREE/$stage.done ]]; then
      "$stage"
      touch "$TREE/$stage.done"
    fi
  done
  plugin    # always: ninja makes what has changed
  kit
}

# One line, so that a change of this file during a run does no harm.
main; exit
