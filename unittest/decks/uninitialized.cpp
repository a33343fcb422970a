// SPDX-License-Identifier: GPL-2.0-only
// What valgrind has to find, so that its silence about a deck means something.
#include <cstdio>
#include <cstdlib>

int main()
{
  // volatile, so that the compiler does not see what is wrong
  double *volatile never_set = static_cast<double *>(std::malloc(sizeof(double)));
  if (never_set != nullptr && *never_set > 0.0) std::puts("positive");
  std::free(never_set);
}
