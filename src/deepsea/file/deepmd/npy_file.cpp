// SPDX-License-Identifier: GPL-2.0-only
#include "npy_file.hpp"

#include "deepsea/file/model_bytes.hpp"
#include "support/input_error.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace lbs::deepsea {

namespace {

// The value of a key in the header, a Python dictionary: the text between the key and the end of
// its value, "'<f8'" or "(10, 3)".
std::string value_of(const std::string &header, const std::string &key)
{
  auto const found = header.find("'" + key + "':");
  if (found == std::string::npos) return {};
  auto const begin = header.find_first_not_of(' ', found + key.size() + 3);
  if (begin == std::string::npos) return {};
  auto const end = header[begin] == '(' ? header.find(')', begin) : header.find(',', begin);
  return end == std::string::npos ? std::string() : header.substr(begin, end - begin);
}

// Sizes of "(10, 3"; a product that does not fit `limit` is refused by the caller.
bool parse_shape(const std::string &text, std::size_t limit, NpyArray &array, std::size_t &count)
{
  if (text.empty() || text[0] != '(') return false;
  count = 1;
  for (std::size_t at = 1; at < text.size();) {
    if (text[at] == ' ' || text[at] == ',') {
      ++at;
      continue;
    }
    std::size_t size = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      if (size > limit) return false;
      size = 10 * size + static_cast<std::size_t>(text[at] - '0');
    }
    if (at < text.size() && text[at] != ',') return false;
    if (size != 0 && count > limit / size) return false;
    count *= size;
    array.shape.push_back(size);
  }
  return true;
}

template <class Number> double number_at(const char *bytes)
{
  Number number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return static_cast<double>(number);
}

// Where number k of an array in Fortran's order (the first index runs fastest, as NumPy writes
// transposed arrays) stands in C's order.
std::size_t from_first_fastest(std::size_t k, const std::vector<std::size_t> &shape)
{
  std::size_t place = 0;
  std::size_t stride = 1;
  for (std::size_t const size : shape) stride *= size;
  for (std::size_t const size : shape) {
    stride /= size;
    place += k % size * stride;
    k /= size;
  }
  return place;
}

}    // namespace

NpyArray read_npy(const std::string &path)
{
  auto const bytes = read_bytes(path);
  auto const fail = [&](const std::string &message) { throw InputError(path + ": " + message); };
  if (bytes.size() < 12 || bytes.compare(0, 6, "\x93NUMPY") != 0) fail("no .npy file");
  auto const byte = [&](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]));
  };
  bool const wide = byte(6) >= 2;    // the length of the header has 4 bytes from version 2 on
  std::size_t length = byte(8) | byte(9) << 8U;
  if (wide) length |= byte(10) << 16U | byte(11) << 24U;
  std::size_t const begin = wide ? 12 : 10;
  if (length > bytes.size() - begin) fail("the file is incomplete");
  auto const header = bytes.substr(begin, length);

  auto const kind = value_of(header, "descr");
  using Convert = double (*)(const char *);
  struct Kind {
    const char *name;
    std::size_t width;
    Convert convert;
  };
  static constexpr Kind KINDS[] = {{"'<f8'", 8, number_at<double>},
                                   {"'<f4'", 4, number_at<float>},
                                   {"'<i8'", 8, number_at<std::int64_t>},
                                   {"'<i4'", 4, number_at<std::int32_t>}};
  auto const *found =
      std::find_if(std::begin(KINDS), std::end(KINDS), [&](auto &k) { return kind == k.name; });
  if (found == std::end(KINDS))
    fail("holds " + kind + ", but must hold float64, float32, int64 or int32 numbers");
  auto const order = value_of(header, "fortran_order");
  if (order != "False" && order != "True") fail("does not say the order of its numbers");
  std::size_t const width = found->width;
  auto const room = (bytes.size() - begin - length) / width;
  NpyArray array;
  std::size_t count = 0;
  if (!parse_shape(value_of(header, "shape"), room, array, count) || count > room)
    fail("the file is incomplete");

  array.values.resize(count);
  const char *data = bytes.data() + begin + length;
  for (std::size_t k = 0; k < count; ++k) {
    std::size_t const to = order == "True" ? from_first_fastest(k, array.shape) : k;
    array.values[to] = found->convert(data + k * width);
  }
  return array;
}

}    // namespace lbs::deepsea
