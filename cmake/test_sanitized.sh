#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Tests of the kernels of deepsea/kk under the sanitizers of clang 16, after cmake/build.sh:
# `bounds` checks each index and all memory; `threads` looks for data races, with teams of several
# threads, so that a missing barrier shows. Then faults are planted, which have to be noticed.
#
#   bash cmake/test_sanitized.sh [bounds|threads]...
#
# Debian's clang-16, libomp-16-dev, libclang-rt-16-dev and llvm have to be there. LBS_BUILD_DIR is
# the build (default build), LBS_JOBS the number of compilers at a time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

exec bash unittest/sanitized/run.sh "$@"
