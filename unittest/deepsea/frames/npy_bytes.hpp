// SPDX-License-Identifier: GPL-2.0-only
// The bytes of .npy files, for tests.
#pragma once

#include <cstring>
#include <string>
#include <vector>

namespace lbs::deepsea::testing {

// kind and shape as in the header: "<f8", "(2, 6)".
inline std::string npy(const std::string &kind, const std::string &shape, const std::string &data,
                       const std::string &fortran_order = "False")
{
  auto header =
      "{'descr': '" + kind + "', 'fortran_order': " + fortran_order + ", 'shape': " + shape + ", }";
  header.resize(117, ' ');
  header += '\n';
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header +
         data;
}

template <class Number> std::string bytes_of(const std::vector<Number> &values)
{
  std::string out(values.size() * sizeof(Number), '\0');
  std::memcpy(out.data(), values.data(), out.size());
  return out;
}

}    // namespace lbs::deepsea::testing
