#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A glass in a few minutes: builds all, melts and quenches LBS_20_60_20 on two cores, draws what
# happened and compares the share of four-coordinated boron (4B) with NMR.
#
#   bash cmake/demo.sh [OPTION OF deps.sh...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. cmake/build_tree.sh

# Turns the screen output of LAMMPS into a line for each stage and each 5000 steps. The stages are
# the runs of in.melt-quench in their order; the columns are those of its thermo_style.
show_progress() {
  local stages=(melting cooling holding averaging) stage=-1 last='' line step temp n4
  while IFS= read -r line; do
    case $line in
      ERROR*) echo "$line" ;;
      "Setting up Verlet run"*) stage=$((stage + 1)) ;;
    esac
    read -r step temp _ _ n4 _ <<<"$line"
    if ((stage >= 0)) && [[ $step =~ ^[0-9]+$ && $step != "$last" ]] && ((step % 5000 == 0)); then
      printf '[%2d:%02d] %-9s step %6d ' $((SECONDS / 60)) $((SECONDS % 60)) \
        "${stages[stage]}" "$step"
      awk -v temp="$temp" -v n4="$n4" 'BEGIN { printf "%5.0f K  4B %3.0f %%\n", temp, 100 * n4 }'
      last=$step
    fi
  done
}

# A LAMMPS without MPI would only do the same work twice.
rank_command() {
  local ranks=$(($(cores) < 2 ? 1 : 2))
  if ! lmp -h | grep 'MPI v' | grep -q STUBS; then echo mpirun -np "$ranks"; fi
}

bash cmake/build.sh release "$@"
tree=build$(host_suffix "$@")
# shellcheck source=/dev/null  # made by the build
. "$tree/env.sh"
mkdir -p "$tree/demo"
out=$tree/demo/LBS_20_60_20

echo "Melting and quenching 300 atoms; the log is $out.log"
SECONDS=0
read -ra ranks <<<"$(rank_command)"
# Unbuffered, so that the progress is the present one. The deck includes files by relative names.
# A relative name, for a variable of LAMMPS holds no blanks and the path to here may have some.
if ! (cd examples/melt-quench && "${ranks[@]}" lmp -in in.melt-quench -nonbuf \
  -log "../../$out.log" -var preset demo -var glass LBS_20_60_20 -var out "../../$out") \
  </dev/null | show_progress; then
  echo "demo.sh: the run failed; see the end of $out.log" >&2
  exit 1
fi
python3 examples/melt-quench/plot.py "$out"

echo
grep '4B = .*NMR' "$out.log" | tail -n 1
echo "glass    $out.data"
echo "history  $out.history"
echo "picture  $out.png"
echo "Next:    . $tree/env.sh puts lmp, with the plugin, on your PATH; try examples/melt-quench"
