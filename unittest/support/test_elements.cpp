// SPDX-License-Identifier: GPL-2.0-only
#include "support/elements.hpp"

#include <gtest/gtest.h>

TEST(Elements, KnowsSymbolsInTheirCapitals)
{
  for (const char *yes : {"H", "Li", "B", "O", "Si", "Na", "U"})
    EXPECT_TRUE(lbs::is_element_symbol(yes)) << yes;
  for (const char *no : {"", "si", "SI", "Xx", "types", "cutof"})
    EXPECT_FALSE(lbs::is_element_symbol(no)) << no;
}

TEST(Elements, HasCovalentRadii)
{
  EXPECT_EQ(lbs::covalent_radius("H"), 0.31);
  EXPECT_EQ(lbs::covalent_radius("Si"), 1.11);
  EXPECT_EQ(lbs::covalent_radius("Cm"), 1.69);    // the last one of the table
  for (const char *none : {"Bk", "Lr", "Xx"}) EXPECT_EQ(lbs::covalent_radius(none), 0.0) << none;
}
