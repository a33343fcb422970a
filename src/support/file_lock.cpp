// SPDX-License-Identifier: GPL-2.0-only
#include "file_lock.hpp"

#include "input_error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdio>

namespace lbs {

FileLock::FileLock(const std::string &path, const std::string &key)
    : path_(path), file_(open(path.c_str(), O_RDWR | O_CREAT, 0644))
{
  if (file_ < 0) throw InputError("cannot write " + path);
  if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    close(file_);
    throw InputError("another run writes the files of this one (" + path + " is locked); give " +
                     key + " another name");
  }
}

FileLock::~FileLock()
{
  std::remove(path_.c_str());
  close(file_);
}

}    // namespace lbs
