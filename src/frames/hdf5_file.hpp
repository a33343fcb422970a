// SPDX-License-Identifier: GPL-2.0-only
// Arrays and texts in HDF5 files: reading them, and making a file.
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

// A file that is made in memory.
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

}    // namespace lbs
