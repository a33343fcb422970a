#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# All eleven glasses by the paper's protocol, as an array of jobs; it goes on where it was stopped.
#
#   sbatch --array=0-10 batch.sh MODEL.pt    or, without a queue: bash batch.sh MODEL.pt 0
#
# Each job makes its glass with a two-body potential first.
#SBATCH --ntasks=4 --cpus-per-task=1 --time=24:00:00 --requeue
set -euo pipefail
mapfile -t glasses < <(grep -oE 'LBS(_[0-9]+){3}' ../../melt-quench/glasses.lmp)
model=$(realpath "$1")
glass=${glasses[${SLURM_ARRAY_TASK_ID:-$2}]}
ranks=${SLURM_NTASKS:-2}
preset=${PRESET:-paper}
if [[ ! -e $glass.start.data ]]; then
  mpirun -np "$ranks" lmp -in in.glass -var glass "$glass" -var preset "$preset" \
    -log "$glass.start.log"
fi
mpirun -np "$ranks" lmp -in in.quench -var glass "$glass" -var start "$glass.start.data" \
  -var model "$model" -var preset "$preset" -log "$glass.log"
