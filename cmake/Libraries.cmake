# SPDX-License-Identifier: GPL-2.0-only
# Static libraries of plain C++, a room or a feature each, which end up in our shared ones, and
# where these and the programs go.

set(LBS_PLUGIN_DIR ${CMAKE_INSTALL_LIBDIR}/lammps/plugins)

# lbs_install(TARGET FOLDER): installs a library or program. It finds what it links in the library
# folder beside it, wherever the whole is moved to, and where it was found for this build.
function(lbs_install target folder)
  file(RELATIVE_PATH libraries /${folder} /${CMAKE_INSTALL_LIBDIR})
  set_target_properties(${target} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON
    INSTALL_RPATH "$ORIGIN;$ORIGIN/${libraries}")
  install(TARGETS ${target} LIBRARY DESTINATION ${folder} RUNTIME DESTINATION ${folder})
endfunction()

# Loops become vector code; no trapping of floating-point exceptions is what blending needs.
set(LBS_VECTOR_OPTIONS -O3 -fopenmp-simd -fno-trapping-math -fno-math-errno)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # It warns of each loop that stays scalar, as GCC leaves it without a word: the logarithm of
  # softplus, and any power of a repulsion but the 24th.
  list(APPEND LBS_VECTOR_OPTIONS -Wno-pass-failed)
endif()

# lbs_library(NAME SOURCE...)
function(lbs_library name)
  add_library(${name} STATIC ${ARGN})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden)
  target_link_libraries(${name} PUBLIC lbs_flags)
  # LAMMPS classes inherit short member names (lmp, input, list), so only our own layer is held to
  # it.
  target_compile_options(${name} PRIVATE -Wshadow)
endfunction()
