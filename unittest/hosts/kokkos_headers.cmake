# SPDX-License-Identifier: GPL-2.0-only
# Which headers of a Kokkos inside liblammps are found, and what is said about the others. Run by
# cmake -P with SCRATCH, a folder for made-up trees of LAMMPS, and MODULES, our cmake folder.

set(LAMMPS_SOURCE_DIR ${SCRATCH}/lammps/src)
set(serial_symbol "T _ZNK6Kokkos6Serial19print_configurationERSob\n")
set(openmp_symbol "T _ZNK6Kokkos6OpenMP19print_configurationERSob\n")
include(${MODULES}/KokkosInside.cmake)

function(make_file name)
  file(WRITE ${SCRATCH}/lammps/${name} "${ARGN}")
endfunction()

# expect(WORDS): these words in what is said, or nothing said if there are none.
function(expect words)
  lbs_kokkos_headers(folders config problem)
  if(NOT words AND problem)
    message(SEND_ERROR "expected to find all, but: ${problem}")
  elseif(words AND NOT problem MATCHES "${words}")
    message(SEND_ERROR "expected '${words}', but: '${problem}'")
  endif()
  set(folders ${folders} PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${SCRATCH})
set(lammps_symbols "${serial_symbol}${openmp_symbol}")
expect("KokkosCore_config.h was not found in .*build directory")

set(config "#define KOKKOS_ENABLE_SERIAL\n#define KOKKOS_ENABLE_OPENMP\n")
make_file(build/lib/kokkos/KokkosCore_config.h "${config}")
expect("Config.hpp was not found in .*build directory")
make_file(build/lib/kokkos/core/src/desul/atomics/Config.hpp)
expect("Kokkos_Core.hpp was not found in .*lib/kokkos of the sources")
make_file(lib/kokkos/core/src/Kokkos_Core.hpp)
make_file(lib/kokkos/containers/src/Kokkos_DualView.hpp)
make_file(lib/kokkos/algorithms/src/Kokkos_Sort.hpp)
make_file(lib/kokkos/simd/src/Kokkos_SIMD.hpp)
expect("desul/atomics.hpp was not found")
make_file(lib/kokkos/tpls/desul/include/desul/atomics.hpp)
expect("")
list(LENGTH folders count)
if(NOT count EQUAL 7)
  message(SEND_ERROR "expected seven folders, not ${folders}")
endif()

# Where its configuration asks for mdspan, that is no longer optional.
make_file(build/lib/kokkos/KokkosCore_config.h "${config}#define KOKKOS_ENABLE_IMPL_MDSPAN\n")
expect("mdspan.hpp was not found")
make_file(lib/kokkos/tpls/mdspan/include/mdspan/mdspan.hpp)
expect("")

# A build directory elsewhere, or its lib/kokkos; and one that is none.
file(RENAME ${SCRATCH}/lammps/build ${SCRATCH}/elsewhere)
expect("KokkosCore_config.h was not found in [^ ]*/lammps/build")
foreach(given elsewhere elsewhere/lib/kokkos)
  set(LAMMPS_KOKKOS_INCLUDE_DIRS ${SCRATCH}/${given})
  expect("")
endforeach()
set(LAMMPS_KOKKOS_INCLUDE_DIRS ${SCRATCH}/nowhere)
expect("KokkosCore_config.h was not found in [^ ]*/nowhere")

# Serial may be enabled and yet not be in liblammps; other differences mean another build.
set(LAMMPS_KOKKOS_INCLUDE_DIRS ${SCRATCH}/elsewhere)
set(lammps_symbols ${openmp_symbol})
expect("")
set(lammps_symbols ${serial_symbol})
expect("enables OPENMP, which this LAMMPS lacks")
set(lammps_symbols "${serial_symbol}${openmp_symbol}T _ZNK6Kokkos4Cuda19print_configurationERSob\n")
expect("does not enable CUDA, which this LAMMPS has")

# What the plugin says of the Kokkos that it was built for, in LAMMPS' words.
make_file(installed/KokkosCore_config.h "#define KOKKOS_VERSION_MAJOR 4\n"
  "#define KOKKOS_VERSION_MINOR 7\n#define KOKKOS_VERSION_PATCH 0\n#define KOKKOS_ENABLE_SERIAL\n"
  "#define KOKKOS_ENABLE_THREADS\n/* #undef KOKKOS_ENABLE_OPENMP */\n#define KOKKOS_ENABLE_CUDA\n")
lbs_kokkos_build(version backends "${SCRATCH}/nowhere;${SCRATCH}/lammps/installed")
if(NOT version STREQUAL "4.7.0" OR NOT backends STREQUAL "cuda serial pthreads")
  message(SEND_ERROR "expected 4.7.0, cuda, serial and pthreads, not '${version}', '${backends}'")
endif()
