# SPDX-License-Identifier: GPL-2.0-only
# Where Kokkos is for NVIDIA GPUs, its nvcc_wrapper often is the C++ compiler. It hands every file
# to nvcc as CUDA, which takes neither the vector types nor the target attributes of our host files.
# They are compiled by the compiler inside the wrapper; files with Kokkos, which define LMP_KOKKOS,
# stay with the wrapper, and so does what is linked with Kokkos, which gives it KOKKOS_DEPENDENCE
# and flags for CUDA.

# lbs_inside_wrapper(COMPILER CUDA_WORDS WRAPPER FLAGS): the host compiler that this nvcc_wrapper
# would call with these flags, by what it prints for a dry run, and the list of those flags that it
# would not pass on. No compiler for other programs.
function(lbs_inside_wrapper compiler cuda_words wrapper flags)
  set(${compiler} "" PARENT_SCOPE)
  set(${cuda_words} "" PARENT_SCOPE)
  separate_arguments(flags UNIX_COMMAND "${flags}")
  execute_process(COMMAND ${wrapper} --nvcc-wrapper-show --host-only ${flags} -c lbs.cpp
    OUTPUT_VARIABLE command RESULT_VARIABLE status ERROR_QUIET)
  if(NOT status EQUAL 0 OR NOT command MATCHES "lbs\\.cpp")
    return()
  endif()
  separate_arguments(command UNIX_COMMAND "${command}")
  list(POP_FRONT command name)
  find_program(LBS_HOST_COMPILER ${name} DOC "Compiler inside nvcc_wrapper")
  if(LBS_HOST_COMPILER)
    set(${compiler} ${LBS_HOST_COMPILER} PARENT_SCOPE)
  endif()
  list(REMOVE_ITEM flags ${command} "")
  set(${cuda_words} ${flags} PARENT_SCOPE)
endfunction()

# lbs_host_launcher(FILE WRAPPER FLAGS): writes a script to put before the commands of the build,
# which takes the compiler inside the wrapper for host files.
function(lbs_host_launcher file wrapper flags)
  lbs_inside_wrapper(host_compiler cuda_words ${wrapper} "${flags}")
  if(NOT host_compiler)
    message(FATAL_ERROR "${wrapper} compiles for CUDA, but most files here are for the host only; "
      "name its host compiler in -D CMAKE_CXX_COMPILER, such as g++")
  endif()
  list(JOIN cuda_words "' | '" cuda_words)
  configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/host_compiler.sh.in ${file}
    @ONLY FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  message(STATUS "Host files are compiled by ${host_compiler}, from inside ${wrapper}")
endfunction()

# lbs_choose_host_compiler(): does so if the compiler of this build is for CUDA.
function(lbs_choose_host_compiler)
  include(CheckCXXSourceCompiles)
  check_cxx_source_compiles("
#ifndef __NVCC__
#error this is no compiler for CUDA
#endif
int main() {}" LBS_COMPILER_IS_NVCC)
  if(LBS_COMPILER_IS_NVCC)
    set(launcher ${CMAKE_BINARY_DIR}/host_compiler.sh)
    lbs_host_launcher(${launcher} ${CMAKE_CXX_COMPILER} "${CMAKE_CXX_FLAGS}")
    set_property(GLOBAL PROPERTY RULE_LAUNCH_COMPILE ${launcher})
    set_property(GLOBAL PROPERTY RULE_LAUNCH_LINK ${launcher})
  endif()
endfunction()
