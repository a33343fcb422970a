#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# setup.sh NAME GOES_ON START POTENTIAL: adds to NAME.now, the settings of a run, checksums of the
# glass it starts with and of its potential's file. NAME.now becomes NAME.setup if GOES_ON is 0;
# else it goes away if both are the same.
name=$1 goes_on=$2 start=$3 potential=$4

# As LAMMPS looks for it; it says itself what is missing.
file=$potential
IFS=:
for folder in $LAMMPS_POTENTIALS; do
  [ -r "$file" ] || file=$folder/$(basename "$potential")
done
{
  if [ -r "$file" ]; then echo "potential $(cksum < "$file")"; fi
  # A glass that is not named again, or no longer there, is the one of the beginning.
  if [ -r "$start" ]; then echo "start $(cksum < "$start")"; else grep '^start ' "$name.setup"; fi
} >> "$name.now"

if [ "$goes_on" = 0 ]; then
  mv "$name.now" "$name.setup"
elif cmp -s "$name.now" "$name.setup"; then
  rm "$name.now"
fi
