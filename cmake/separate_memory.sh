#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Sources of Kokkos and LAMMPS for a device with memory of its own on an ordinary processor: Kokkos'
# OpenMPTarget backend, offloaded by clang to the same machine. What a kernel may not read, and what
# was not copied, shows there as on a GPU. To be sourced by deps.sh.
#
# That backend lacks a few things that LAMMPS' KOKKOS package uses, so both are copied and changed:
# what has to differ, and why, stands at each change. Styles that need more are left out.

# Device code goes into the files with Kokkos only. Other optimization than -O1 takes far longer.
readonly SEPARATE_CXX=clang++-16
readonly SEPARATE_OFFLOAD=-fopenmp-targets=x86_64-pc-linux-gnu
readonly SEPARATE_PACKAGES=(clang-16 clang-tools-16 libomp-16-dev)
readonly SEPARATE_COMMON=(-DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_STANDARD=17 -DBUILD_SHARED_LIBS=ON
  -DCMAKE_CXX_COMPILER="$SEPARATE_CXX" -DKokkos_ENABLE_OPENMPTARGET=ON)
readonly SEPARATE_KOKKOS_OPTIONS=("${SEPARATE_COMMON[@]}" -DKokkos_ENABLE_SERIAL=ON
  -DCMAKE_CXX_FLAGS="-O1 -w -fopenmp=libomp $SEPARATE_OFFLOAD")
readonly SEPARATE_LAMMPS_OPTIONS=("${SEPARATE_COMMON[@]}" -DPKG_KOKKOS=ON -DPKG_PLUGIN=ON
  -DBUILD_MPI=OFF -DBUILD_OMP=OFF -DEXTERNAL_KOKKOS=ON -DCMAKE_CXX_FLAGS="-O1 -w"
  -DWITH_JPEG=OFF -DWITH_PNG=OFF -DWITH_GZIP=OFF -DWITH_CURL=OFF -DWITH_FFMPEG=OFF)

# LAMMPS' files with Kokkos that are kept, without _kokkos.cpp: the core, and what test decks name.
readonly SEPARATE_FILES=(atom atom_map atom_vec atom_vec_atomic atom_vec_charge comm comm_tiled
  compute_temp domain fix_minimize fix_nh fix_nve fix_nvt fix_property_atom fix_setforce min min_cg
  min_linesearch modify nbin neigh_bond neigh_list neighbor npair npair_copy npair_halffull
  npair_skip npair_trim pair_buck pair_buck_coul_long pair_coul_dsf pair_hybrid
  pair_hybrid_overlay pair_lj_cut pair_zbl verlet)
# Styles of KSPACE that go without the rest of that package.
readonly SEPARATE_KSPACE=(ewald pair_buck_coul_long)

# separate_kokkos SOURCE COPY
separate_kokkos() {
  cp -rH "$1" "$2"
  # The backend takes a processor for a GPU with 163840 threads, and asks for as many.
  sed -i -e 's/max_threads_sm = 2048;/max_threads_sm = 32;/' \
    -e 's/\(max_threads *= max_threads_sm\) \* 80;/\1;/' \
    "$2/core/src/OpenMPTarget/Kokkos_OpenMPTarget_Instance.cpp"
  # Threads that run several teams one after the other share their scratch memory.
  sed -i 's/^\( *\)a_functor(team);$/&\n#pragma omp barrier/' \
    "$2/core/src/OpenMPTarget/Kokkos_OpenMPTarget_ParallelFor_Team.hpp"
}

# separate_lammps SOURCE COPY
separate_lammps() {
  local kokkos=$2/src/KOKKOS name file
  mkdir "$2"
  cp -r "$1/cmake" "$1/src" "$1/LICENSE" "$2"
  for name in bench doc lib potentials python tools unittest; do ln -s "$1/$name" "$2/$name"; done
  for name in "${SEPARATE_KSPACE[@]}"; do mv "$2/src/KSPACE/$name".{cpp,h} "$2/src"; done

  for file in "$kokkos"/*_kokkos.cpp; do
    name=$(basename "$file" _kokkos.cpp)
    [[ " ${SEPARATE_FILES[*]} " == *" $name "* ]] || rm "$kokkos/${name}_kokkos".{cpp,h}
  done

  # A static member of a class does not exist on the device.
  sed -i 's/(team_member, tile_size)/(team_member, int(tile_size))/' \
    "$kokkos/transpose_helper_kokkos.h"
  # Teams get no scratch memory by team_shmem_size(), so lists are built by single threads.
  sed -i '/^#ifdef LMP_KOKKOS_GPU$/ {
    N
    /space == Device/ s/.*LMP_KOKKOS_GPU/#if 0/
  }' "$kokkos/npair_kokkos.cpp"
  # team_scan() with a total gives no total: no ghost atoms, wrong energies, no message. The list of
  # a border is made with one counter instead.
  local range='Kokkos::RangePolicy<DeviceType>(nfirst,nlast)'
  sed -i -e "s/parallel_for(config,f)/parallel_for($range,f)/" \
    -e '/size_t shmem_size(const int team_size)/ i\
  KOKKOS_INLINE_FUNCTION\
  void operator() (const int i) const {\
    if (x(i,dim) < lo || x(i,dim) > hi) return;\
    const int place = Kokkos::atomic_fetch_add(&nsend(),1);\
    if (place < maxsendlist) sendlist(iswap,place) = i;\
  }\
' "$kokkos/comm_kokkos.cpp"
  # Device code goes into these files, and into what they are linked to.
  { printf 'set(users\n'
    grep -l '#include "accelerator_kokkos.h"' "$2"/src/*.cpp | sed 's,.*/,  ${LAMMPS_SOURCE_DIR}/,'
    printf ')\nset_property(SOURCE ${KOKKOS_PKG_SOURCES} ${users} APPEND PROPERTY COMPILE_OPTIONS\n'
    printf '  %s)\ntarget_link_options(lammps PUBLIC -fopenmp=libomp %s)\n' "$SEPARATE_OFFLOAD"{,}
  } >>"$2/cmake/Modules/Packages/KOKKOS.cmake"
}
