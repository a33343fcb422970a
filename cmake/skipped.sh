#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Says which tests ctest has left out, and fails if there are others than those that may be.
#
#   bash cmake/skipped.sh OUTPUT_OF_CTEST [REGEX...]    the names that may be skipped
set -euo pipefail

log=$1
shift
mapfile -t names < <(sed -nE 's/^\s*[0-9]+ - (.*) \((Skipped|Disabled|Not Run)\)\r?$/\1/p' "$log")
missed=0
for name in ${names[@]+"${names[@]}"}; do
  excuse=
  for regex in "$@"; do
    if [[ $name =~ ^($regex)$ ]]; then excuse=", as it may be here"; fi
  done
  if [[ -z $excuse ]]; then missed=$((missed + 1)); fi
  echo "test.sh: skipped$excuse: $name"
done
if ((missed)); then
  echo "test.sh: $missed tests were skipped that this system can run: run one alone with ctest -V" \
    "for the reason" >&2
  exit 1
fi
