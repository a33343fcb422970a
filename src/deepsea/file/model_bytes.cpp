// SPDX-License-Identifier: GPL-2.0-only
#include "model_bytes.hpp"

#include "support/input_error.hpp"
#include "support/sha256.hpp"

#include <zlib.h>

#include <cstdint>
#include <cstring>

namespace lbs::deepsea {

namespace {

constexpr const char *SEAL = "lbs deepsea sha256 ";
constexpr std::size_t DIGITS = 64;

bool holds(const std::string &bytes, const char *text)
{
  return bytes.find(text) != std::string::npos;
}

std::size_t seal_size()
{
  return std::strlen(SEAL) + DIGITS;
}

std::string digest(const std::string &bytes, std::size_t count)
{
  Sha256 sha;
  sha.add(bytes.data(), count);
  return sha.digits();
}

// Whether the first `count` bytes of a seal are at its place.
bool seal_begins(const std::string &bytes, std::size_t count)
{
  return bytes.size() >= seal_size() &&
         bytes.compare(bytes.size() - seal_size(), count, SEAL, count) == 0;
}

bool is_sealed(const std::string &bytes)
{
  return seal_begins(bytes, std::strlen(SEAL)) &&
         bytes.compare(bytes.size() - DIGITS, DIGITS, digest(bytes, bytes.size() - seal_size())) ==
             0;
}

// Little-endian integers of a zip archive, by position; the caller has checked the bounds.
std::uint64_t integer(const std::string &bytes, std::size_t at, int width)
{
  std::uint64_t value = 0;
  for (int k = width; k-- > 0;)
    value = value << 8U | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(k)]);
  return value;
}

constexpr std::uint64_t END_OF_DIRECTORY = 0x06054b50;
constexpr std::uint64_t DIRECTORY_ENTRY = 0x02014b50;
constexpr std::uint64_t LOCAL_HEADER = 0x04034b50;
constexpr std::size_t END_SIZE = 22;
constexpr std::size_t ENTRY_SIZE = 46;
constexpr std::size_t LOCAL_SIZE = 30;
constexpr std::uint64_t LOCATOR = 0x07064b50;    // of the second end record, with longer integers
constexpr std::size_t LOCATOR_SIZE = 20;
constexpr std::uint64_t LONG_END = 0x06064b50;
constexpr std::size_t LONG_END_SIZE = 56;
constexpr std::uint64_t IS_FOLDER = 0x10;    // an attribute of DOS

// Where the record that ends a zip archive begins, which a comment may follow.
std::size_t end_of_directory(const std::string &bytes)
{
  constexpr std::size_t MAX_COMMENT = 65535;
  if (bytes.size() < END_SIZE) return std::string::npos;
  auto const last = bytes.size() - END_SIZE;
  for (std::size_t back = 0; back <= std::min(last, MAX_COMMENT); ++back) {
    auto const at = last - back;
    if (integer(bytes, at, 4) == END_OF_DIRECTORY && integer(bytes, at + 20, 2) == back) return at;
  }
  return std::string::npos;
}

// Walks through the directory of an archive and compares every file in it with its checksum, and
// whatever an archive tells twice. For libtorch takes some of it from one place and some from the
// other: a file that is called a folder by mistake, for instance, it leaves in memory as it was.
class ArchiveCheck {
 public:
  ArchiveCheck(const std::string &bytes, const std::string &where) : bytes_(bytes), where_(where) {}

  void run() const
  {
    auto const end = end_of_directory(bytes_);
    if (end == std::string::npos) fail();
    auto const count = integer(bytes_, end + 10, 2);
    auto const begin = integer(bytes_, end + 16, 4);
    // 0xffff and 0xffffffff refer to a zip64 record, which files below 4 GiB do not need.
    if (count == 0xffff || begin > end) fail();
    check_long_end(end, count, begin);
    std::size_t at = begin;
    for (std::uint64_t k = 0; k < count; ++k) at = check_entry(at, end);
    if (at != begin + integer(bytes_, end + 12, 4)) fail();
  }

 private:
  const std::string &bytes_;
  const std::string &where_;

  [[noreturn]] void fail() const
  {
    throw InputError(where_ + ": the file is damaged or incomplete; copy it again");
  }

  // A second record of the end, where there is one, must tell the same: it is what libtorch reads.
  void check_long_end(std::size_t end, std::uint64_t count, std::uint64_t begin) const
  {
    if (end < LOCATOR_SIZE + LONG_END_SIZE) return;
    auto const locator = end - LOCATOR_SIZE;
    if (integer(bytes_, locator, 4) != LOCATOR) return;
    auto const at = integer(bytes_, locator + 8, 8);
    if (at != locator - LONG_END_SIZE || integer(bytes_, at, 4) != LONG_END) fail();
    if (integer(bytes_, at + 24, 8) != count || integer(bytes_, at + 32, 8) != count ||
        integer(bytes_, at + 40, 8) != integer(bytes_, end + 12, 4) ||
        integer(bytes_, at + 48, 8) != begin)
      fail();
  }

