// SPDX-License-Identifier: GPL-2.0-only
// Lets loops with exp() become vector code: glibc brings vector versions of it (libmvec), and the
// attribute tells the compiler so. Include this before any other header of a file with such loops.
#pragma once

#include <math.h>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
extern "C" __attribute__((simd("notinbranch"))) double exp(double) noexcept;
extern "C" __attribute__((simd("notinbranch"))) float expf(float) noexcept;
#endif
