#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Hot melts for a long time by several potentials: in.stable at 2000 K (200 ps) and 3000 K (100 ps),
# three glasses, with and without the repulsion of nuclei.
#
#   stable.sh FOLDER NAME=MODEL.pt...
#
# NATOMS (300), GLASSES, RUNS (ps by K, "2000:200 3000:100") and INNER ("0.5 0") in the
# environment choose others. A table at the end has the extremes of each run. Stopped at any time,
# the same command goes on with the run that was stopped; what is there must be of the same model.
set -euo pipefail

if [ $# -lt 2 ]; then
  sed -n '3,10s/^# \{0,1\}//p' "$0"
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
work=$(cd "$1" && pwd)
shift
# shellcheck source=potentials/lbs/runs.sh
. "$here/runs.sh"
check_models "$@"
for run in ${RUNS:-}; do
  case $run in
    *[0-9]:[0-9]*) ;;
    *) echo "RUNS has ps by K, such as 2000:200, not $run" >&2; exit 1 ;;
  esac
done
natoms=${NATOMS:-300}
for glass in ${GLASSES:-LBS_20_60_20 LBS_40_20_40 LBS_10_50_40}; do
  start=$work/$glass-$natoms
  words=(-var glass "$glass" -var natoms "$natoms" -var melt 2 -var rate 400 -var hold 1
    -var average 0.1)
  is_made "$start" data in.glass "${words[@]}" ||
    run_deck "$here/../../examples/paper/quench/in.glass" "$start" "$start.log" "${words[@]}"
  for potential in "$@"; do
    for run in ${RUNS:-2000:200 3000:100}; do
      for inner in ${INNER:-0.5 0}; do
        name=$glass-$natoms-${potential%%=*}-${run%%:*}K-core$inner
        words=(-var data "$start.data" -var model "$(realpath "${potential#*=}")"
          -var T "${run%%:*}" -var ps "${run#*:}" -var inner "$inner")
        is_made "$work/$name" stable in.stable "${words[@]}" || {
          run_deck "$here/in.stable" "$work/$name.part" "$work/$name.log" "${words[@]}"
          mv "$work/$name.part.stable" "$work/$name.stable"
        }
        awk -v name="$name" '$1 !~ /#/ { n++; t += $2; if ($5 > f) f = $5
            if (n == 1 || $6 < d) d = $6 }
          END { printf "%-40s %4d ps %7.1f K  largest force %6.2f eV/A  shortest %.3f A\n", \
            name, n - 1, t / n, f, d }' "$work/$name.stable"    # a row each ps, and at the start
      done
    done
  done
done
