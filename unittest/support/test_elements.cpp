#include "support/elements.hpp"

#include <gtest/gtest.h>

TEST(Elements, KnowsSymbolsInTheirCapitals)
{
  for (const char *yes : {"H", "Li", "B", "O", "Si", "Na", "U"})
    EXPECT_TRUE(lbs::is_element_symbol(yes)) << yes;
  for (const char *no : {"", "si", "SI", "Xx", "types", "cutof"})
    EXPECT_FALSE(lbs::is_element_symbol(no)) << no;
}
