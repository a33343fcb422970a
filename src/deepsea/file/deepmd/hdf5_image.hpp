// SPDX-License-Identifier: GPL-2.0-only
// An HDF5 file that is made in memory.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace lbs::deepsea {

class Hdf5Image {
 public:
  // How numbers are stored; FLOAT32 rounds what is none.
  enum class Number { FLOAT32, FLOAT64 };

  Hdf5Image();
  ~Hdf5Image();
  Hdf5Image(const Hdf5Image &) = delete;
  Hdf5Image &operator=(const Hdf5Image &) = delete;

  // A dataset in the root group; the last index of `values` runs fastest. No sizes: a single
  // number.
  void add(const std::string &name, const std::vector<double> &values,
           const std::vector<std::size_t> &sizes, Number number);
  // A text attribute of the root group, in UTF-8.
  void add_attribute(const std::string &name, const std::string &text);

  // The file, which depends on nothing but what was added. All functions throw InputError if HDF5
  // fails, which it does when memory runs out.
  [[nodiscard]] std::string bytes() const;

 private:
  long long file_ = -1;    // hid_t, kept out of this header
};

}    // namespace lbs::deepsea
