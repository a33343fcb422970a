# SPDX-License-Identifier: GPL-2.0-only
# Libraries for files: HDF5 and JSON of DeePMD-kit's models, command lines. At the top, because
# tests use them, too.

find_package(HDF5 COMPONENTS C)
if(NOT HDF5_FOUND)
  lbs_lacks("HDF5 (libhdf5-dev)")
endif()
find_package(nlohmann_json QUIET)
if(NOT nlohmann_json_FOUND)
  lbs_lacks("nlohmann-json (nlohmann-json3-dev)")
endif()
find_package(CLI11 QUIET)
if(NOT CLI11_FOUND)
  lbs_lacks("CLI11 (libcli11-dev)")
endif()
