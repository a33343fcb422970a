// SPDX-License-Identifier: GPL-2.0-only
// A folder for files that a test writes, removed with everything in it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace lbs::test {

class ScratchFolder {
 public:
  ScratchFolder()
  {
    std::string pattern = ::testing::TempDir() + "/lbs-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder &) = delete;
  ScratchFolder &operator=(const ScratchFolder &) = delete;

  [[nodiscard]] std::string file(const std::string &name) const { return path_ + "/" + name; }

  // Writes a file, in folders that are made if need be; gives its path.
  std::string write(const std::string &name, const std::string &bytes) const
  {
    auto const path = file(name);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

 private:
  std::string path_;
};

}    // namespace lbs::test
