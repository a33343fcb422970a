// SPDX-License-Identifier: GPL-2.0-only
#include "files.hpp"

#include "input_error.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace lbs {

namespace {

constexpr std::size_t MAX_FILE = std::size_t(1) << 32U;

}    // namespace

std::string read_bytes(const std::string &path)
{
  struct stat status {};
  if (stat(path.c_str(), &status) != 0)
    throw InputError("cannot open " + path + ": " + std::strerror(errno));
  if (!S_ISREG(status.st_mode)) throw InputError(path + " is not a file");
  auto const size = static_cast<std::size_t>(status.st_size);
  if (size == 0) throw InputError(path + " is empty; copy or convert it again");
  if (size > MAX_FILE) throw InputError(path + " is larger than any model file (4 GiB)");
  std::ifstream stream(path, std::ios::binary);
  std::string bytes(size, '\0');
  if (!stream || !stream.read(bytes.data(), status.st_size))
    throw InputError("cannot read " + path + ": " + std::strerror(errno));
  return bytes;
}

void write_bytes(const std::string &bytes, const std::string &path)
{
  // Of this process alone, so that no other file is written over.
  auto const part = path + "." + std::to_string(getpid()) + ".part";
  std::ofstream stream(part, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream || std::rename(part.c_str(), path.c_str()) != 0) {
    auto const reason = std::string(std::strerror(errno));
    std::remove(part.c_str());
    throw InputError("cannot write " + path + ": " + reason);
  }
}

}    // namespace lbs
