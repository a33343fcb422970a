// Lets loops with exp() become vector code, on every processor the same binary meets.
//
// Include this before any other header of a file with such loops. glibc brings vector versions of
// exp() (libmvec); the attribute tells the compiler so. LBS_VECTOR_CLONES compiles a function for
// several instruction sets, of which the dynamic linker picks the best at load time.
#pragma once

#include <math.h>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
extern "C" __attribute__((simd("notinbranch"))) double exp(double) noexcept;
extern "C" __attribute__((simd("notinbranch"))) float expf(float) noexcept;
#define LBS_VECTOR_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LBS_VECTOR_CLONES
#endif

// Such a function with everything it calls inlined, so that this, too, is compiled for each set.
#define LBS_KERNEL LBS_VECTOR_CLONES __attribute__((flatten)) void
