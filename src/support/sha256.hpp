// SPDX-License-Identifier: GPL-2.0-only
// SHA-256 digests, after FIPS 180-4.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace lbs {

// Collects bytes, then tells their digest.
class Sha256 {
 public:
  // Processors with instructions for it are about seven times faster by them; the digest is the
  // same.
  explicit Sha256(bool by_instructions = has_instructions());

  void add(const void *bytes, std::size_t count);
  // 64 hexadecimal digits of everything added; to be called once.
  std::string digits();

  // Whether this processor has them.
  static bool has_instructions();

 private:
  using State = std::array<std::uint32_t, 8>;
  using Compress = void (*)(State &state, const unsigned char *blocks, std::size_t count);
  static constexpr std::size_t BLOCK = 64;

  // The hash value of no blocks, FIPS 180-4 section 5.3.3.
  State state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  Compress compress_;
  std::array<unsigned char, BLOCK> rest_{};    // begin of a block that is not full yet
  std::uint64_t count_ = 0;                    // of all bytes added
};

}    // namespace lbs
