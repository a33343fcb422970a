# SPDX-License-Identifier: GPL-2.0-only
# Ceres Solver, whose Levenberg-Marquardt method fits potentials, and Eigen, which it comes with.

# Its configuration reports on every library of SuiteSparse, QUIET or not.
set(lbs_log_level ${CMAKE_MESSAGE_LOG_LEVEL})
set(CMAKE_MESSAGE_LOG_LEVEL WARNING)
find_package(Ceres QUIET)
set(CMAKE_MESSAGE_LOG_LEVEL ${lbs_log_level})
if(NOT Ceres_FOUND)
  lbs_lacks("Ceres Solver (libceres-dev)")
endif()
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
