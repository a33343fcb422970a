// SPDX-License-Identifier: GPL-2.0-only
#include "network/graph/qn_units.hpp"

#include <gtest/gtest.h>

using namespace lbs::network;

namespace {

// Si0 with the oxygens 2, 3, 4 and 5; B1 with 5, 6 and 7. Oxygen 5 is shared; 7 is an image whose
// formers are on another rank.
const std::vector<Role> ROLES = {Role::SILICON, Role::BORON,  Role::OXYGEN, Role::OXYGEN,
                                 Role::OXYGEN,  Role::OXYGEN, Role::OXYGEN, Role::OXYGEN};
const std::vector<double> FORMERS = {0, 0, 1, 1, 1, 2, 1, 3};

BondGraph graph()
{
  return {{0, 4, 7, 8, 9, 10, 12, 13}, {2, 3, 4, 5, 5, 6, 7, 0, 0, 0, 0, 1, 1}};
}

}    // namespace

TEST(QnUnits, OxygensOfTwoFormersBridge)
{
  EXPECT_EQ(bridging_oxygens(graph(), ROLES, FORMERS), (std::vector<int>{1, 2, 0, 0, 0, 0, 0}));
}

TEST(QnUnits, ValuesInTheDocumentedOrder)
{
  auto const bridging = bridging_oxygens(graph(), ROLES, FORMERS);
  auto const all = qn_values(count_qn(graph(), ROLES, std::vector<char>(7, 1), bridging));
  EXPECT_EQ(all, (std::vector<std::int64_t>{0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}));
  ASSERT_EQ(all.size(), QN_VALUES);
  std::vector<char> boron(7, 0);
  boron[1] = 1;
  auto const one = qn_values(count_qn(graph(), ROLES, boron, bridging));
  EXPECT_EQ(one[1], 0);
  EXPECT_EQ(one[8], 1);
}

TEST(QnUnits, OtherCoordinationsAreCountedApart)
{
  BondGraph const two = {{0, 2, 7}, {2, 3, 2, 3, 4, 5, 6}};
  auto const values = qn_values(count_qn(two, ROLES, {1, 1}, {2, 2}));
  EXPECT_EQ(values[5], 1);
  EXPECT_EQ(values[15], 1);
}
