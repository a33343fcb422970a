# SPDX-License-Identifier: GPL-2.0-only
# Keeps what a file of fix ave/time or of a dump has up to step `last`; a row or a frame that was
# cut off goes, too.
/^ITEM: TIMESTEP/ {
  frames = 1
  keep = (getline step) > 0 && step ~ /^[0-9]+$/ && step + 0 <= last
  if (keep) print "ITEM: TIMESTEP\n" step
  next
}
frames { if (keep) print; next }
/^#/ { print; next }
!width { width = NF }
$1 ~ /^[0-9]+$/ && $1 + 0 <= last && NF == width { print }
