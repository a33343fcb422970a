#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# To be sourced: where a build goes, and how many cores it may take.

# env.sh sets OMP_NUM_THREADS, which nproc would take for their number.
cores() { OMP_NUM_THREADS='' nproc; }

# host_suffix OPTION OF deps.sh...: "-NUMBER" if --host is among them. Hosts do not share a build
# directory or a list of arguments for CMake.
host_suffix() {
  while (($# > 1)); do
    if [[ $1 == --host ]]; then echo "-$2"; fi
    shift
  done
}
