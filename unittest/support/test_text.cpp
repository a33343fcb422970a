// SPDX-License-Identifier: GPL-2.0-only
#include "support/text.hpp"

#include "expect_error.hpp"

using lbs::test::expect_error;
namespace text = lbs::text;

TEST(Text, WordsDropCommentsAndBlanks)
{
  EXPECT_EQ(text::words("  pair O  O # oxygen"), (std::vector<std::string>{"pair", "O", "O"}));
  EXPECT_TRUE(text::words("# only a comment").empty());
}

TEST(Text, NumbersMustBeWholeAndFinite)
{
  EXPECT_DOUBLE_EQ(text::to_double("-1.5e-3", "x"), -1.5e-3);
  EXPECT_DOUBLE_EQ(text::to_double("+2", "x"), 2.0);
  for (const char *bad : {"", "1.0x", "nan", "inf", "-inf", "1,5", "1e999", "0x10"})
    expect_error([bad] { text::to_double(bad, "rho"); }, "rho must be a finite number");
}

TEST(Text, IntegersMustBeWhole)
{
  EXPECT_EQ(text::to_int("24", "power"), 24);
  for (const char *bad : {"", "2.0", "12a", "99999999999"})
    expect_error([bad] { text::to_int(bad, "power"); }, "power must be an integer");
}

TEST(Text, NumberFormat)
{
  EXPECT_EQ(text::number(0.4), "0.4");
  EXPECT_EQ(text::number(13702.905), "13702.905");
  EXPECT_EQ(text::number(1.0 / 3.0, 4), "0.3333");
}
