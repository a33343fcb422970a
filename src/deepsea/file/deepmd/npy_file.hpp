// SPDX-License-Identifier: GPL-2.0-only
// Arrays of real numbers in NumPy's .npy format.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace lbs::deepsea {

struct NpyArray {
  std::vector<std::size_t> shape;
  std::vector<double> values;    // the last index runs fastest
};

// Little-endian float64, float32, int64 or int32 numbers in C's or Fortran's order; throws
// InputError that names the file for others.
NpyArray read_npy(const std::string &path);

}    // namespace lbs::deepsea
