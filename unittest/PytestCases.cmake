# SPDX-License-Identifier: GPL-2.0-only
# lbs_pytest_cases(PREFIX FOLDER [EXCLUDE REGEX] [ENVIRONMENT VARIABLE=VALUE...]
#                  [PROPERTIES NAME VALUE...])
# Each case in test_*.py of a folder becomes an entry PREFIX.FILE.CASE of ctest; pytest_cases.py has
# the details. Cases are looked for when ctest starts, so that a new one needs neither configuration
# nor build. EXCLUDE leaves out files whose name matches as a whole.
function(lbs_pytest_cases prefix folder)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "EXCLUDE" "ENVIRONMENT;PROPERTIES")
  set(cases ${CMAKE_CURRENT_BINARY_DIR}/${prefix}_cases)
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/pytest_cases.py)
  set(variables "")
  foreach(variable IN LISTS arg_ENVIRONMENT ITEMS PYTHONDONTWRITEBYTECODE=1)
    string(APPEND variables " [==[${variable}]==]")
  endforeach()
  list(JOIN arg_PROPERTIES " " properties)

  # ctest reads this with the commands of CMake that it has: add_test there knows no NAME.
  string(CONFIGURE [=[
set(lbs_environment @variables@)
execute_process(COMMAND "@CMAKE_COMMAND@" -E env ${lbs_environment}
  "@LBS_PYTHON@" "@script@" collect
  "@folder@" @prefix@ "@cases@.list.cmake" [==[@arg_EXCLUDE@]==])
function(lbs_pytest_entry name task what batch)
  add_test(${name} "@LBS_PYTHON@" "@script@" ${task}
    "@folder@/${what}" "@cases@/${batch}")
  set_tests_properties(${name} PROPERTIES ENVIRONMENT "${lbs_environment}" TIMEOUT 600
    SKIP_RETURN_CODE 77 @properties@)
  if(task STREQUAL "case")
    set_tests_properties(${name} PROPERTIES DEPENDS ${batch})
  endif()
endfunction()
include("@cases@.list.cmake")
]=] text @ONLY)
  file(GENERATE OUTPUT ${cases}.cmake CONTENT "${text}")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${cases}.cmake)
endfunction()
