# SPDX-License-Identifier: GPL-2.0-only
# Ceres Solver, whose Levenberg-Marquardt method fits potentials, and Eigen, which it comes with.

find_package(Ceres QUIET)
if(NOT Ceres_FOUND)
  lbs_lacks("Ceres Solver (libceres-dev)")
endif()
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
