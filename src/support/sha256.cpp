// SPDX-License-Identifier: GPL-2.0-only
#include "sha256.hpp"

#include <openssl/evp.h>

#include <new>
#include <stdexcept>

namespace lbs {

struct Sha256::Context {
  EVP_MD_CTX *md = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(md); }
};

Sha256::Sha256() : context_(std::make_unique<Context>())
{
  if (context_->md == nullptr) throw std::bad_alloc();
  if (EVP_DigestInit_ex(context_->md, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("the OpenSSL library of this machine offers no SHA-256");
}

Sha256::~Sha256() = default;

void Sha256::add(const void *bytes, std::size_t count)
{
  EVP_DigestUpdate(context_->md, bytes, count);
}

std::string Sha256::digits()
{
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_->md, digest, &size);
  constexpr const char *DIGITS = "0123456789abcdef";
  std::string out;
  for (unsigned int k = 0; k < size; ++k) {
    out += DIGITS[digest[k] >> 4U];
    out += DIGITS[digest[k] & 15U];
  }
  return out;
}

}    // namespace lbs
