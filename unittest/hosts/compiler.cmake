# SPDX-License-Identifier: GPL-2.0-only
# What becomes of the build's commands where nvcc_wrapper is the compiler. Run by cmake -P with
# SCRATCH, a folder for files, and MODULES, our cmake folder.

include(${MODULES}/HostCompiler.cmake)
set(wrapper "${SCRATCH}/nvcc_wrapper")
set(launcher "${SCRATCH}/host_compiler.sh")

# make_program(NAME TEXT): a script of bash.
function(make_program name text)
  file(WRITE ${SCRATCH}/${name} "#!/bin/bash\n${text}\n")
  file(CHMOD ${SCRATCH}/${name} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endfunction()

# expect(WORDS COMMAND...): behind the launcher, the command prints these words.
function(expect words)
  execute_process(COMMAND ${launcher} ${ARGN} OUTPUT_VARIABLE said ERROR_VARIABLE said
    OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT said STREQUAL words)
    message(SEND_ERROR "${ARGN}: expected '${words}', but: '${said}'")
  endif()
endfunction()

# Stand-ins: the wrapper shows for a dry run what the true one does, the host's command without the
# flags for CUDA; each compiler says who it is and what it was given.
file(REMOVE_RECURSE ${SCRATCH})
make_program(nvcc_wrapper "[[ $1 == --nvcc-wrapper-show ]] || { echo wrapper \"$@\"; exit; }
echo ${SCRATCH}/host -O2 -c lbs.cpp")
make_program(host "echo host \"$@\"")
lbs_host_launcher(${launcher} ${wrapper} "-arch=sm_90 -O2 -Xcudafe --diag_suppress=20011")
expect("host -O2 -DTEXT=\"two words\" -c a.cpp"
  ${wrapper} -arch=sm_90 -O2 -Xcudafe --diag_suppress=20011 "-DTEXT=\"two words\"" -c a.cpp)
expect("host -shared a.o -o a.so" ${CMAKE_COMMAND} -E env ${wrapper} -shared a.o -o a.so)
expect("wrapper -arch=sm_90 -DLMP_KOKKOS -c b.cpp" ${wrapper} -arch=sm_90 -DLMP_KOKKOS -c b.cpp)
expect("wrapper -DKOKKOS_DEPENDENCE -arch=sm_90 -shared b.o -o b.so"
  ${wrapper} -DKOKKOS_DEPENDENCE -arch=sm_90 -shared b.o -o b.so)
expect("ar qc a.a a.o" ${CMAKE_COMMAND} -E echo ar qc a.a a.o)
lbs_host_launcher(${launcher} ${wrapper} "")
expect("host -arch=sm_90 -c a.cpp" ${wrapper} -arch=sm_90 -c a.cpp)

# A compiler for CUDA that is no nvcc_wrapper.
make_program(other "echo other \"$@\"; exit 1")
file(WRITE ${SCRATCH}/call.cmake "cmake_minimum_required(VERSION 3.20)
include(${MODULES}/HostCompiler.cmake)\nlbs_host_launcher(${launcher} ${SCRATCH}/other \"\")\n")
execute_process(COMMAND ${CMAKE_COMMAND} -P ${SCRATCH}/call.cmake RESULT_VARIABLE status
  ERROR_VARIABLE said)
string(REGEX REPLACE "[ \n]+" " " said "${said}")
if(status EQUAL 0 OR NOT said MATCHES "other compiles for CUDA.*-D CMAKE_CXX_COMPILER")
  message(SEND_ERROR "expected an error that names the remedy, but: ${status} '${said}'")
endif()
