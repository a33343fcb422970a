#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Glasses of the paper's eleven compositions by several potentials, in one table beside experiment:
# boron coordination, density without pressure, rings.
#
#   science.sh FOLDER NAME=POTENTIAL... [-- VARIABLES of in.quench and in.density]
#
# POTENTIAL is a model file (.pt) or a potential of examples/melt-quench (deng_du, shik). Each glass
# starts from one that deng_du makes in a minute, and is molten and cooled by examples/paper/quench:
# `-- -var preset paper` takes the paper's protocol. GLASSES and SEEDS in the environment choose
# some: GLASSES="LBS_40_20_40" SEEDS="1 2". FIRST has the variables of the glasses to start from.
# Stopped at any time, the same command goes on; what is there must be of the same variables and
# models, which OUT.words has. LMP is the command for LAMMPS (default lmp).
set -euo pipefail

usage() {
  sed -n '3,14s/^# \{0,1\}//p' "$0"
  exit 2
}
[ $# -ge 2 ] || usage
here=$(cd "$(dirname "$0")" && pwd)
examples=$here/../../examples
mkdir -p "$1"
work=$(cd "$1" && pwd)
shift
potentials=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in
    *=*) potentials+=("$1") ;;
    *) usage ;;
  esac
  shift
done
[ $# -eq 0 ] || shift
glasses=${GLASSES:-$(grep -oE 'LBS(_[0-9]+){3}' "$examples/melt-quench/glasses.lmp" | sort -u)}
# shellcheck source=potentials/lbs/runs.sh
. "$here/runs.sh"
check_models "${potentials[@]}"
first=${FIRST:--var melt 3 -var rate 100 -var hold 1 -var average 0.5}

make() {    # OUT.data by a deck with its variables, if it isn't there
  local out=$1 deck=$examples/paper/quench/$2
  is_made "$out" data "$2" "${@:3}" || run_deck "$deck" "$out" "$out.log" "${@:3}"
}

for glass in $glasses; do
  for seed in ${SEEDS:-1}; do
    start=$work/start-$glass-$seed
    # shellcheck disable=SC2086
    make "$start" in.glass -var glass "$glass" -var seed "$seed" $first
    for potential in "${potentials[@]}"; do
      name=${potential%%=*}
      value=${potential#*=}
      case $value in
        *.pt) choice="-var model $(realpath "$value")" ;;
        *) choice="-var potential $value" ;;
      esac
      out=$work/$glass-$name-$seed
      # shellcheck disable=SC2086
      make "$out" in.quench -var start "$start.data" $choice -var glass "$glass" \
        -var seed "$seed" "$@"
      # shellcheck disable=SC2086
      make "$out.npt" in.density -var start "$out.data" $choice -var seed "$seed" "$@"
    done
  done
done

for potential in "${potentials[@]}"; do
  name=${potential%%=*}
  echo "$name (${potential#*=})"
  words=()
  for glass in $glasses; do
    runs=$(for seed in ${SEEDS:-1}; do echo "$work/$glass-$name-$seed"; done | paste -sd,)
    words+=("$glass=$runs")
  done
  python3 "$examples/paper/quench/plot.py" --picture "$work/$name.png" "${words[@]}"
done
