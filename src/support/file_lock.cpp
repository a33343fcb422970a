// SPDX-License-Identifier: GPL-2.0-only
#include "file_lock.hpp"

#include "input_error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace lbs {

FileLock::FileLock(std::string path, const std::string &key, bool made_for_it)
    : path_(std::move(path)), file_(open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644))
{
  if (file_ < 0) throw InputError("cannot write " + path_ + ": " + std::strerror(errno));
  struct stat mine {};
  regular_ = fstat(file_, &mine) == 0 && S_ISREG(mine.st_mode);
  if (!regular_) return;
  remove_ = made_for_it;
  // Some shared file systems have no locks; there two runs are the user's to keep apart.
  bool const held = flock(file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  // A run that ends may have removed the file between the two calls.
  if (held || !is_still_there()) {
    close(file_);
    throw InputError("another run writes the files of this one (" + path_ + " is locked); give " +
                     key + " another name");
  }
}

FileLock::~FileLock()
{
  struct stat mine {};
  bool const empty = fstat(file_, &mine) == 0 && mine.st_size == 0;    // nothing came of the run
  if (regular_ && (remove_ || empty)) std::remove(path_.c_str());
  close(file_);
}

bool FileLock::is_still_there() const
{
  struct stat mine {};
  struct stat there {};
  return fstat(file_, &mine) == 0 && stat(path_.c_str(), &there) == 0 &&
         mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

}    // namespace lbs
