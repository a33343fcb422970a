// SPDX-License-Identifier: GPL-2.0-only
#include "network/graph/bond_graph.hpp"

#include <gtest/gtest.h>

using namespace lbs::network;

namespace {

// All atoms are neighbors of each other; the mask must strip the two bond bits of an entry.
struct EveryPair {
  std::vector<std::vector<int>> lists;
  std::vector<const int *> first;
  std::vector<int> ilist, numneigh;

  EveryPair(int rows, int all)
  {
    for (int i = rows - 1; i >= 0; --i) ilist.push_back(i);    // any order is allowed
    lists.resize(rows);
    for (int i = 0; i < rows; ++i) {
      for (int j = 0; j < all; ++j)
        if (i != j) lists[i].push_back(j | 1 << 30);
      numneigh.push_back(static_cast<int>(lists[i].size()));
    }
    for (const auto &l : lists) first.push_back(l.data());
  }
  [[nodiscard]] lbs::FullNeighborList list() const
  {
    return {static_cast<int>(ilist.size()), ilist.data(), numneigh.data(), first.data(),
            0x1FFFFFFF};
  }
};

BondGraph graph_of(int rows, const double (*x)[3], const std::vector<Role> &role,
                   const lbs::FullNeighborList &list, const BondCutoffs &cutoffs)
{
  BondGraph graph;
  graph.neighbor.assign(7, 99);    // what an earlier call left
  build_bond_graph(rows, x, role, list, cutoffs, BondRows::ALL, graph);
  return graph;
}

// B-O-Si-O chain 1.4, 1.6 and 1.6 A apart with a lithium beside the first oxygen.
const double CHAIN[][3] = {{0, 0, 0}, {1.4, 0, 0}, {3.0, 0, 0}, {4.6, 0, 0}, {1.4, 1.9, 0}};
const std::vector<Role> ROLES = {Role::BORON, Role::OXYGEN, Role::SILICON, Role::OXYGEN,
                                 Role::OTHER};

}    // namespace

TEST(BondGraph, Roles)
{
  EXPECT_EQ(role_of("B"), Role::BORON);
  EXPECT_EQ(role_of("Si"), Role::SILICON);
  EXPECT_EQ(role_of("O"), Role::OXYGEN);
  EXPECT_EQ(role_of("Li"), Role::OTHER);
  EXPECT_TRUE(is_former(Role::BORON));
  EXPECT_FALSE(is_former(Role::OXYGEN));
}

TEST(BondGraph, BondsOnlyFormersAndOxygenWithinTheirCutoffs)
{
  EveryPair const pairs(5, 5);
  auto const graph = graph_of(5, CHAIN, ROLES, pairs.list(), {1.95, 2.15});
  ASSERT_EQ(graph.rows(), 5U);
  EXPECT_EQ(graph.degree(0), 1);
  EXPECT_EQ(graph.degree(1), 2);
  EXPECT_EQ(graph.degree(2), 2);
  EXPECT_EQ(graph.degree(3), 1);
  EXPECT_EQ(graph.degree(4), 0) << "lithium takes no part";
  EXPECT_EQ(graph.neighbor[graph.start[0]], 1);
}

TEST(BondGraph, CutoffsAreOfThePair)
{
  EveryPair const pairs(5, 5);
  auto const graph = graph_of(5, CHAIN, ROLES, pairs.list(), {1.3, 2.15});
  EXPECT_EQ(graph.degree(0), 0);
  EXPECT_EQ(graph.degree(1), 1);
  auto const none = graph_of(5, CHAIN, ROLES, pairs.list(), {0.0, 0.0});
  EXPECT_TRUE(none.neighbor.empty());
}

TEST(BondGraph, FormersBondDirectlyOnDemandOnly)
{
  // boron and silicon 3 A apart, two oxygens 3.2 A
  EveryPair const pairs(5, 5);
  BondCutoffs cutoffs{1.95, 2.15};
  auto &direct = cutoffs.direct[BondCutoffs::pair(Role::SILICON, Role::BORON)];
  direct = 2.9;
  auto const without = graph_of(5, CHAIN, ROLES, pairs.list(), cutoffs);
  EXPECT_EQ(without.neighbor, graph_of(5, CHAIN, ROLES, pairs.list(), {1.95, 2.15}).neighbor);
  direct = 3.3;
  EXPECT_EQ(cutoffs.longest(), 3.3);
  auto const graph = graph_of(5, CHAIN, ROLES, pairs.list(), cutoffs);
  EXPECT_EQ(graph.degree(0), 2);
  EXPECT_EQ(graph.degree(2), 3);
  EXPECT_EQ(graph.coordination(0, ROLES), 1);
  EXPECT_EQ(graph.coordination(2, ROLES), 2);
  EXPECT_EQ(graph.coordination(3, ROLES), 1);
  EXPECT_EQ(graph.degree(1), 2) << "the oxygens are not bonded";
  cutoffs.direct = {9.0, 0.0, 9.0};
  EXPECT_EQ(graph_of(5, CHAIN, ROLES, pairs.list(), cutoffs).neighbor, without.neighbor)
      << "there is one boron and one silicon only";
}

TEST(BondGraph, GhostsAreNeighborsButNoRows)
{
  EveryPair const pairs(2, 5);
  auto const graph = graph_of(2, CHAIN, ROLES, pairs.list(), {1.95, 2.15});
  EXPECT_EQ(graph.rows(), 2U);
  EXPECT_EQ(graph.degree(1), 2);
  EXPECT_EQ(graph.neighbor.back(), 2);
}

TEST(BondGraph, AtomsMissingFromTheListHaveEmptyRows)
{
  EveryPair pairs(5, 5);
  pairs.ilist = {1};
  auto const graph = graph_of(5, CHAIN, ROLES, pairs.list(), {1.95, 2.15});
  EXPECT_EQ(graph.rows(), 5U);
  EXPECT_EQ(graph.neighbor.size(), 2U);
}

TEST(BondGraph, NoAtoms)
{
  auto const graph = graph_of(0, nullptr, {}, {}, {1.95, 2.15});
  EXPECT_EQ(graph.rows(), 0U);
}
