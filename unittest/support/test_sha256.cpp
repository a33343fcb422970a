// SPDX-License-Identifier: GPL-2.0-only
#include "support/sha256.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using lbs::Sha256;

namespace {

// By the processor's instructions where it has them, and without.
class Digest : public ::testing::TestWithParam<bool> {
 protected:
  // Of a text that is added in parts of at most `part` bytes.
  [[nodiscard]] std::string of(const std::string &text, std::size_t part = std::string::npos) const
  {
    Sha256 sha(GetParam());
    for (std::size_t at = 0; at < text.size();) {
      auto const count = std::min(part, text.size() - at);
      sha.add(text.data() + at, count);
      at += count;
    }
    return sha.digits();
  }
};

INSTANTIATE_TEST_SUITE_P(Sha256, Digest, ::testing::Values(false, true),
                         [](const auto &info) { return info.param ? "Instructions" : "Plain"; });

}    // namespace

// The examples that NIST publishes with FIPS 180-4: one block, two blocks, many.
TEST_P(Digest, IsThatOfTheStandard)
{
  EXPECT_EQ(of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(of("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
               "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(of(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Lengths on both sides of every border of blocks and of padding. The number is Python's:
//   data = bytes(k * k % 251 for k in range(300))
//   all = "".join(sha256(data[:n]).hexdigest() for n in range(301)); sha256(all.encode())
TEST_P(Digest, IsThatOfPythonForEveryLength)
{
  std::string all;
  std::string data;
  for (int n = 0; n <= 300; ++n) {
    all += of(data);
    data += static_cast<char>(n * n % 251);
  }
  EXPECT_EQ(of(all), "0a621c95e2487bea99e8e5f1bc6bdb83f3c04aa3414bdae5ff0ac8e83df284d3");
}

TEST_P(Digest, DoesNotDependOnTheParts)
{
  std::string const text(1000, 'x');
  auto const whole = of(text);
  for (std::size_t const part : {1, 3, 55, 63, 64, 65, 128, 200}) EXPECT_EQ(of(text, part), whole);
  EXPECT_NE(of(std::string(999, 'x') + 'y'), whole);
}
