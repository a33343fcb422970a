// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/file/model_bytes.hpp"

#include "expect_error.hpp"

using namespace lbs::deepsea;
using lbs::test::expect_error;

namespace {

// A zip archive with one stored file "a/data.pkl" of the text "hello".
std::string small_archive()
{
  auto const bytes = [](std::initializer_list<int> values) {
    std::string out;
    for (int const value : values) out += static_cast<char>(value);
    return out;
  };
  std::string const name = "a/data.pkl";
  std::string const data = "hello";
  auto const sizes = bytes({0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0, 5, 0, 0, 0, 10, 0, 0, 0});
  auto const local = "PK\3\4" + bytes({20, 0, 0, 0, 0, 0, 0, 0, 0, 0}) + sizes + name + data;
  auto const entry = "PK\1\2" + bytes({20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0}) + sizes +
                     std::string(14, '\0') + name;
  auto const end = "PK\5\6" + std::string(4, '\0') +
                   bytes({1, 0, 1, 0, static_cast<int>(entry.size()), 0, 0, 0,
                          static_cast<int>(local.size()), 0, 0, 0, 0, 0});
  return local + entry + end;
}

}    // namespace

TEST(ModelBytes, ArchiveOfTheTestIsOne)
{
  EXPECT_NO_THROW(check_archive(small_archive(), "a.zip"));
}

TEST(ModelBytes, EveryChangedByteOfTheDataIsFound)
{
  auto const archive = small_archive();
  auto const data = archive.find("hello");
  for (std::size_t k = 0; k < 5; ++k) {
    auto damaged = archive;
    damaged[data + k] ^= 1;
    expect_error([&] { check_archive(damaged, "a.zip"); }, "a.zip: the file is damaged");
  }
}

TEST(ModelBytes, ShortenedArchivesAreFound)
{
  auto const archive = small_archive();
  for (std::size_t size = 0; size < archive.size(); ++size)
    expect_error([&] { check_archive(archive.substr(0, size), "a.zip"); }, "damaged or incomplete");
}

TEST(ModelBytes, SizesBeyondTheFileAreFound)
{
  auto archive = small_archive();
  auto const entry = archive.find("PK\1\2");
  for (std::size_t const field : {20, 24, 42}) {    // stored size, size, place
    auto hostile = archive;
    hostile[entry + field + 3] = 0x7f;
    expect_error([&] { check_archive(hostile, "a.zip"); }, "damaged or incomplete");
  }
}

// What an archive tells twice, and a file that is called a folder, which libtorch would not read.
TEST(ModelBytes, ContradictionsAreFound)
{
  auto const archive = small_archive();
  auto const entry = archive.find("PK\1\2");
  auto const end = archive.find("PK\5\6");
  for (std::size_t const place : {entry + 46, entry + 55, std::size_t(30), entry + 38, end + 12}) {
    auto damaged = archive;
    damaged[place] ^= 0x10;
    expect_error([&] { check_archive(damaged, "a.zip"); }, "damaged or incomplete");
  }
  auto renamed = archive;    // in both places: another archive, but a sound one
  renamed[30] = renamed[entry + 46] = 'b';
  EXPECT_NO_THROW(check_archive(renamed, "a.zip"));
}

// A second record of the end, as libtorch writes it.
TEST(ModelBytes, TheLongEndMustAgree)
{
  auto const archive = small_archive();
  auto const number = [](std::size_t value, int width) {
    std::string out;
    for (int k = 0; k < width; ++k) out += static_cast<char>(value >> 8 * k & 255);
    return out;
  };
  auto const begin = archive.find("PK\1\2");
  auto const end = archive.find("PK\5\6");
  auto const long_end = "PK\6\6" + number(44, 8) + number(0x2d031e, 4) + number(0, 8) +
                        number(1, 8) + number(1, 8) + number(end - begin, 8) + number(begin, 8);
  auto const locator = "PK\6\7" + number(0, 4) + number(end, 8) + number(1, 4);
  auto const whole = archive.substr(0, end) + long_end + locator + archive.substr(end);
  ASSERT_EQ(long_end.size(), 56U);
  EXPECT_NO_THROW(check_archive(whole, "a.zip"));
  for (std::size_t const place : {end, end + 24, end + 32, end + 40, end + 48, end + 56 + 8}) {
    auto damaged = whole;
    damaged[place] ^= 2;
    expect_error([&] { check_archive(damaged, "a.zip"); }, "damaged or incomplete");
  }
}

TEST(ModelBytes, SealCoversEveryByte)
{
  auto const sealed = seal(small_archive());
  EXPECT_EQ(kind_of(sealed), FileKind::MODEL);
  EXPECT_NO_THROW(check_archive(sealed, "a.pt"));
  for (std::size_t k = 0; k < sealed.size(); ++k) {
    auto damaged = sealed;
    damaged[k] ^= 4;
    EXPECT_NE(kind_of(damaged), FileKind::MODEL) << k;
  }
}

TEST(ModelBytes, OnlyPlainArchivesCanBeSealed)
{
  expect_error([] { seal("no archive"); }, "an archive of an unknown kind");
  expect_error([] { seal(seal(small_archive())); }, "an archive of an unknown kind");
}

TEST(ModelBytes, KindIsToldByContent)
{
  EXPECT_EQ(kind_of(""), FileKind::OTHER);
  EXPECT_EQ(kind_of("ITEM: TIMESTEP"), FileKind::OTHER);
  EXPECT_EQ(kind_of("\x89HDF\r\n\x1a\n..."), FileKind::DEEPMD_DP);
  EXPECT_EQ(kind_of("\n=\n\x07t_coord ... descrpt_attr/rcut"), FileKind::DEEPMD_PB);
  // The end of a zip archive; without it, one that was cut off, of which nobody can tell more.
  auto const end = "PK\5\6" + std::string(18, '\0');
  EXPECT_EQ(kind_of("PK\3\4 m/code/__torch__/deepmd/pt/x.py" + end), FileKind::DEEPMD_PTH);
  EXPECT_EQ(kind_of("PK\3\4 m/code/__torch__/x.py" + end), FileKind::TORCHSCRIPT);
  EXPECT_EQ(kind_of("PK\3\4 m/code/__torch__/lbs/deepsea.py" + end), FileKind::DAMAGED_MODEL);
  EXPECT_EQ(kind_of("PK\3\4 m/code/__torch__/x.py"), FileKind::DAMAGED_MODEL);
  EXPECT_EQ(kind_of(small_archive()), FileKind::PYTORCH_CHECKPOINT);
}
