// SPDX-License-Identifier: GPL-2.0-only
// Reads arrays and texts out of an HDF5 file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace lbs {

class Hdf5File {
 public:
  // Throws InputError that names the file if it cannot be opened.
  explicit Hdf5File(const std::string &path);
  ~Hdf5File();
  Hdf5File(const Hdf5File &) = delete;
  Hdf5File &operator=(const Hdf5File &) = delete;

  // Whether there is an array or group of this name.
  [[nodiscard]] bool has(const std::string &name) const;
  // Names of what a group holds.
  [[nodiscard]] std::vector<std::string> names(const std::string &group) const;
  // Groups at any depth that hold something of this name, the root group as "/".
  [[nodiscard]] std::vector<std::string> groups_with(const std::string &name) const;
  // A dataset of texts or of whole numbers, as words.
  [[nodiscard]] std::vector<std::string> words(const std::string &name) const;
  // A text attribute of the root group.
  [[nodiscard]] std::string text_attribute(const std::string &name) const;
  // A dataset of real numbers, converted to double; its sizes go to `shape`.
  [[nodiscard]] std::vector<double> numbers(const std::string &name,
                                            std::vector<std::size_t> &shape) const;

 private:
  std::string path_;
  long long file_ = -1;    // hid_t, kept out of this header
};

}    // namespace lbs
