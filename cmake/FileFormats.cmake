# SPDX-License-Identifier: GPL-2.0-only
# Libraries for files: HDF5 and JSON of DeePMD-kit's models, command lines. At the top, because
# tests use them, too.

find_package(HDF5 REQUIRED COMPONENTS C)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
