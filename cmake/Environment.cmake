# SPDX-License-Identifier: GPL-2.0-only
# Writes env.sh into the build directory: sourcing it puts lmp, the plugin, its potentials and our
# programs on the paths of a shell.

get_filename_component(lammps_lib_dir ${lammps_location} DIRECTORY)
get_filename_component(lammps_prefix ${lammps_lib_dir} DIRECTORY)
configure_file(${CMAKE_CURRENT_LIST_DIR}/env.sh.in ${CMAKE_BINARY_DIR}/env.sh @ONLY)
