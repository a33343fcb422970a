# SPDX-License-Identifier: GPL-2.0-only
# The Kokkos inside liblammps: what LAMMPS makes of its lib/kokkos, the usual build on clusters. Its
# symbols come from liblammps, for a second copy would have a state of its own; only headers are
# needed. LAMMPS installs none of them, and they lie in several places: most in folders of
# lib/kokkos, those that describe the configuration in the build directory.

set(LAMMPS_KOKKOS_INCLUDE_DIRS "" CACHE STRING
  "For a Kokkos inside liblammps: the build directory of LAMMPS, or folders with Kokkos' headers")

# lbs_kokkos_folder(FOLDER HEADER ROOT...): the first folder that holds the header, or an empty
# string. The folders below a root are those of Kokkos' sources.
function(lbs_kokkos_folder result header)
  set(${result} "" PARENT_SCOPE)
  foreach(root ${ARGN})
    foreach(folder "" /core/src /containers/src /algorithms/src /simd/src /tpls/desul/include
        /tpls/mdspan/include)
      if(EXISTS ${root}${folder}/${header})
        set(${result} ${root}${folder} PARENT_SCOPE)
        return()
      endif()
    endforeach()
  endforeach()
endfunction()

# lbs_kokkos_backends(PROBLEM CONFIG): headers of another build would compile and only fail at run
# time, so what KokkosCore_config.h enables has to be what the symbols of liblammps show. Serial may
# be enabled and absent, for the linker leaves out what LAMMPS does not use.
function(lbs_kokkos_backends problem config)
  set(${problem} "" PARENT_SCOPE)
  foreach(class Serial OpenMP Cuda HIP SYCL)
    string(TOUPPER ${class} name)
    string(LENGTH ${class} length)
    string(REGEX MATCH "#define KOKKOS_ENABLE_${name}\n" configured "${config}")
    string(FIND "${lammps_symbols}" "_ZNK6Kokkos${length}${class}19print_configuration" found)
    if(configured AND found EQUAL -1 AND NOT class STREQUAL "Serial")
      set(${problem} "enables ${name}, which this LAMMPS lacks" PARENT_SCOPE)
    elseif(NOT configured AND NOT found EQUAL -1)
      set(${problem} "does not enable ${name}, which this LAMMPS has" PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

# lbs_kokkos_build(VERSION BACKENDS FOLDERS): the version of the Kokkos whose headers are in one of
# these folders, as in 4.7.0, and its backends, by the words of LAMMPS' lammps_config_accelerator().
function(lbs_kokkos_build version backends folders)
  set(config "")
  foreach(folder ${folders})
    if(EXISTS ${folder}/KokkosCore_config.h)
      file(READ ${folder}/KokkosCore_config.h config)
    endif()
  endforeach()
  set(numbers "")
  foreach(part MAJOR MINOR PATCH)
    string(REGEX MATCH "#define KOKKOS_VERSION_${part} ([0-9]+)" found "${config}")
    list(APPEND numbers ${CMAKE_MATCH_1})
  endforeach()
  list(JOIN numbers "." numbers)
  set(${version} "${numbers}" PARENT_SCOPE)
  set(words "")
  foreach(name CUDA HIP SYCL OPENMP SERIAL THREADS)
    if(config MATCHES "#define KOKKOS_ENABLE_${name}\n")
      string(TOLOWER ${name} word)
      list(APPEND words ${word})
    endif()
  endforeach()
  list(TRANSFORM words REPLACE "^threads$" pthreads)
  list(JOIN words " " words)
  set(${backends} "${words}" PARENT_SCOPE)
endfunction()

# lbs_kokkos_headers(FOLDERS CONFIG PROBLEM): all folders that a file with Kokkos needs and the text
# of KokkosCore_config.h; or what is missing and how to help, a sentence without its full stop.
function(lbs_kokkos_headers result_folders result_config problem)
  get_filename_component(lammps_root ${LAMMPS_SOURCE_DIR}/.. ABSOLUTE)
  set(given ${LAMMPS_KOKKOS_INCLUDE_DIRS})
  if(NOT given)
    set(given ${lammps_root}/build)
  endif()
  set(roots "")
  foreach(directory ${given})    # the last one is where DOWNLOAD_KOKKOS of LAMMPS installs it
    list(APPEND roots ${directory} ${directory}/lib/kokkos
      ${directory}/kokkos_build-prefix/include)
  endforeach()
  list(APPEND roots ${lammps_root}/lib/kokkos)

  set(config "")
  set(folders "")
  foreach(header KokkosCore_config.h desul/atomics/Config.hpp Kokkos_Core.hpp Kokkos_DualView.hpp
      Kokkos_Sort.hpp Kokkos_SIMD.hpp desul/atomics.hpp mdspan/mdspan.hpp)
    lbs_kokkos_folder(folder ${header} ${roots})
    if(folder)
      list(APPEND folders ${folder})
      if(header STREQUAL "KokkosCore_config.h")
        file(READ ${folder}/${header} config)
      endif()
    elseif(NOT header MATCHES "mdspan" OR config MATCHES "#define KOKKOS_ENABLE_IMPL_MDSPAN\n")
      set(place "sources")
      if(header MATCHES "onfig\\.h")
        set(place "build directory")
      endif()
      list(JOIN given ", " searched)
      string(CONCAT text "Kokkos is inside liblammps, and its ${header} was not found in "
        "${searched} or ${lammps_root}/lib/kokkos: it is usually in lib/kokkos of the ${place} of "
        "LAMMPS; name the build directory and, if it is not beside LAMMPS_SOURCE_DIR, the "
        "lib/kokkos of the sources in LAMMPS_KOKKOS_INCLUDE_DIRS")
      set(${problem} ${text} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  list(REMOVE_DUPLICATES folders)

  lbs_kokkos_backends(difference "${config}")
  if(difference)
    list(GET folders 0 folder)
    string(CONCAT difference "${folder}/KokkosCore_config.h ${difference}: name the directory in "
      "which this LAMMPS was built in LAMMPS_KOKKOS_INCLUDE_DIRS")
  endif()
  set(${result_folders} ${folders} PARENT_SCOPE)
  set(${result_config} "${config}" PARENT_SCOPE)
  set(${problem} "${difference}" PARENT_SCOPE)
endfunction()

# lbs_kokkos_scratch(FOLDERS): the linker took only those files of Kokkos into liblammps that this
# LAMMPS uses. Those of tasks, memory pools and, beside threads or a GPU, of Kokkos::Serial are
# usually absent, and a style has to do without. That for the scratch memory of teams is absent
# unless packages such as MANYBODY or ML-SNAP need it; it keeps no state, so we compile our own.
function(lbs_kokkos_scratch folders)
  string(FIND "${lammps_symbols}" "_ZN6Kokkos4Impl12PerTeamValueC1Em" found)
  list(TRANSFORM folders APPEND /../src/kokkos_build OUTPUT_VARIABLE downloaded)
  lbs_kokkos_folder(folder impl/Kokkos_ExecPolicy.cpp ${folders} ${downloaded})
  if(NOT found EQUAL -1 OR NOT folder)
    return()
  endif()
  add_library(lbs_kokkos_scratch STATIC EXCLUDE_FROM_ALL ${folder}/impl/Kokkos_ExecPolicy.cpp)
  target_compile_definitions(lbs_kokkos_scratch PRIVATE LMP_KOKKOS)    # see HostCompiler.cmake
  set_target_properties(lbs_kokkos_scratch PROPERTIES POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden)
  target_include_directories(lbs_kokkos_scratch SYSTEM PRIVATE ${folders})
  if(OpenMP_CXX_FOUND)
    target_link_libraries(lbs_kokkos_scratch PRIVATE OpenMP::OpenMP_CXX)
  endif()
  target_link_libraries(lbs_kokkos_inside INTERFACE lbs_kokkos_scratch)
endfunction()

# lbs_kokkos_inside(PROBLEM): makes target lbs_kokkos_inside, unless there is a problem.
function(lbs_kokkos_inside problem)
  lbs_kokkos_headers(folders config trouble)
  if(NOT trouble AND config MATCHES "#define KOKKOS_ENABLE_OPENMP\n")
    find_package(OpenMP COMPONENTS CXX)
    if(NOT OpenMP_CXX_FOUND)
      set(trouble "its Kokkos uses OpenMP, which this compiler lacks: take the compiler of LAMMPS")
    endif()
  endif()
  set(${problem} "${trouble}" PARENT_SCOPE)
  if(trouble)
    return()
  endif()

  add_library(lbs_kokkos_inside INTERFACE)
  target_include_directories(lbs_kokkos_inside SYSTEM INTERFACE ${folders})
  if(OpenMP_CXX_FOUND)
    target_link_libraries(lbs_kokkos_inside INTERFACE OpenMP::OpenMP_CXX)
  endif()
  if(config MATCHES "#define KOKKOS_ENABLE_CXX([0-9]+)\n")
    target_compile_features(lbs_kokkos_inside INTERFACE cxx_std_${CMAKE_MATCH_1})
  endif()
  lbs_kokkos_scratch("${folders}")
  # What liblammps lacks is to show when the plugin is linked, not when it is loaded. Sanitizers may
  # leave symbols to the program.
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT LBS_SANITIZE)
    target_link_options(lbs_kokkos_inside INTERFACE LINKER:--no-undefined)
  endif()
  list(GET folders 0 folder)
  message(STATUS "The Kokkos inside liblammps was configured in ${folder}")
endfunction()
