// SPDX-License-Identifier: GPL-2.0-only
#include "checkpoint.hpp"

#include "input.hpp"

#include "deepsea/file/model_message.hpp"
#include "support/files.hpp"
#include "support/input_error.hpp"
#include "support/sha256.hpp"

#include <cstdint>
#include <cstring>

namespace lbs::deepsea {

namespace {

// The file: this text, parts with their lengths in front, the digest of all before it.
const std::string MAGIC = "deepsea checkpoint 4\n";
constexpr std::size_t DIGITS = 64;

std::string digest_of(const std::string &bytes)
{
  Sha256 digest;
  digest.add(bytes.data(), bytes.size());
  return digest.digits();
}

void put(std::string &bytes, const std::string &part)
{
  auto const size = static_cast<std::uint64_t>(part.size());
  bytes.append(reinterpret_cast<const char *>(&size), sizeof size);
  bytes += part;
}

std::string as_bytes(const void *numbers, std::size_t count)
{
  return {static_cast<const char *>(numbers), count};
}

template <class Number> void put(std::string &bytes, const std::vector<Number> &numbers)
{
  put(bytes, as_bytes(numbers.data(), numbers.size() * sizeof(Number)));
}

class Parts {
 public:
  Parts(const std::string &bytes, const std::string &path) : bytes_(bytes), path_(path) {}

  std::string next()
  {
    std::uint64_t size = 0;
    if (at_ + sizeof size > bytes_.size()) fail();
    std::memcpy(&size, bytes_.data() + at_, sizeof size);
    at_ += sizeof size;
    if (size > bytes_.size() - at_) fail();
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  template <class Number> Number number()
  {
    std::string const part = next();
    Number value = 0;
    if (part.size() != sizeof value) fail();
    std::memcpy(&value, part.data(), sizeof value);
    return value;
  }
  template <class Number> std::vector<Number> numbers()
  {
    std::string const part = next();
    std::vector<Number> values(part.size() / sizeof(Number));
    std::memcpy(values.data(), part.data(), values.size() * sizeof(Number));
    return values;
  }

 private:
  const std::string &bytes_;
  const std::string &path_;
  std::size_t at_ = MAGIC.size();

  [[noreturn]] void fail() const
  {
    throw InputError(path_ + " is from another version of this program; remove it to begin anew");
  }
};

}    // namespace

void write_checkpoint(const Checkpoint &checkpoint, const std::string &path)
{
  std::string bytes = MAGIC;
  put(bytes, checkpoint.input);
  put(bytes, checkpoint.data);
  put(bytes, as_bytes(&checkpoint.steps, sizeof checkpoint.steps));
  put(bytes, as_bytes(&checkpoint.best, sizeof checkpoint.best));
  put(bytes, to_message(checkpoint.model));
  const Adam::State &state = checkpoint.adam;
  put(bytes, as_bytes(&state.steps, sizeof state.steps));
  for (const auto *moments : {&state.in_single.first, &state.in_single.second})
    put(bytes, *moments);
  for (const auto *numbers : {&state.in_double.first, &state.in_double.second,
                              &checkpoint.grid_spacings, &checkpoint.average})
    put(bytes, *numbers);
  put(bytes, as_bytes(&checkpoint.soap.steps, sizeof checkpoint.soap.steps));
  put(bytes, checkpoint.soap.numbers);
  write_bytes(bytes + digest_of(bytes), path);
}

Checkpoint read_checkpoint(const std::string &path, const std::string &input)
{
  std::string bytes = read_bytes(path);
  if (bytes.compare(0, MAGIC.size(), MAGIC) != 0 || bytes.size() < MAGIC.size() + DIGITS)
    throw InputError(path + " is no checkpoint of this program; remove it to begin anew");
  std::string const digits = bytes.substr(bytes.size() - DIGITS);
  bytes.resize(bytes.size() - DIGITS);
  if (digest_of(bytes) != digits)
    throw InputError(path + " is damaged: its checksum is wrong; remove it to begin anew");
  Parts parts(bytes, path);
  Checkpoint checkpoint;
  checkpoint.input = parts.next();
  std::string const difference = input_difference(checkpoint.input, input);
  if (!difference.empty())
    throw InputError(path + " belongs to another input (" + difference +
                     "); remove it to begin anew, or give save_ckpt another name");
  checkpoint.data = parts.next();
  checkpoint.steps = parts.number<long>();
  checkpoint.best = parts.number<double>();
  checkpoint.model = from_message(parts.next());
  checkpoint.adam.steps = parts.number<long>();
  Adam::State &state = checkpoint.adam;
  for (auto *moments : {&state.in_single.first, &state.in_single.second})
    *moments = parts.numbers<float>();
  for (auto *numbers : {&state.in_double.first, &state.in_double.second, &checkpoint.grid_spacings,
                        &checkpoint.average})
    *numbers = parts.numbers<double>();
  checkpoint.soap.steps = parts.number<long>();
  checkpoint.soap.numbers = parts.numbers<float>();
  return checkpoint;
}

}    // namespace lbs::deepsea