  [[nodiscard]] std::size_t check_entry(std::size_t at, std::size_t end) const
  {
    if (at + ENTRY_SIZE > end || integer(bytes_, at, 4) != DIRECTORY_ENTRY) fail();
    auto const method = integer(bytes_, at + 10, 2);
    auto const checksum = integer(bytes_, at + 16, 4);
    auto const stored = integer(bytes_, at + 20, 4);
    auto const size = integer(bytes_, at + 24, 4);
    auto const local = integer(bytes_, at + 42, 4);
    auto const next = at + ENTRY_SIZE + integer(bytes_, at + 28, 2) + integer(bytes_, at + 30, 2) +
                      integer(bytes_, at + 32, 2);
    if (method == 0 && stored != size) fail();
    if ((integer(bytes_, at + 38, 4) & IS_FOLDER) != 0 && size > 0) fail();
    if (local + LOCAL_SIZE > end || integer(bytes_, local, 4) != LOCAL_HEADER || next > end) fail();
    auto const name = integer(bytes_, at + 28, 2);
    auto const data =
        local + LOCAL_SIZE + integer(bytes_, local + 26, 2) + integer(bytes_, local + 28, 2);
    if (integer(bytes_, local + 26, 2) != name || local + LOCAL_SIZE + name > end ||
        bytes_.compare(local + LOCAL_SIZE, name, bytes_, at + ENTRY_SIZE, name) != 0)
      fail();
    if (data > end || stored > end - data) fail();
    if (inflated_checksum(method, data, stored, size) != checksum) fail();
    return next;
  }

  [[nodiscard]] std::uint64_t inflated_checksum(std::uint64_t method, std::size_t data,
                                                std::size_t stored, std::size_t size) const
  {
    auto const *bytes = reinterpret_cast<const Bytef *>(bytes_.data() + data);
    if (method == 0) return crc32_z(0, bytes, stored);
    constexpr std::size_t MAX_CODE = std::size_t(1) << 26U;    // only code is ever compressed
    if (method != Z_DEFLATED || size > MAX_CODE) fail();
    std::string plain(size, '\0');
    z_stream stream{};
    stream.next_in = const_cast<Bytef *>(bytes);
    stream.avail_in = static_cast<uInt>(stored);
    stream.next_out = reinterpret_cast<Bytef *>(plain.data());
    stream.avail_out = static_cast<uInt>(size);
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) fail();
    int const status = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (status != Z_STREAM_END || stream.total_out != size) fail();
    return crc32_z(0, reinterpret_cast<const Bytef *>(plain.data()), size);
  }
};

}    // namespace

FileKind kind_of(const std::string &bytes)
{
  if (is_sealed(bytes)) return FileKind::MODEL;
  constexpr std::size_t NAME = 8;    // the rest of the seal may be what is damaged
  if (seal_begins(bytes, NAME) || holds(bytes, "code/__torch__/lbs/deepsea"))
    return FileKind::DAMAGED_MODEL;
  if (bytes.rfind("\x89HDF\r\n\x1a\n", 0) == 0) return FileKind::DEEPMD_DP;
  if (bytes.rfind("PK\x03\x04", 0) == 0) {
    if (end_of_directory(bytes) == std::string::npos) return FileKind::DAMAGED_MODEL;
    if (holds(bytes, "code/__torch__/deepmd/")) return FileKind::DEEPMD_PTH;
    if (holds(bytes, "/code/")) return FileKind::TORCHSCRIPT;
    if (holds(bytes, "/data.pkl")) return FileKind::PYTORCH_CHECKPOINT;
  }
  if (holds(bytes, "descrpt_attr/") || holds(bytes, "model_attr/")) return FileKind::DEEPMD_PB;
  return FileKind::OTHER;
}

std::string seal(const std::string &archive)
{
  auto const end = end_of_directory(archive);
  if (end == std::string::npos || end + END_SIZE != archive.size())
    throw InputError("libtorch wrote an archive of an unknown kind");
  auto sealed = archive;
  sealed[end + 20] = static_cast<char>(seal_size());    // the length of the comment, 2 bytes
  sealed[end + 21] = 0;
  return sealed + SEAL + digest(sealed, sealed.size());
}

void check_archive(const std::string &bytes, const std::string &where)
{
  ArchiveCheck(bytes, where).run();
}

}    // namespace lbs::deepsea
