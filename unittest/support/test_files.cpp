// SPDX-License-Identifier: GPL-2.0-only
#include "support/files.hpp"

#include "expect_error.hpp"
#include "scratch_folder.hpp"

using lbs::read_bytes;
using lbs::test::expect_error;
using lbs::test::ScratchFolder;

TEST(Files, FilesThatCannotBeReadAreNamed)
{
  ScratchFolder const folder;
  expect_error([&] { read_bytes(folder.file("no.pt")); }, "no.pt: No such file or directory");
  expect_error([&] { read_bytes(folder.file("")); }, "is not a file");
  expect_error([&] { read_bytes(folder.write("none.pt", "")); }, "none.pt is empty; copy or conv");
  EXPECT_EQ(read_bytes(folder.write("a", std::string("1\0002", 3))), std::string("1\0002", 3));
}
