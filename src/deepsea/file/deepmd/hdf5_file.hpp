// SPDX-License-Identifier: GPL-2.0-only
// Reads arrays and texts out of an HDF5 file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace lbs::deepsea {

class Hdf5File {
 public:
  // Throws InputError that names the file if it cannot be opened.
  explicit Hdf5File(const std::string &path);
  ~Hdf5File();
  Hdf5File(const Hdf5File &) = delete;
  Hdf5File &operator=(const Hdf5File &) = delete;

  // A text attribute of the root group.
  [[nodiscard]] std::string text_attribute(const std::string &name) const;
  // A dataset of real numbers, converted to double; its sizes go to `shape`.
  [[nodiscard]] std::vector<double> numbers(const std::string &name,
                                            std::vector<std::size_t> &shape) const;

 private:
  std::string path_;
  long long file_ = -1;    // hid_t, kept out of this header
};

}    // namespace lbs::deepsea
