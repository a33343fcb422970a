// SPDX-License-Identifier: GPL-2.0-only
#include "deviation_file.hpp"

#include "support/input_error.hpp"

#include <cerrno>
#include <cinttypes>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lbs::deepsea {

namespace {

[[noreturn]] void fail(const std::string &path)
{
  throw InputError("cannot write " + path + ": " + std::strerror(errno));
}

// Whether the file ends within a line, as after a crash.
bool ends_within_line(std::FILE *file)
{
  return std::fseek(file, -1, SEEK_END) == 0 && std::fgetc(file) != '\n';
}

}    // namespace

void DeviationFile::open(const std::string &path, bool atomic, Existing existing)
{
  close();
  // Locked before it is emptied, for its rows may be another's.
  constexpr int ANYONE = 0666;
  int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, ANYONE);
  if (descriptor < 0) descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);    // a pipe
  if (descriptor < 0) fail(path);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(descriptor);
    throw InputError("another pair style deepsea is writing " + path +
                     " (of the same hybrid style, another partition or another run); give each "
                     "its own out_file");
  }
  struct stat status {};
  bool const regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  bool const empty = existing == Existing::OVERWRITE && written_.count(path) == 0;
  if (regular && empty && ::ftruncate(descriptor, 0) != 0) {
    ::close(descriptor);
    fail(path);
  }
  file_ = ::fdopen(descriptor, regular ? "r+" : "w");
  if (file_ == nullptr) {
    ::close(descriptor);
    fail(path);
  }
  path_ = path;
  written_.insert(path);
  begin_run();
  bool const torn = regular && ends_within_line(file_);
  std::fseek(file_, 0, SEEK_END);
  if (torn) std::fputc('\n', file_);
  if (regular && std::ftell(file_) > 0) return;
  std::fprintf(file_, "#%11s %18s %18s %18s %18s %18s %18s%s\n", "step", "max_devi_v", "min_devi_v",
               "avg_devi_v", "max_devi_f", "min_devi_f", "avg_devi_f",
               atomic ? "  of each atom's force, by ID" : "");
  std::fflush(file_);
}

void DeviationFile::close()
{
  if (file_ != nullptr) std::fclose(file_);
  file_ = nullptr;
}

void DeviationFile::write(std::int64_t step, const std::array<double, 6> &deviation,
                          const std::vector<double> &of_atoms)
{
  if (row_start_ >= 0 && row_step_ == step && std::fseek(file_, row_start_, SEEK_SET) == 0 &&
      ::ftruncate(::fileno(file_), row_start_) != 0)
    fail(path_);
  row_start_ = std::ftell(file_);
  row_step_ = step;
  std::fprintf(file_, "%12" PRId64, step);
  for (double const value : deviation) std::fprintf(file_, " %18.6e", value);
  for (double const value : of_atoms) std::fprintf(file_, " %18.6e", value);
  std::fputc('\n', file_);
  if (std::fflush(file_) != 0) fail(path_);
}

}    // namespace lbs::deepsea
