// SPDX-License-Identifier: GPL-2.0-only
#include "network/graph/coordination.hpp"

#include <gtest/gtest.h>

#include <numeric>

using namespace lbs::network;

namespace {

// A graph that has the given degrees and no meaningful neighbors.
BondGraph with_degrees(const std::vector<int> &degrees)
{
  BondGraph graph;
  graph.start.push_back(0);
  for (int const d : degrees) graph.start.push_back(graph.start.back() + d);
  graph.neighbor.assign(graph.start.back(), 0);
  return graph;
}

const std::vector<Role> ROLES = {Role::BORON,   Role::BORON,  Role::BORON,  Role::SILICON,
                                 Role::SILICON, Role::OXYGEN, Role::OXYGEN, Role::OXYGEN,
                                 Role::OXYGEN,  Role::OTHER};
const std::vector<int> DEGREES = {3, 4, 4, 4, 5, 0, 1, 2, 3, 7};

}    // namespace

TEST(Coordination, CountsByRole)
{
  auto const census =
      count_coordination(with_degrees(DEGREES), ROLES, std::vector<char>(ROLES.size(), 1));
  EXPECT_EQ(census.boron[3], 1);
  EXPECT_EQ(census.boron[4], 2);
  EXPECT_EQ(census.silicon[4], 1);
  EXPECT_EQ(census.silicon[5], 1);
  for (int n = 0; n < 4; ++n) EXPECT_EQ(census.oxygen[n], 1);
  auto const total = std::accumulate(census.oxygen.begin(), census.oxygen.end(), 0L);
  EXPECT_EQ(total, 4) << "lithium is in no histogram";
}

TEST(Coordination, CountsOnlyTheGroup)
{
  std::vector<char> counted(ROLES.size(), 0);
  counted[1] = 1;
  auto const census = count_coordination(with_degrees(DEGREES), ROLES, counted);
  EXPECT_EQ(census.boron[4], 1);
  EXPECT_EQ(census.boron[3], 0);
  EXPECT_EQ(census.oxygen[2], 0);
}

TEST(Coordination, ManyBondsShareTheLastBin)
{
  auto const census = count_coordination(with_degrees({12}), {Role::SILICON}, {1});
  EXPECT_EQ(census.silicon[Census::MAX_BONDS], 1);
}

TEST(Coordination, ValuesInTheDocumentedOrder)
{
  Census census;
  census.boron = {1, 2, 3, 4, 5, 6, 7, 8};
  census.silicon = {10, 20, 30, 40, 50, 60, 70, 80};
  census.oxygen = {100, 200, 300, 400, 500, 600, 700, 800};
  auto const v = census_values(census);
  std::array<double, CENSUS_VALUES> const expected = {3,
                                                      4,
                                                      5,
                                                      6,
                                                      5.0 / 36.0,
                                                      50,
                                                      60,
                                                      70,
                                                      200,
                                                      300,
                                                      400,
                                                      100,
                                                      1 + 2 + 7 + 8,
                                                      10 + 20 + 30 + 40 + 80,
                                                      500 + 600 + 700 + 800};
  for (int k = 0; k < CENSUS_VALUES; ++k) EXPECT_DOUBLE_EQ(v[k], expected[k]) << k;
}

TEST(Coordination, NoBoronGivesZeroFraction)
{
  EXPECT_EQ(census_values(Census{})[FRACTION_4B], 0.0);
}
