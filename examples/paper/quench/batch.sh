#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# All eleven glasses by the paper's protocol, as an array of jobs; it goes on where it was stopped.
#
#   sbatch --array=0-10 batch.sh MODEL.pt    or, without a queue: bash batch.sh MODEL.pt 0
#
# Each job makes its glass with a two-body potential first.
#SBATCH --ntasks=4 --cpus-per-task=1 --time=24:00:00 --requeue
set -euo pipefail
glasses=(LBS_20_60_20 LBS_40_40_20 LBS_10_50_40 LBS_20_40_40 LBS_30_30_40 LBS_40_20_40
  LBS_50_10_40 LBS_8_32_60 LBS_15_25_60 LBS_10_20_70 LBS_5_35_60)
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
