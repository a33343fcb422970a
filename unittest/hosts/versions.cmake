# SPDX-License-Identifier: GPL-2.0-only
# Versions of LAMMPS in all their spellings, and what is said about those that were not tried. Run
# by cmake -P with SCRATCH, a folder for files, and MODULES, our cmake folder.

include(${MODULES}/LammpsVersion.cmake)

# expect_number(NUMBER FUNCTION ARGUMENT)
function(expect_number number function argument)
  cmake_language(CALL ${function} result ${argument})
  if(NOT result STREQUAL number)
    message(SEND_ERROR "${function} makes '${result}' of '${argument}', not ${number}")
  endif()
endfunction()

# expect(STATUS WORDS CALL): in a process of its own, the call gives the exit status and says the
# words, or nothing if there are none.
function(expect status words call)
  file(WRITE ${SCRATCH}/call.cmake
    "cmake_minimum_required(VERSION 3.20)\ninclude(${MODULES}/LammpsVersion.cmake)\n${call}\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -P ${SCRATCH}/call.cmake
    RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  string(REGEX REPLACE "[ \n]+" " " said "${said}")
  if(NOT result EQUAL status)
    message(SEND_ERROR "${call} ends with ${result}, not ${status}: ${said}")
  elseif((words AND NOT said MATCHES "${words}") OR (NOT words AND said))
    message(SEND_ERROR "${call}: expected '${words}', but: '${said}'")
  endif()
endfunction()

function(version_header text)
  file(WRITE ${SCRATCH}/version.h "${text}")
endfunction()

file(REMOVE_RECURSE ${SCRATCH})
expect_number(20250204 lbs_package_version 20250204)
expect_number(20260704 lbs_package_version 2026.7.4.0)
expect_number(20251210 lbs_package_version 2025.12.10.99)
expect(1 "gives its version as 'today', of which no date" "lbs_package_version(n today)")
expect(1 "gives its version as ''" "lbs_package_version(n \"\")")

version_header("#define LAMMPS_VERSION \"4 Feb 2025\"\n")
expect_number(20250204 lbs_source_version ${SCRATCH}/version.h)
version_header("#define LAMMPS_VERSION \"22 Jul 2025\"\n#define LAMMPS_UPDATE \"Update 2\"\n")
expect_number(20250722 lbs_source_version ${SCRATCH}/version.h)
foreach(text "#define LAMMPS_VERSION 20250722\n" "#define LAMMPS_VERSION \"4 Xyz 2025\"\n" "")
  version_header("${text}")
  expect(1 "cannot read the version in" "lbs_source_version(n ${SCRATCH}/version.h)")
endforeach()

expect(0 "" "lbs_check_version(20250204 20250204)")
expect(0 "" "lbs_check_version(20260704 20260704)")
expect(1 "holds LAMMPS 20250204, but the installed one is 20260704"
  "lbs_check_version(20260704 20250204)")
expect(1 "LAMMPS 20240829 is too old.*tried were 4 Feb 2025" "lbs_check_version(20240829 20240829)")
expect(0 "20250722 was not tried.*4 Feb 2025 and 4 Jul 2026 were"
  "lbs_check_version(20250722 20250722)")
expect(0 "20270101 was not tried" "lbs_check_version(20270101 20270101)")
