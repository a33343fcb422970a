# SPDX-License-Identifier: GPL-2.0-only
# Finds libtorch and makes target lbs_libtorch of it.
#
# CMake files that come with libtorch are not used: those of a build with CUDA ask for a CUDA
# toolkit, and all of them add compiler flags and libraries that this package does not need. Where
# it is can be told as for them, by Torch_DIR or CMAKE_PREFIX_PATH; a Python package of PyTorch
# serves as well (its folder `torch`, or torch/share/cmake/Torch).

set(torch_hints "")
if(Torch_DIR)
  get_filename_component(torch_prefix "${Torch_DIR}/../../.." ABSOLUTE)
  list(APPEND torch_hints ${torch_prefix} ${Torch_DIR})
endif()
foreach(prefix ${CMAKE_PREFIX_PATH})    # the Python package's own cmake_prefix_path is share/cmake
  if(prefix MATCHES "/share/cmake/?$")
    get_filename_component(prefix "${prefix}/../.." ABSOLUTE)
    list(APPEND torch_hints ${prefix})
  endif()
endforeach()

find_path(LBS_TORCH_INCLUDE torch/csrc/jit/api/module.h HINTS ${torch_hints} PATH_SUFFIXES include
  DOC "Headers of libtorch")
find_library(LBS_TORCH_CPU torch_cpu HINTS ${torch_hints} PATH_SUFFIXES lib DOC "libtorch_cpu")
find_library(LBS_TORCH_C10 c10 HINTS ${torch_hints} PATH_SUFFIXES lib DOC "libc10 of libtorch")
if(NOT LBS_TORCH_INCLUDE OR NOT LBS_TORCH_CPU OR NOT LBS_TORCH_C10)
  lbs_lacks("libtorch (libtorch-dev, or an unpacked libtorch or PyTorch package by \
-D Torch_DIR=.../torch/share/cmake/Torch)")
  return()
endif()

# Strings of the C++11 standard carry a mark in their symbols; old PyTorch packages lack it.
execute_process(COMMAND ${LBS_NM} -D --defined-only ${LBS_TORCH_C10} OUTPUT_VARIABLE torch_symbols)
if(NOT torch_symbols MATCHES "__cxx11")
  message(FATAL_ERROR "${LBS_TORCH_C10} was built for the C++ library's old (pre-C++11) interface; "
    "take libtorch-dev, a 'cxx11 ABI' libtorch, or PyTorch 2.7 or newer, or build without it "
    "(-D LBS_TORCH=OFF)")
endif()

set(torch_version "")
foreach(header torch/csrc/api/include/torch/version.h torch/headeronly/version.h)
  if(EXISTS ${LBS_TORCH_INCLUDE}/${header})
    file(STRINGS ${LBS_TORCH_INCLUDE}/${header} lines
      REGEX "define TORCH_VERSION_(MAJOR|MINOR) [0-9]")
    foreach(line ${lines})
      string(REGEX MATCH "[0-9]+$" number "${line}")
      list(APPEND torch_version ${number})
    endforeach()
  endif()
endforeach()
list(JOIN torch_version "." torch_version)
if(torch_version VERSION_LESS 1.13)
  message(FATAL_ERROR "libtorch ${torch_version} is too old; 1.13 or newer is needed, or build "
    "without it (-D LBS_TORCH=OFF)")
endif()

add_library(lbs_libtorch INTERFACE)
target_include_directories(lbs_libtorch SYSTEM INTERFACE
  ${LBS_TORCH_INCLUDE} ${LBS_TORCH_INCLUDE}/torch/csrc/api/include)
target_link_libraries(lbs_libtorch INTERFACE ${LBS_TORCH_CPU} ${LBS_TORCH_C10})
if(LBS_SANITIZE)
  # That check looks for type information that libtorch keeps for itself.
  target_compile_options(lbs_libtorch INTERFACE -fno-sanitize=vptr)
endif()
message(STATUS "libtorch ${torch_version}, ${LBS_TORCH_CPU}")
