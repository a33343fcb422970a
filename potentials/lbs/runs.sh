# SPDX-License-Identifier: GPL-2.0-only
# For science.sh and stable.sh: runs that are made once, each with the words it was made by.
# shellcheck shell=bash
lmp=${LMP:-lmp}

words_of() {    # words on one line; files among them by their names and checksums
  local word
  for word in "$@"; do
    if [ -f "$word" ]; then
      word="$(basename "$word") ($(cksum < "$word"))"
    fi
    printf '%s ' "$word"
  done
}

is_made() {    # whether OUT.ENDING is there, by these words; OUT.words keeps those of a new one
  local out=$1 file=$1.$2 words
  shift 2
  words=$(words_of "$@")
  if [ -e "$file" ] || [ -e "$out.restart" ]; then
    if [ ! -e "$out.words" ]; then
      echo "$out: has no $out.words, so nobody knows by what it was made; taken as it is" >&2
    elif [ "$(cat "$out.words")" != "$words" ]; then
      echo "$out: is of other words or files, see $out.words; remove it, or name another folder" >&2
      exit 1
    fi
  fi
  [ ! -e "$file" ] || return 0
  echo "$words" > "$out.words"
  return 1
}

check_models() {    # NAME=POTENTIAL...: stops where one is a file that is missing
  local potential
  for potential in "$@"; do
    case ${potential#*=} in
      *.pt) [ -f "${potential#*=}" ] || {
        echo "there is no model file ${potential#*=}" >&2
        exit 1
      } ;;
    esac
  done
}

run_deck() {    # the deck of a path, in its folder; OUT.log has its log
  local deck=$1 out=$2 log=$3
  shift 3
  (cd "$(dirname "$deck")" && $lmp -in "$(basename "$deck")" -var out "$out" "$@" -log "$log" \
    | { grep --line-buffered ' min left' >&2 || true; }) && return
  echo "$out: LAMMPS did not reach the end, see $log" >&2
  exit 1
}
