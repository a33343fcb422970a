# SPDX-License-Identifier: GPL-2.0-only
# Versions of LAMMPS as numbers such as 20250204, which is how LAMMPS itself reports them to a
# plugin, and what is said about those that this package was not tried with.

set(LBS_TRIED_VERSIONS 20250204 20260704)
set(LBS_TRIED_NAMES "4 Feb 2025 and 4 Jul 2026")

# lbs_package_version(RESULT VERSION): of what the installed CMake package calls itself, 20250204 in
# older releases, 2026.7.4.0 (year, month, day, update) in newer ones.
function(lbs_package_version result version)
  if(version MATCHES "^[0-9]+$")
    set(${result} ${version} PARENT_SCOPE)
  elseif(version MATCHES "^([0-9]+)\\.([0-9]+)\\.([0-9]+)")
    math(EXPR number "${CMAKE_MATCH_1} * 10000 + ${CMAKE_MATCH_2} * 100 + ${CMAKE_MATCH_3}")
    set(${result} ${number} PARENT_SCOPE)
  else()
    message(FATAL_ERROR "the installed LAMMPS gives its version as '${version}', of which no date "
      "can be read; this package was tried with ${LBS_TRIED_NAMES}")
  endif()
endfunction()

# lbs_source_version(RESULT HEADER): of version.h, which says "4 Feb 2025".
function(lbs_source_version result header)
  file(STRINGS ${header} line REGEX "LAMMPS_VERSION")
  set(months Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)
  set(month -1)
  if(line MATCHES "\"([0-9]+) ([A-Z][a-z][a-z]) ([0-9]+)\"")
    list(FIND months ${CMAKE_MATCH_2} month)
  endif()
  if(month EQUAL -1)
    message(FATAL_ERROR "cannot read the version in ${header}")
  endif()
  math(EXPR number "${CMAKE_MATCH_3} * 10000 + (${month} + 1) * 100 + ${CMAKE_MATCH_1}")
  set(${result} ${number} PARENT_SCOPE)
endfunction()

# lbs_check_version(INSTALLED SOURCE): stops where the build cannot succeed, warns where nobody has
# tried.
function(lbs_check_version installed source)
  if(NOT source EQUAL installed)
    message(FATAL_ERROR "LAMMPS_SOURCE_DIR holds LAMMPS ${source}, but the installed one is "
      "${installed}; give the sources of the latter")
  endif()
  list(GET LBS_TRIED_VERSIONS 0 oldest)
  if(installed LESS oldest)
    message(FATAL_ERROR "LAMMPS ${installed} is too old; 4 Feb 2025 or newer is needed, tried were "
      "${LBS_TRIED_NAMES}")
  endif()
  if(NOT installed IN_LIST LBS_TRIED_VERSIONS)
    message(WARNING "LAMMPS ${installed} was not tried with this package; ${LBS_TRIED_NAMES} were. "
      "If it compiles, run the tests (ctest) before trusting results; if it does not, take one of "
      "these.")
  endif()
endfunction()
