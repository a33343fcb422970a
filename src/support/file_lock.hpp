// SPDX-License-Identifier: GPL-2.0-only
// Keeps two runs from writing the same files.
#pragma once

#include <string>

namespace lbs {

// A file that one process at a time holds; it is removed with the object.
class FileLock {
 public:
  // `key` is what the user gives another name to get other files. Throws InputError if another
  // process holds the file, or if it cannot be written.
  FileLock(const std::string &path, const std::string &key);
  ~FileLock();
  FileLock(const FileLock &) = delete;
  FileLock &operator=(const FileLock &) = delete;

 private:
  std::string path_;
  int file_;
};

}    // namespace lbs
