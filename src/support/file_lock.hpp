// SPDX-License-Identifier: GPL-2.0-only
// Keeps two runs from writing the same files.
#pragma once

#include <string>

namespace lbs {

// A file that one process at a time holds. What is no regular file, such as /dev/null, is nobody's.
class FileLock {
 public:
  // `key` is what the user gives another name to get other files; `made_for_it`: the file is
  // removed with the object, otherwise only if it is empty. Throws InputError if another process
  // holds the file, or if it cannot be written.
  FileLock(std::string path, const std::string &key, bool made_for_it = true);
  ~FileLock();
  FileLock(const FileLock &) = delete;
  FileLock &operator=(const FileLock &) = delete;

 private:
  std::string path_;
  bool regular_ = false;
  bool remove_ = false;
  int file_;

  [[nodiscard]] bool is_still_there() const;
};

}    // namespace lbs
