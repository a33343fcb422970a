// SPDX-License-Identifier: GPL-2.0-only
// SHA-256 digests.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace lbs {

// Collects bytes, then tells their digest.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256 &) = delete;
  Sha256 &operator=(const Sha256 &) = delete;

  void add(const void *bytes, std::size_t count);
  // 64 hexadecimal digits of everything added; to be called once.
  std::string digits();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}    // namespace lbs
