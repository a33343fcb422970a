// SPDX-License-Identifier: GPL-2.0-only
#include "sha256.hpp"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace lbs {

namespace {

using State = std::array<std::uint32_t, 8>;

// FIPS 180-4 section 4.2.2: the cube roots of the first 64 primes, 32 bits of their fractions.
constexpr std::array<std::uint32_t, 64> ROOTS = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t rotate(std::uint32_t word, unsigned bits)
{
  return word >> bits | word << (32U - bits);
}

// Adds one block of 64 bytes, FIPS 180-4 section 6.2.2.
void compress_block(State &state, const unsigned char *block)
{
  std::array<std::uint32_t, 64> w;
  for (std::size_t t = 0; t < 16; ++t) {
    auto const *b = block + 4 * t;
    w[t] =
        std::uint32_t(b[0]) << 24U | std::uint32_t(b[1]) << 16U | std::uint32_t(b[2]) << 8U | b[3];
  }
  for (std::size_t t = 16; t < 64; ++t) {
    auto const s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3U;
    auto const s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10U;
    w[t] = s1 + w[t - 7] + s0 + w[t - 16];
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t t = 0; t < 64; ++t) {
    auto const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    auto const t1 = h + sum1 + ((e & f) ^ (~e & g)) + ROOTS[t] + w[t];
    auto const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    auto const t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  State const now = {a, b, c, d, e, f, g, h};
  for (std::size_t k = 0; k < 8; ++k) state[k] += now[k];
}

void compress_plainly(State &state, const unsigned char *blocks, std::size_t count)
{
  for (; count > 0; --count, blocks += 64) compress_block(state, blocks);
}

#if defined(__x86_64__)
// The same by the SHA instructions, which make two rounds each and keep the state in two registers,
// of the words a, b, e, f and of c, d, g, h. The words of the message are made four at a time.
__attribute__((target("sha,sse4.1"))) void
compress_by_instructions(State &state, const unsigned char *blocks, std::size_t count)
{
  auto const quad = [](auto from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i *>(from));
  };
  auto const word = [&](std::size_t k) { return static_cast<int>(state[k]); };
  auto const big_endian = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
  auto abef = _mm_set_epi32(word(0), word(1), word(4), word(5));
  auto cdgh = _mm_set_epi32(word(2), word(3), word(6), word(7));
  for (; count > 0; --count, blocks += 64) {
    auto const abef_before = abef;
    auto const cdgh_before = cdgh;
    __m128i w[4];
    for (std::size_t k = 0; k < 4; ++k) w[k] = _mm_shuffle_epi8(quad(blocks + 16 * k), big_endian);
#pragma GCC unroll 16
    for (std::size_t k = 0; k < 16; ++k) {
      auto const now = w[k % 4];
      auto const sum = _mm_add_epi32(now, quad(&ROOTS[4 * k]));
      // Two rounds make c, d, g, h of what was a, b, e, f: the two registers change their roles.
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
      auto const last = w[(k + 3) % 4];
      auto const middle = _mm_alignr_epi8(last, w[(k + 2) % 4], 4);
      w[k % 4] = _mm_sha256msg2_epu32(
          _mm_add_epi32(_mm_sha256msg1_epu32(now, w[(k + 1) % 4]), middle), last);
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  alignas(16) std::array<std::uint32_t, 8> out;
  _mm_store_si128(reinterpret_cast<__m128i *>(out.data()), abef);
  _mm_store_si128(reinterpret_cast<__m128i *>(out.data() + 4), cdgh);
  state = {out[3], out[2], out[7], out[6], out[1], out[0], out[5], out[4]};
}
#else
constexpr auto compress_by_instructions = compress_plainly;
#endif

}    // namespace

bool Sha256::has_instructions()
{
#if defined(__x86_64__)
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  constexpr unsigned SHA = 1U << 29U;    // of register b, leaf 7
  return __builtin_cpu_supports("sse4.1") && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 &&
         (b & SHA) != 0;
#else
  return false;
#endif
}

Sha256::Sha256(bool by_instructions)
    : compress_(by_instructions && has_instructions() ? compress_by_instructions : compress_plainly)
{
}

void Sha256::add(const void *bytes, std::size_t count)
{
  auto const *next = static_cast<const unsigned char *>(bytes);
  auto const filled = static_cast<std::size_t>(count_ % BLOCK);
  count_ += count;
  if (filled + count < BLOCK) {
    if (count > 0) std::memcpy(rest_.data() + filled, next, count);
    return;
  }
  if (filled > 0) {
    std::memcpy(rest_.data() + filled, next, BLOCK - filled);
    compress_(state_, rest_.data(), 1);
    next += BLOCK - filled;
    count -= BLOCK - filled;
  }
  compress_(state_, next, count / BLOCK);
  next += count / BLOCK * BLOCK;
  std::copy(next, next + count % BLOCK, rest_.begin());
}

std::string Sha256::digits()
{
  // Padding, FIPS 180-4 section 5.1.1: a bit 1, zeros, and the count of bits in the last 8 bytes.
  auto const bits = 8 * count_;
  auto const filled = static_cast<std::size_t>(count_ % BLOCK);
  std::array<unsigned char, 2 *BLOCK> padding = {0x80};
  std::size_t const length = (filled < BLOCK - 8 ? BLOCK : 2 * BLOCK) - filled;
  for (std::size_t k = 0; k < 8; ++k)
    padding[length - 1 - k] = static_cast<unsigned char>(bits >> 8 * k);
  add(padding.data(), length);

  constexpr const char *DIGITS = "0123456789abcdef";
  std::string out;
  for (auto const word : state_)
    for (unsigned shift = 32; shift > 0; shift -= 4) out += DIGITS[word >> (shift - 4) & 15U];
  return out;
}

}    // namespace lbs
