#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Provides what a Debian machine lacks to build, test and run this package: apt packages, a Python
# environment, Kokkos and LAMMPS. What is finished is skipped, what was interrupted is resumed.
#
#   bash cmake/deps.sh [--host 20250204|20260704] [--variant serial]
#       builds LAMMPS in the cache, by default that of 4 Feb 2025; with --variant serial also one
#       without MPI, which tests need
#   bash cmake/deps.sh --variant separate-memory
#       builds a LAMMPS with KOKKOS whose device is this machine with memory of its own, by clang,
#       for cmake/test_separate_memory.sh; takes 15 minutes
#   bash cmake/deps.sh --lammps PREFIX --lammps-source SRC [--kokkos PREFIX]
#       takes a LAMMPS that you have (SRC is its src directory) and builds nothing; the choice is
#       kept for later runs
#   bash cmake/deps.sh --lammps own
#       goes back to the LAMMPS of the cache
#
# LBS_CACHE names the cache (default ~/.cache/lbs), LBS_JOBS the number of compilers at a time.
# The result is a list of arguments for cmake -D, one a line, in cmake-args of the cache, in
# cmake-args-NUMBER for a host that was asked for, and in cmake-args-VARIANT for a variant.

# shellcheck disable=SC2317  # some functions are called by a name in a variable
set -euo pipefail
HERE=$(dirname "${BASH_SOURCE[0]}")
readonly HERE
. "$HERE/build_tree.sh"
. "$HERE/separate_memory.sh"

PACKAGES=(cmake ninja-build g++ binutils libopenmpi-dev openmpi-bin libfftw3-dev
  libpng-dev zlib1g-dev libgtest-dev libgmock-dev libyaml-dev python3 python3-venv python3-pip
  python3-numpy python3-scipy python3-matplotlib python3-ase python3-pytest python3-sphinx
  python3-sphinx-rtd-theme xz-utils libtorch-dev libopenblas-dev libhdf5-dev libcli11-dev
  nlohmann-json3-dev libceres-dev valgrind python3-h5py)

# Kokkos comes complete inside a source package of pygenten.
readonly KOKKOS=kokkos-4.7.0
readonly KOKKOS_PACKAGE=pygenten KOKKOS_PACKAGE_VERSION=0.1.5
readonly KOKKOS_TARBALL=$KOKKOS_PACKAGE-$KOKKOS_PACKAGE_VERSION.tar.gz
readonly KOKKOS_SHA256=e620f05c742905e2db705d875f1cac92ef0ed453f9e6734e9beda26cc0f9cce7

# LAMMPS is the upstream tarball of a Debian package, whose revisions share it. A stable suite keeps
# its files, so that the first host is the default; those of the unstable one come and go.
readonly DEFAULT_HOST=20250204
readonly -A LAMMPS=([20250204]=lammps-4Feb2025 [20260704]=lammps-4Jul2026)
readonly -A LAMMPS_UPSTREAM=([20250204]=20250204+dfsg.1 [20260704]=20260704+dfsg)
readonly -A LAMMPS_SUITE=([20250204]=trixie [20260704]=sid)
readonly -A LAMMPS_TARBALL=([20250204]=lammps_20250204+dfsg.1.orig.tar.xz
  [20260704]=lammps_20260704+dfsg.orig.tar.gz)
readonly -A LAMMPS_SHA256=(
  [20250204]=3671165bd52fad36734e0a9136c5bc5ecb225e03988f8c89aa13366a8b53b1c7
  [20260704]=cddbc45a047416bd48a4a0b87f24a5b61b3446982b74d18cafe619c22b17eb62)
readonly -A LAMMPS_MEGABYTES=([20250204]=132 [20260704]=214)
readonly -A LAMMPS_TOP_FOLDERS=([20250204]=1 [20260704]=0)    # above src in the tarball

CACHE=$(realpath -m -- "${LBS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lbs}")
readonly CACHE
readonly SRC=$CACHE/src LOGS=$CACHE/log
readonly NEEDED_MB=2000
readonly BY_HAND="or give a LAMMPS of your own with --lammps PREFIX --lammps-source SRC"

# ---- messages -----------------------------------------------------------------------------------

