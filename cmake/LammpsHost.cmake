# SPDX-License-Identifier: GPL-2.0-only
# Finds the LAMMPS that the plugin is for, its MPI and its Kokkos, and makes two targets: lbs_host
# has the include directories, definitions and libraries that every file speaking LAMMPS needs;
# lbs_host_kokkos adds what files with Kokkos need, often the compiler flags of a GPU.

include(HostCompiler)
include(KokkosInside)
include(LammpsVersion)

lbs_choose_host_compiler()
find_package(LAMMPS REQUIRED)
set(LAMMPS_SOURCE_DIR "" CACHE PATH
  "The src directory of the same LAMMPS, for headers that an installation leaves out")

if(NOT EXISTS ${LAMMPS_SOURCE_DIR}/version.h)
  message(FATAL_ERROR "LAMMPS_SOURCE_DIR must name the src directory of LAMMPS "
    "${LAMMPS_VERSION}; an installation leaves out headers that a plugin needs")
endif()

lbs_package_version(host_version "${LAMMPS_VERSION}")
lbs_source_version(source_version ${LAMMPS_SOURCE_DIR}/version.h)
lbs_check_version(${host_version} ${source_version})

get_target_property(lammps_type LAMMPS::lammps TYPE)
get_target_property(lammps_location LAMMPS::lammps LOCATION)
if(NOT lammps_type STREQUAL "SHARED_LIBRARY" AND NOT lammps_location MATCHES "\\.(so|dylib)")
  message(FATAL_ERROR "LAMMPS must be a shared library (BUILD_SHARED_LIBS=ON) to load plugins")
endif()

add_library(lbs_host INTERFACE)
target_include_directories(lbs_host SYSTEM INTERFACE ${LAMMPS_SOURCE_DIR})
target_link_libraries(lbs_host INTERFACE LAMMPS::lammps)

# A LAMMPS without MPI does not export MPI::MPI_CXX; it was built with its own stubs.
get_target_property(lammps_links LAMMPS::lammps INTERFACE_LINK_LIBRARIES)
if(lammps_links MATCHES "MPI::MPI_CXX")
  set(LBS_MPI ON)
else()
  set(LBS_MPI OFF)
  # Only the header: the functions are inside liblammps.
  target_include_directories(lbs_host SYSTEM INTERFACE ${LAMMPS_SOURCE_DIR}/STUBS)
endif()

# LBS_KOKKOS follows the host unless the user says otherwise. Whether LAMMPS has KOKKOS, and
# whether Kokkos lies in a library of its own, shows in what liblammps needs and holds.
find_program(LBS_READELF NAMES readelf llvm-readelf)
find_program(LBS_NM NAMES nm llvm-nm)
if(NOT LBS_READELF OR NOT LBS_NM)
  message(FATAL_ERROR "readelf and nm are needed to look into liblammps; install binutils")
endif()
execute_process(COMMAND ${LBS_READELF} -d ${lammps_location} OUTPUT_VARIABLE lammps_dynamic)
execute_process(COMMAND ${LBS_NM} -D --defined-only ${lammps_location}
  OUTPUT_VARIABLE lammps_symbols)

# Not a plain option: what a first configuration without headers found would stay in the cache.
set(LBS_KOKKOS AUTO CACHE STRING
  "Build for the KOKKOS package: ON, OFF, or AUTO, which is ON wherever that is possible")
set_property(CACHE LBS_KOKKOS PROPERTY STRINGS AUTO ON OFF)
set(kokkos_problem "")
set(kokkos_asked ${LBS_KOKKOS})
if(NOT LBS_KOKKOS)
  set(kokkos_problem "as asked for")
elseif(NOT lammps_symbols MATCHES "KokkosLMP")
  set(kokkos_problem "${lammps_location} has no KOKKOS package")
elseif(lammps_dynamic MATCHES "libkokkoscore")
  set(kokkos_place KOKKOS_SHARED)
  set(kokkos_library Kokkos::kokkos)
  find_package(Kokkos CONFIG)
  if(NOT Kokkos_FOUND)
    set(kokkos_problem "give the prefix of its shared Kokkos in Kokkos_ROOT")
  endif()
  set(kokkos_kind "the shared Kokkos ${Kokkos_VERSION} of this LAMMPS")
else()
  set(kokkos_place KOKKOS_INSIDE)
  set(kokkos_library lbs_kokkos_inside)
  lbs_kokkos_inside(kokkos_problem)
  set(kokkos_kind "the Kokkos inside liblammps")
  if(LAMMPS_KOKKOS_INCLUDE_DIRS)
    set(kokkos_asked ON)
  endif()
endif()

set(LBS_KOKKOS_PLACE NO_KOKKOS)
set(LBS_KOKKOS_VERSION "")
set(LBS_KOKKOS_BACKENDS "")
if(NOT kokkos_problem)
  set(LBS_KOKKOS_PLACE ${kokkos_place})
  if(kokkos_place STREQUAL "KOKKOS_SHARED")
    get_target_property(kokkos_folders Kokkos::kokkoscore INTERFACE_INCLUDE_DIRECTORIES)
  else()
    get_target_property(kokkos_folders ${kokkos_library} INTERFACE_INCLUDE_DIRECTORIES)
  endif()
  lbs_kokkos_build(LBS_KOKKOS_VERSION LBS_KOKKOS_BACKENDS "${kokkos_folders}")
  add_library(lbs_host_kokkos INTERFACE)
  target_include_directories(lbs_host_kokkos SYSTEM INTERFACE ${LAMMPS_SOURCE_DIR}/KOKKOS)
  target_compile_definitions(lbs_host_kokkos INTERFACE LMP_KOKKOS)
  target_link_libraries(lbs_host_kokkos INTERFACE lbs_host ${kokkos_library})
  # A LAMMPS for OpenMP offloading tells its target only by how it has to be linked.
  get_target_property(lammps_link_options LAMMPS::lammps INTERFACE_LINK_OPTIONS)
  if(lammps_link_options MATCHES "-fopenmp-targets=[^; ]+")
    target_compile_options(lbs_host_kokkos INTERFACE ${CMAKE_MATCH_0})
  endif()
  message(STATUS "LBS_KOKKOS is on, with ${kokkos_kind}")
elseif(kokkos_asked STREQUAL "AUTO" OR NOT LBS_KOKKOS)
  message(STATUS "LBS_KOKKOS is off: ${kokkos_problem}")
else()
  message(FATAL_ERROR "LBS_KOKKOS is on, but ${kokkos_problem} (or leave KOKKOS out, with "
    "-D LBS_KOKKOS=OFF)")
endif()
message(STATUS "LAMMPS ${host_version}, ${lammps_location}, MPI ${LBS_MPI}")
