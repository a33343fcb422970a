// SPDX-License-Identifier: GPL-2.0-only
#include "network/graph/bond_graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

using namespace lbs::network;

namespace {

BondGraph graph_of(int rows, int atoms, const double (*x)[3], const std::vector<Role> &role,
                   const BondCutoffs &cutoffs, BondRows which = BondRows::ALL)
{
  BondGraph graph;
  graph.neighbor.assign(7, 99);    // what an earlier call left
  BondSearch search;
  search.find(rows, atoms, x, role, cutoffs, which, graph);
  return graph;
}

BondGraph graph_of(const double (&x)[5][3], const std::vector<Role> &role,
                   const BondCutoffs &cutoffs)
{
  return graph_of(5, 5, x, role, cutoffs);
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
  auto const graph = graph_of(CHAIN, ROLES, {1.95, 2.15});
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
  auto const graph = graph_of(CHAIN, ROLES, {1.3, 2.15});
  EXPECT_EQ(graph.degree(0), 0);
  EXPECT_EQ(graph.degree(1), 1);
  auto const none = graph_of(CHAIN, ROLES, {0.0, 0.0});
  EXPECT_TRUE(none.neighbor.empty());
}

TEST(BondGraph, FormersBondDirectlyOnDemandOnly)
{
  // boron and silicon 3 A apart, two oxygens 3.2 A
  BondCutoffs cutoffs{1.95, 2.15};
  auto &direct = cutoffs.direct[BondCutoffs::pair(Role::SILICON, Role::BORON)];
  direct = 2.9;
  auto const without = graph_of(CHAIN, ROLES, cutoffs);
  EXPECT_EQ(without.neighbor, graph_of(CHAIN, ROLES, {1.95, 2.15}).neighbor);
  direct = 3.3;
  EXPECT_EQ(cutoffs.longest(), 3.3);
  auto const graph = graph_of(CHAIN, ROLES, cutoffs);
  EXPECT_EQ(graph.degree(0), 2);
  EXPECT_EQ(graph.degree(2), 3);
  EXPECT_EQ(graph.coordination(0, ROLES), 1);
  EXPECT_EQ(graph.coordination(2, ROLES), 2);
  EXPECT_EQ(graph.coordination(3, ROLES), 1);
  EXPECT_EQ(graph.degree(1), 2) << "the oxygens are not bonded";
  cutoffs.direct = {9.0, 0.0, 9.0};
  EXPECT_EQ(graph_of(CHAIN, ROLES, cutoffs).neighbor, without.neighbor)
      << "there is one boron and one silicon only";
}

TEST(BondGraph, GhostsAreNeighborsButNoRows)
{
  auto const graph = graph_of(2, 5, CHAIN, ROLES, {1.95, 2.15});
  EXPECT_EQ(graph.rows(), 2U);
  EXPECT_EQ(graph.degree(1), 2);
  EXPECT_EQ(graph.neighbor.back(), 2);
}

TEST(BondGraph, NoAtoms)
{
  EXPECT_EQ(graph_of(0, 0, nullptr, {}, {1.95, 2.15}).rows(), 0U);
  EXPECT_EQ(graph_of(2, 2, CHAIN, {Role::OTHER, Role::OTHER}, {1.95, 2.15}).rows(), 2U);
}

// An atom is not bonded to itself, however long the cutoff, but to another one on the same spot.
TEST(BondGraph, AtomsOnOneSpot)
{
  const double x[][3] = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}};
  BondCutoffs cutoffs{1.95, 2.15};
  cutoffs.direct[0] = 1.9;
  auto const graph = graph_of(3, 3, x, {Role::BORON, Role::BORON, Role::OXYGEN}, cutoffs);
  EXPECT_EQ(graph.degree(0), 2);
  EXPECT_EQ(graph.degree(1), 2);
  EXPECT_EQ(graph.degree(2), 2);
}

TEST(BondGraph, AtomsThatAreNowhereHaveNoBonds)
{
  double x[5][3];
  std::copy(&CHAIN[0][0], &CHAIN[0][0] + 15, &x[0][0]);
  for (double const lost : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    x[1][1] = lost;
    auto const graph = graph_of(x, ROLES, {1.95, 2.15});
    EXPECT_EQ(graph.degree(0), 0);
    EXPECT_EQ(graph.degree(1), 0);
    EXPECT_EQ(graph.degree(2), 1) << "the other oxygen is there";
  }
}

namespace {

// Bonds by trying every pair, sorted in each row.
std::vector<std::vector<int>> all_pairs(int rows, const std::vector<std::array<double, 3>> &x,
                                        const std::vector<Role> &role, const BondCutoffs &cutoffs)
{
  std::vector<std::vector<int>> out(rows);
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < static_cast<int>(x.size()); ++j) {
      double cut = 0.0;
      if (is_former(role[i]) && is_former(role[j]))
        cut = cutoffs.direct[BondCutoffs::pair(role[i], role[j])];
      else if (is_former(role[i]) && role[j] == Role::OXYGEN) cut = cutoffs.of(role[i]);
      else if (is_former(role[j]) && role[i] == Role::OXYGEN) cut = cutoffs.of(role[j]);
      double const d = std::hypot(x[i][0] - x[j][0], x[i][1] - x[j][1], x[i][2] - x[j][2]);
      if (i != j && d < cut) out[i].push_back(j);
    }
  return out;
}

}    // namespace

// Dense, flat and sparse boxes; the sparse ones have fewer cells than their volume would need.
TEST(BondGraph, CellsFindWhatAllPairsHave)
{
  std::mt19937 random(17);
  std::size_t bonds = 0;
  for (int trial = 0; trial < 300; ++trial) {
    int const atoms = 1 + static_cast<int>(random() % 200);
    int const rows = 1 + static_cast<int>(random() % atoms);
    double const edge[3] = {trial % 7 == 0 ? 4000.0 : 15.0, trial % 3 == 0 ? 1.0 : 15.0, 12.0};
    std::vector<std::array<double, 3>> x(atoms);
    std::vector<Role> role(atoms);
    for (int i = 0; i < atoms; ++i) {
      for (int k = 0; k < 3; ++k)
        x[i][k] = std::uniform_real_distribution<>(-0.5 * edge[k], edge[k])(random);
      role[i] = static_cast<Role>(random() % 4);
    }
    BondCutoffs cutoffs{1.95, 2.15};
    if (trial % 2 == 0) cutoffs.direct = {1.9, 2.2, 3.5};
    auto const expected = all_pairs(rows, x, role, cutoffs);
    for (auto const which : {BondRows::ALL, BondRows::FORMERS}) {
      auto const graph = graph_of(rows, atoms, reinterpret_cast<const double(*)[3]>(x.data()), role,
                                  cutoffs, which);
      for (int i = 0; i < rows; ++i) {
        std::vector<int> row(graph.neighbor.begin() + graph.start[i],
                             graph.neighbor.begin() + graph.start[i + 1]);
        std::sort(row.begin(), row.end());
        bool const wanted = which == BondRows::ALL || is_former(role[i]);
        ASSERT_EQ(row, wanted ? expected[i] : std::vector<int>()) << "trial " << trial;
        bonds += row.size();
      }
    }
  }
  EXPECT_GT(bonds, 5000U);
}
