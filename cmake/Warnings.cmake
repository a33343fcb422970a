# SPDX-License-Identifier: GPL-2.0-only
# Flags of every target of this project: warnings, sanitizers, and what unloading needs.

add_library(lbs_flags INTERFACE)
target_compile_options(lbs_flags INTERFACE -Wall -Wextra -Wno-unused-parameter
  -fno-math-errno)
# The C++ bindings in mpi.h, which nobody uses, would make the loader need an MPI library.
target_compile_definitions(lbs_flags INTERFACE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # "Unique" symbols of templates would pin the plugin in memory after `plugin unload`.
  target_compile_options(lbs_flags INTERFACE -fno-gnu-unique)
endif()
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  # A library that only we need would leave the process with us; MPI's C++ bindings, which are
  # linked for the sake of their header, do not survive that.
  target_link_options(lbs_flags INTERFACE LINKER:--as-needed)
endif()
if(LBS_SANITIZE)
  target_compile_options(lbs_flags INTERFACE -fsanitize=${LBS_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(lbs_flags INTERFACE -fsanitize=${LBS_SANITIZE})
endif()
