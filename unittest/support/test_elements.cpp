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

TEST(Elements, HasMasses)
{
  EXPECT_EQ(lbs::atomic_mass("H"), 1.008);
  EXPECT_EQ(lbs::atomic_mass("Si"), 28.085);
  EXPECT_EQ(lbs::atomic_mass("Te"), 127.60);    // heavier than the element behind it
  EXPECT_EQ(lbs::atomic_mass("U"), 238.03);
  EXPECT_EQ(lbs::atomic_mass("Lr"), 262.0);    // the last one of the table
  EXPECT_EQ(lbs::atomic_mass("Xx"), 0.0);
}

TEST(Elements, AreFoundByTheirMass)
{
  EXPECT_EQ(lbs::element_of_mass(6.015), "Li");    // isotopes
  EXPECT_EQ(lbs::element_of_mass(10.013), "B");
  EXPECT_EQ(lbs::element_of_mass(28.0855), "Si");
  EXPECT_EQ(lbs::element_of_mass(126.9), "I");
  EXPECT_EQ(lbs::element_of_mass(0.5), "H");
  EXPECT_EQ(lbs::element_of_mass(1000.0), "Lr");
}