say() { printf '[%2d:%02d] %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*"; }

usage() { sed -n '3,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

fail() {
  printf 'deps.sh: %s\n' "$*" >&2
  exit 1
}

# Reads the output of a long command and shows its count of files: every second in place on a
# terminal, else a line a minute.
follow() {
  local title=$1 text='' line='' count='' shown=$SECONDS pause=60
  if [[ -t 1 ]]; then pause=1; else say "$title"; fi
  while true; do
    if IFS= read -r -t 1 text; then
      line+=$text
      if [[ $line =~ ^\[([0-9]+/[0-9]+)\] ]]; then count=" ${BASH_REMATCH[1]}"; fi
      line=
    elif (($? > 128)); then  # a pause, perhaps within a line
      line+=$text
    else
      break
    fi
    if ((SECONDS - shown >= pause)); then
      shown=$SECONDS
      if [[ -t 1 ]]; then printf '\r\033[K%s' "$(say "$title$count")"; else say "$title$count"; fi
    fi
  done
  if [[ -t 1 ]]; then printf '\r\033[K%s\n' "$(say "$title$count")"; fi
}

# step LOG TITLE COMMAND...: the exit status is the command's.
step() {
  local log=$LOGS/$1.log title=$2
  shift 2
  "$@" 2>&1 </dev/null | tee "$log" | follow "$title"
}

# The same, where nothing but the log can tell why it failed.
must() {
  local log=$LOGS/$1.log
  step "$@" && return
  printf 'deps.sh: failed: %s; the end of %s:\n' "$2" "$log" >&2
  tail -n 15 "$log" >&2
  exit 1
}

# ---- stamps: a file written last, with a hash of what was asked for ------------------------------

fingerprint() {
  local compiler
  compiler=$("${CXX:-c++}" -dumpfullversion -dumpversion -dumpmachine 2>&1 || true)
  printf '%s\n' "$compiler" "$@" | sha256sum | cut -d ' ' -f 1
}

# is_done DIRECTORY HASH
is_done() { [[ -f $1/.lbs-stamp && $(<"$1/.lbs-stamp") == "$2" ]]; }

stamp() {
  printf '%s\n' "$2" >"$1/.lbs-stamp.part"
  mv "$1/.lbs-stamp.part" "$1/.lbs-stamp"
}

# ---- the cache ----------------------------------------------------------------------------------

open_cache() {
  if ! mkdir -p "$SRC" "$LOGS" 2>/dev/null || ! { exec 9>"$CACHE/lock"; } 2>/dev/null; then
    fail "cannot write in $CACHE; name another directory with LBS_CACHE"
  fi
  # Children inherit the lock, so that it lasts as long as any of them.
  flock -n 9 && return
  say "waiting for another run of deps.sh"
  flock 9
}

# need_space MEGABYTES
need_space() {
  local free
  free=$(df -Pm "$CACHE" | awk 'NR == 2 { print $4 }')
  ((free >= $1)) || fail "$CACHE has $free MB free of $1 MB needed; name another directory" \
    "with LBS_CACHE, $BY_HAND"
}

# ---- packages -----------------------------------------------------------------------------------

# Prints what is not installed; on other systems than Debian, programs stand for packages.
missing_packages() {
  local name
  if command -v dpkg-query >/dev/null; then
    local installed
    # shellcheck disable=SC2016  # the format is dpkg-query's
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${PACKAGES[@]}" 2>/dev/null) ||
      true
    for name in "${PACKAGES[@]}"; do
      if ! grep -qx "$name installed" <<<"$installed"; then echo "$name"; fi
    done
  else
    for name in cmake ninja g++ readelf mpicxx python3 xz; do
      if ! command -v "$name" >/dev/null; then echo "$name"; fi
    done
  fi
}

provide_packages() {
  local missing as_root=() apt=(apt-get -o DPkg::Lock::Timeout=300)
  missing=$(missing_packages | tr '\n' ' ')
  [[ -n $missing ]] || return 0
  command -v apt-get >/dev/null ||
    fail "no apt-get here; install by hand: ${missing% }, $BY_HAND"
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null || ! sudo -v; then
      fail "neither root nor sudo; let an administrator run: apt-get install $missing"
    fi
    as_root=(sudo)
  fi
  say "packages not installed: $missing"
  # A list that cannot be fetched is no harm if the packages are found all the same.
  step apt-update "packages: updating lists" "${as_root[@]}" "${apt[@]}" update || true
  # shellcheck disable=SC2086  # one word a package
  step apt-install "packages: installing" "${as_root[@]}" \
    env DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --no-install-recommends $missing ||
    fail "cannot install ${missing% } (no network? see $LOGS/apt-install.log); do it by hand"
}

# ---- Python -------------------------------------------------------------------------------------

# An environment over the system's Python, whose packages it sees, pip among them.
provide_python() {
  local python=/usr/bin/python3 hash
  "$python" -c 'import numpy' 2>/dev/null || python=$(command -v python3) ||
    fail "no python3 here; install it with numpy, scipy and matplotlib"
  hash=$(fingerprint "$("$python" -c 'import sys; print(sys.executable, sys.version)')")
  is_done "$CACHE/python" "$hash" && return
  need_space 10
  must python "Python environment" \
    "$python" -m venv --clear --system-site-packages --without-pip "$CACHE/python"
  stamp "$CACHE/python" "$hash"
}

# ---- sources ------------------------------------------------------------------------------------

# have_tarball PATH SHA256: a wrong one is removed.
have_tarball() {
  [[ -f $1 ]] || return 1
  sha256sum --check --status <<<"$2  $1" && return
  rm -f "$1"
  say "removed $1: its checksum is wrong"
  return 1
}

# fetch TARBALL SHA256 COMMAND...: the command downloads the tarball into the directory that is its
# last argument.
fetch() {
  local name=$1 hash=$2 tarball=$SRC/$1
  shift 2
  have_tarball "$tarball" "$hash" && return
  rm -rf "$tarball.part"
  mkdir -p "$tarball.part"
  if ! "$@" "$tarball.part"; then
    rm -rf "$tarball.part"
    fail "cannot download $name (no network? see $LOGS); put it into $SRC by hand, $BY_HAND"
  fi
  have_tarball "$tarball.part/$name" "$hash" ||
    fail "what was downloaded is not the $name of this release; put the right one into $SRC"
  mv "$tarball.part/$name" "$tarball"
  rm -rf "$tarball.part"
}

# unpack TARBALL DIRECTORY [TAR OPTION...]: the directory appears only when it is complete.
unpack() {
  local tarball=$SRC/$1 directory=$2
  shift 2
  rm -rf "$directory.part"
  mkdir -p "$directory.part"
  must unpack "${directory##*/}: unpacking" \
    tar -xf "$tarball" -C "$directory.part" --no-same-owner "$@"
  mv "$directory.part" "$directory"
}

download_kokkos() {
  # Not every package as source: its build tools, which pip wants to see, may well be wheels.
  step download-kokkos "$KOKKOS: downloading 17 MB" "$CACHE/python/bin/python3" -m pip download \
    --no-deps --no-binary "$KOKKOS_PACKAGE" --retries 2 --dest "$1" \
    "$KOKKOS_PACKAGE==$KOKKOS_PACKAGE_VERSION"
}

fetch_kokkos() {
  [[ -d $SRC/$KOKKOS ]] && return
  need_space "$NEEDED_MB"
  fetch "$KOKKOS_TARBALL" "$KOKKOS_SHA256" download_kokkos
  unpack "$KOKKOS_TARBALL" "$SRC/$KOKKOS" --strip-components=3 \
    "$KOKKOS_PACKAGE-$KOKKOS_PACKAGE_VERSION/tpls/kokkos"
}

# The mirror this machine uses for its own release; security updates lie elsewhere.
debian_mirror() {
  local release
  # shellcheck disable=SC1091
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016  # the format is apt-get's
  apt-get indextargets --format '$(REPO_URI)' "Release: $release" 2>/dev/null |
    awk '!/security/ { print; exit }'
}

# use_suite SUITE DIRECTORY: sets `apt`, the options of apt's tools for a state that knows only the
# sources of this suite of Debian. The machine's own lists stay as they are; nothing needs root.
use_suite() {
  local suite=$1 state=$2 mirror keys=/usr/share/keyrings/debian-archive-keyring.gpg
  command -v apt-get >/dev/null || return
  mirror=$(debian_mirror)
  [[ -n $mirror && -f $keys ]] || return
  mkdir -p "$state/lists/partial"
  echo "deb-src [signed-by=$keys] $mirror $suite main" >"$state/sources.list"
  apt=(-o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$state/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
    -o APT::Sandbox::User=root -o APT::Update::Error-Mode=any -o Acquire::Retries=2)
}

# lammps_revision HOST: the newest revision of its Debian package that the suite still has.
lammps_revision() {
  apt-cache "${apt[@]}" showsrc lammps 2>/dev/null |
    awk -v upstream="${LAMMPS_UPSTREAM[$1]}-" \
      '$1 == "Version:" && index($2, upstream) == 1 { print $2; exit }'
}

# download_lammps HOST DIRECTORY
download_lammps() {
  local host=$1 part=$2 name=${LAMMPS[$1]} suite=${LAMMPS_SUITE[$1]} revision apt
  use_suite "$suite" "$part/apt" || return
  step download-lists "$name: looking it up" apt-get "${apt[@]}" update || return
  revision=$(lammps_revision "$host")
  if [[ -z $revision ]]; then
    say "$name: Debian's suite $suite no longer has its source; the snapshot archive of Debian does"
    return 1
  fi
  step download-lammps "$name: downloading ${LAMMPS_MEGABYTES[$host]} MB" \
    env -C "$part" apt-get "${apt[@]}" source --tar-only "lammps=$revision"
}

# fetch_lammps HOST
fetch_lammps() {
  local host=$1 source=$SRC/${LAMMPS[$1]}
  [[ -d $source ]] && return
  need_space "$NEEDED_MB"
  fetch "${LAMMPS_TARBALL[$host]}" "${LAMMPS_SHA256[$host]}" download_lammps "$host"
  unpack "${LAMMPS_TARBALL[$host]}" "$source" --strip-components="${LAMMPS_TOP_FOLDERS[$host]}"
}

# ---- builds -------------------------------------------------------------------------------------

# Of all LAMMPS; the lists are part of the stamps, so a change here builds anew.
readonly KOKKOS_OPTIONS=(-DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_STANDARD=17 -DBUILD_SHARED_LIBS=ON
  -DKokkos_ENABLE_OPENMP=ON -DKokkos_ENABLE_SERIAL=ON)
readonly LAMMPS_COMMON=(-DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_STANDARD=17 -DBUILD_SHARED_LIBS=ON
  -DPKG_KSPACE=ON -DPKG_PLUGIN=ON -DWITH_JPEG=OFF -DWITH_CURL=OFF -DWITH_FFMPEG=OFF)
readonly DEFAULT_PREFIX=$CACHE/${LAMMPS[$DEFAULT_HOST]}
readonly LAMMPS_OPTIONS=("${LAMMPS_COMMON[@]}" -DBUILD_MPI=ON -DBUILD_OMP=ON -DPKG_KOKKOS=ON
  -DPKG_MC=ON -DPKG_MOLECULE=ON -DEXTERNAL_KOKKOS=ON -DKokkos_ENABLE_OPENMP=ON -DFFT=FFTW3
  -DWITH_PNG=ON -DWITH_GZIP=ON -DCMAKE_PREFIX_PATH="$CACHE/$KOKKOS"
  -DCMAKE_INSTALL_RPATH="$DEFAULT_PREFIX/lib;$CACHE/$KOKKOS/lib")
# As different from the first as can be, to test that a plugin refuses the wrong host; -O1 because
# no test of speed runs on it.
readonly SERIAL_OPTIONS=("${LAMMPS_COMMON[@]}" -DBUILD_MPI=OFF -DBUILD_OMP=OFF
  -DLAMMPS_SIZES=bigbig -DFFT=KISS -DWITH_PNG=OFF -DWITH_GZIP=OFF
  -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" -DCMAKE_INSTALL_RPATH="$DEFAULT_PREFIX-serial/lib")
# Its KOKKOS package needs Kokkos 5.1 or newer.
readonly WITHOUT_KOKKOS_OPTIONS=("${LAMMPS_COMMON[@]}" -DBUILD_MPI=ON -DBUILD_OMP=ON -DPKG_MC=ON
  -DPKG_MOLECULE=ON -DFFT=FFTW3 -DWITH_PNG=ON -DWITH_GZIP=ON
  -DCMAKE_INSTALL_RPATH="$CACHE/${LAMMPS[20260704]}/lib")

# build NAME SOURCE PREFIX HASH OPTION...: ninja resumes where an interrupted build stopped, but a
# build of other options starts afresh.
build() {
  local name=$1 source=$2 prefix=$3 hash=$4 title=${3##*/} tree=$CACHE/build/$1
  shift 4
  need_space "$NEEDED_MB"
  if [[ -f $prefix/.lbs-stamp ]]; then rm -rf "$tree" "$prefix"; fi
  must "$name-configure" "$title: configuring" cmake -S "$source" -B "$tree" -G Ninja "$@" \
    -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib
  must "$name-compile" "$title: compiling" ninja -C "$tree" -j "${LBS_JOBS:-$(cores)}"
  must "$name-install" "$title: installing" ninja -C "$tree" install
  stamp "$prefix" "$hash"
}

provide_kokkos() {
  local hash prefix=$CACHE/$KOKKOS
  hash=$(fingerprint "$prefix" "${KOKKOS_OPTIONS[@]}")
  is_done "$prefix" "$hash" && return
  fetch_kokkos
  build kokkos "$SRC/$KOKKOS" "$prefix" "$hash" "${KOKKOS_OPTIONS[@]}"
}

# provide_lammps HOST SUFFIX OPTION...: the suffix tells a variant.
provide_lammps() {
  local hash host=$1 name=${LAMMPS[$1]} suffix=$2 prefix
  shift 2
  prefix=$CACHE/$name$suffix
  hash=$(fingerprint "$prefix" "$@" "${KOKKOS_OPTIONS[@]}")
  fetch_lammps "$host"    # its headers serve longer than its build
  is_done "$prefix" "$hash" ||
    build "$name$suffix" "$SRC/$name/cmake" "$prefix" "$hash" "$@"
}

# ---- the result ---------------------------------------------------------------------------------

# write_args SUFFIX PREFIX_PATH SOURCE
write_args() {
  local file=$CACHE/cmake-args$1
  printf '%s\n' "CMAKE_PREFIX_PATH=$2" "LAMMPS_SOURCE_DIR=$3" "LBS_PYTHON_BIN=$CACHE/python/bin" \
    >"$file.part"
  mv "$file.part" "$file"
}

provide_own() {
  local asked=${host:-$DEFAULT_HOST} source=$SRC/${LAMMPS[$DEFAULT_HOST]}/src
  if [[ $variant == separate-memory ]]; then
    provide_separate_memory
    return
  fi
  provide_packages
  provide_python
  "provide_$asked"
  if [[ $variant == serial ]]; then
    provide_lammps "$DEFAULT_HOST" -serial "${SERIAL_OPTIONS[@]}"
    write_args -serial "$DEFAULT_PREFIX-serial" "$source"
  fi
  say "${LAMMPS[$asked]}${variant:+, also $variant}: ready in $CACHE"
}

provide_20250204() {
  provide_kokkos
  provide_lammps 20250204 '' "${LAMMPS_OPTIONS[@]}"
  write_args "${host:+-$host}" "$DEFAULT_PREFIX;$CACHE/$KOKKOS" "$SRC/${LAMMPS[20250204]}/src"
}

provide_20260704() {
  provide_lammps 20260704 '' "${WITHOUT_KOKKOS_OPTIONS[@]}"
  write_args "-$host" "$CACHE/${LAMMPS[20260704]}" "$SRC/${LAMMPS[20260704]}/src"
}

# separate_copy NAME COMMAND: makes the changed copy of a source tree, unless it is there.
separate_copy() {
  [[ -d $SRC/$1-separate ]] && return
  rm -rf "$SRC/$1-separate.part"
  # By a shell of its own: one that looks at the result has no errexit within the command.
  # shellcheck disable=SC2016  # the variables are those of that shell
  must "$1-separate-copy" "$1-separate: changing its source" bash -euo pipefail -c \
    '. "$0"; "$@"' "$HERE/separate_memory.sh" "$2" "$SRC/$1" "$SRC/$1-separate.part"
  mv "$SRC/$1-separate.part" "$SRC/$1-separate"
}

provide_separate_memory() {
  local lammps_name=${LAMMPS[$DEFAULT_HOST]} kokkos_prefix=$CACHE/$KOKKOS-separate
  local prefix=$CACHE/$lammps_name-separate changes hash
  PACKAGES+=("${SEPARATE_PACKAGES[@]}")
  provide_packages
  provide_python
  fetch_kokkos
  fetch_lammps "$DEFAULT_HOST"
  # Other changes of the sources make other copies.
  changes=$(fingerprint "$(<"$HERE/separate_memory.sh")")
  if ! is_done "$SRC/$lammps_name-separate" "$changes"; then
    rm -rf "$SRC/$KOKKOS-separate" "$SRC/$lammps_name-separate"
    separate_copy "$KOKKOS" separate_kokkos
    separate_copy "$lammps_name" separate_lammps
    stamp "$SRC/$lammps_name-separate" "$changes"
  fi
  hash=$(fingerprint "$kokkos_prefix" "$changes" "${SEPARATE_KOKKOS_OPTIONS[@]}")
  is_done "$kokkos_prefix" "$hash" ||
    build "$KOKKOS-separate" "$SRC/$KOKKOS-separate" "$kokkos_prefix" "$hash" \
      "${SEPARATE_KOKKOS_OPTIONS[@]}"
  hash=$(fingerprint "$prefix" "$changes" "${SEPARATE_LAMMPS_OPTIONS[@]}")
  is_done "$prefix" "$hash" ||
    build "$lammps_name-separate" "$SRC/$lammps_name-separate/cmake" "$prefix" "$hash" \
      "${SEPARATE_LAMMPS_OPTIONS[@]}" -DCMAKE_PREFIX_PATH="$kokkos_prefix" \
      -DCMAKE_INSTALL_RPATH="$prefix/lib;$kokkos_prefix/lib"
  write_args -separate-memory "$prefix;$kokkos_prefix" "$SRC/$lammps_name-separate/src"
  echo "CMAKE_CXX_COMPILER=$SEPARATE_CXX" >>"$CACHE/cmake-args-separate-memory"
  say "$lammps_name for a separate memory: ready in $CACHE"
}

# has_package PREFIX NAME: whether CMake would find it there.
has_package() {
  compgen -G "$1/lib*/cmake/$2" >/dev/null || compgen -G "$1/lib*/*/cmake/$2" >/dev/null
}

provide_given() {
  local missing
  has_package "$lammps" LAMMPS ||
    fail "$lammps has no lib/cmake/LAMMPS; give the prefix that LAMMPS was installed to"
  [[ -f $lammps_source/version.h ]] ||
    fail "no version.h in the directory '$lammps_source'; name LAMMPS' src with --lammps-source"
  [[ -z $kokkos ]] || has_package "$kokkos" Kokkos ||
    fail "$kokkos has no lib/cmake/Kokkos; give the prefix that Kokkos was installed to"
  missing=$(missing_packages | tr '\n' ' ')
  if [[ -n $missing ]]; then say "not installed, perhaps needed: $missing"; fi
  provide_python
  write_args '' "$lammps${kokkos:+;$kokkos}" "$lammps_source"
  printf '%s\n' "$lammps" "$lammps_source" "$kokkos" >"$CACHE/given.part"
  mv "$CACHE/given.part" "$CACHE/given"
  say "LAMMPS in $lammps, as given (--lammps own builds one instead)"
}

# A LAMMPS given before is meant until another is, or one of the cache is asked for.
recall_choice() {
  [[ -z $host ]] || return 0
  if [[ $lammps == own ]]; then
    rm -f "$CACHE/given"
    lammps=
  elif [[ -z $lammps && -f $CACHE/given ]]; then
    { read -r lammps && read -r lammps_source && read -r kokkos; } <"$CACHE/given"
  fi
}

variant='' host='' lammps='' lammps_source='' kokkos=''

parse() {
  local see="bash cmake/deps.sh --help tells the usage"
  while (($#)); do
    case $1 in
      -h | --help) usage && exit ;;
      --variant | --host | --lammps | --lammps-source | --kokkos)
        (($# > 1)) || fail "$1 what? $see"
        ;;
      *) fail "unknown option $1; $see" ;;
    esac
    case $1 in
      --variant) variant=$2 ;;
      --host) host=$2 ;;
      --lammps) [[ $2 == own ]] && lammps=own || lammps=$(realpath -m -- "$2") ;;
      --lammps-source) lammps_source=$(realpath -m -- "$2") ;;
      --kokkos) kokkos=$(realpath -m -- "$2") ;;
    esac
    shift 2
  done
  [[ -z $variant || $variant == serial || $variant == separate-memory ]] ||
    fail "unknown variant $variant; there are serial and separate-memory"
  [[ -z $host || -n ${LAMMPS[$host]:-} ]] || fail "unknown host $host; there are ${!LAMMPS[*]}"
  [[ -z $host || -z $lammps ]] || fail "give either --host or --lammps"
  [[ $variant != separate-memory || -z $host$lammps ]] ||
    fail "--variant separate-memory stands alone"
  [[ -n $lammps || -z $lammps_source$kokkos ]] || fail "--lammps PREFIX is missing"
}

main() {
  parse "$@"
  trap 'echo; exit 130' INT
  open_cache
  [[ $variant == separate-memory ]] || recall_choice
  if [[ -n $lammps ]]; then provide_given; else provide_own; fi
}

# One line, so that an update of this file during a run does no harm.
main "$@"; exit
