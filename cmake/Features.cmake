# SPDX-License-Identifier: GPL-2.0-only
# What is built. pair_style deepsea and the programs need libraries beside LAMMPS; all the rest
# needs none, and is built without looking for them if they are off.

option(LBS_DEEPSEA "Build pair_style deepsea and the program deepsea" ON)
option(LBS_TORCH "Use libtorch, by which model files of deepsea are read and written" ON)
set(LBS_FIT AUTO CACHE STRING "Build the program fmp: ON, OFF, or AUTO for where deepsea is built")

if(LBS_DEEPSEA AND NOT LBS_TORCH)
  # Not in the cache: with libtorch it shall be on again.
  set(LBS_DEEPSEA OFF)
  message(STATUS "LBS_DEEPSEA is off, because LBS_TORCH is: model files are read by libtorch")
elseif(NOT LBS_DEEPSEA)
  message(STATUS "LBS_DEEPSEA is off: no pair_style deepsea, no program deepsea")
endif()
if(LBS_FIT STREQUAL "AUTO")
  set(LBS_FIT ${LBS_DEEPSEA})
endif()
if(NOT LBS_FIT)
  message(STATUS "LBS_FIT is off: no program fmp")
endif()

# Everything that is missing is told at once.
set(lbs_lacking "")
macro(lbs_lacks what)
  list(APPEND lbs_lacking "${what}")
endmacro()
set(lbs_refusal "")

# lbs_refuse(WHO REMEDY): WHO cannot be built if anything is lacking.
function(lbs_refuse who remedy)
  if(lbs_lacking)
    list(JOIN lbs_lacking ", " what)
    string(CONCAT line "${who} needs what was not found: ${what}; install it, or build all the "
      "rest with ${remedy}")
    set(lbs_refusal "${lbs_refusal}${line}\n" PARENT_SCOPE)
    set(lbs_lacking "" PARENT_SCOPE)
  endif()
endfunction()

if(LBS_DEEPSEA)
  include(Numerics)
  include(Torch)
  include(FileFormats)
  lbs_refuse("pair_style deepsea" "-D LBS_DEEPSEA=OFF, which needs nothing but LAMMPS")
endif()
if(LBS_FIT)
  if(NOT LBS_DEEPSEA)
    include(FileFormats)
  endif()
  include(LeastSquares)
  lbs_refuse("the program fmp" "-D LBS_FIT=OFF")
endif()
if(lbs_refusal)
  message(FATAL_ERROR "${lbs_refusal}")
endif()
