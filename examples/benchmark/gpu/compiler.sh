#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Put before commands of LAMMPS' build: files with Kokkos are left to nvcc_wrapper, the command's
# first word; all others, which would only take longer there, go to g++.
source=
for word in "$@"; do
  case $word in *.cpp) source=$word ;; esac
done
# Lists of styles name those with Kokkos, too.
users='^#include "(accelerator_kokkos|style_(atom|compute|fix|integrate|nbin|npair|pair))\.h"'
if [[ -z $source || $source == */KOKKOS/* ]] || grep -qE "$users" "$source"; then
  exec "$@"
fi
command=("${CCACHE:-env}" g++)
for word in "${@:2}"; do
  case $word in
    -arch=* | -expt-* | -extended-lambda | -Wext-lambda-captures-this) ;;
    -Xcudafe | --diag_suppress=*) ;;
    *) command+=("$word") ;;
  esac
done
exec "${command[@]}"
