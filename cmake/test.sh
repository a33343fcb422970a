#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds and runs all tests; fails if one fails, and also if there are none.
#
#   bash cmake/test.sh [OPTION OF deps.sh...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

. cmake/build_tree.sh

bash cmake/build.sh release --variant serial "$@"
ctest --test-dir "build$(host_suffix "$@")" --output-on-failure --no-tests=error -j2
