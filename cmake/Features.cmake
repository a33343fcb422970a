# SPDX-License-Identifier: GPL-2.0-only
# What is built. pair_style deepsea and its program need libraries beside LAMMPS; all the rest needs
# none, and is built without looking for them if deepsea is off.

option(LBS_DEEPSEA "Build pair_style deepsea and the program deepsea" ON)
option(LBS_TORCH "Use libtorch, by which model files of deepsea are read and written" ON)

if(LBS_DEEPSEA AND NOT LBS_TORCH)
  # Not in the cache: with libtorch it shall be on again.
  set(LBS_DEEPSEA OFF)
  message(STATUS "LBS_DEEPSEA is off, because LBS_TORCH is: model files are read by libtorch")
elseif(NOT LBS_DEEPSEA)
  message(STATUS "LBS_DEEPSEA is off: no pair_style deepsea, no program deepsea")
endif()
if(NOT LBS_DEEPSEA)
  return()
endif()

# Everything that is missing is told at once.
set(lbs_lacking "")
macro(lbs_lacks what)
  list(APPEND lbs_lacking "${what}")
endmacro()

include(Numerics)
include(Torch)
include(FileFormats)

if(lbs_lacking)
  list(JOIN lbs_lacking ", " lbs_lacking)
  message(FATAL_ERROR "pair_style deepsea needs what was not found: ${lbs_lacking}; install it, or "
    "build all the rest with -D LBS_DEEPSEA=OFF, which needs nothing but LAMMPS")
endif()
