// SPDX-License-Identifier: GPL-2.0-only
#include "ring_graphs.hpp"

#include "network/rings/ring_ball.hpp"

#include <gtest/gtest.h>

#include <numeric>

using namespace lbs::network;
using namespace lbs::test;

namespace {

std::vector<std::int64_t> keys(const PeriodicGraph &graph)
{
  std::vector<std::int64_t> key(graph.atoms());
  std::iota(key.begin(), key.end(), 1);
  return key;
}

// Formers 0 to 5 in a hexagon; oxygens 6 to 11, the first between 0 and 1.
PeriodicGraph hexagon()
{
  std::vector<std::pair<int, int>> edges;
  for (int i = 0; i < 6; ++i) edges.emplace_back(i, (i + 1) % 6);
  return bridged(6, edges);
}

int ups(const RingBall &ball, int node)
{
  int count = 0;
  for (int e = ball.first_up(node); e >= 0; e = ball.next_up(e)) ++count;
  return count;
}

}    // namespace

TEST(RingBall, NodesComeInOrderOfDepth)
{
  auto const graph = hexagon();
  auto const key = keys(graph);
  RingBall ball;
  ball.grow(graph, key, 0, 6, RingBall::Ways::ALL);
  ASSERT_EQ(ball.size(), 12);
  for (int i = 1; i < ball.size(); ++i) EXPECT_GE(ball.depth(i), ball.depth(i - 1));
  int const far = ball.find(3, 0);
  EXPECT_EQ(ball.depth(far), 6);
  EXPECT_EQ(ups(ball, far), 2);
  EXPECT_TRUE(ball.can_be_far_end(far));
  EXPECT_FALSE(ball.can_be_far_end(ball.find(2, 0)));
  EXPECT_FALSE(ball.has_images());
}

TEST(RingBall, ReachEndsIt)
{
  auto const graph = hexagon();
  auto const key = keys(graph);
  RingBall ball;
  ball.grow(graph, key, 0, 4, RingBall::Ways::ALL);
  EXPECT_EQ(ball.size(), 9);
  EXPECT_EQ(ball.find(3, 0), -1);
  EXPECT_EQ(ball.bonds_begin(ball.find(2, 0)), ball.bonds_end(ball.find(2, 0))) << "outermost";
}

// Former 1 has no larger key than root 3, so one side is shut, and no ring is left to be found.
TEST(RingBall, WaysThroughSmallerKeysAreNotKept)
{
  auto const graph = hexagon();
  auto const key = keys(graph);
  RingBall ball;
  ball.grow(graph, key, 3, 6, RingBall::Ways::LARGER_KEYS);
  for (int i = 1; i < ball.size(); ++i) EXPECT_FALSE(ball.can_be_far_end(i));
  EXPECT_EQ(ball.first_up(ball.find(2, 0)), -1);
  EXPECT_LT(ball.size(), 12) << "it stops early";
}

TEST(RingBall, Distances)
{
  auto const graph = hexagon();
  auto const key = keys(graph);
  RingBall ball;
  ball.grow(graph, key, 0, 6, RingBall::Ways::ALL);
  int const one = ball.find(1, 0), five = ball.find(5, 0), oxygen = ball.find(6, 0);
  EXPECT_EQ(ball.distance(one, five), 4);
  EXPECT_EQ(ball.distance(five, one), 4);
  EXPECT_EQ(ball.distance(oxygen, five), 3);
  EXPECT_EQ(ball.distance(oxygen, oxygen), 0);
  EXPECT_EQ(ball.distance(one, ball.find(4, 0)), RingBall::FAR) << "six bonds are no shortcut";
}

TEST(RingBall, ImagesOfAnAtomAreNodesOfTheirOwn)
{
  // one former and two oxygens in the cell: a square net
  auto const net =
      make_graph(3, {{0, 1}, {1, 0, pack_shift(1, 0, 0)}, {0, 2}, {2, 0, pack_shift(0, 1, 0)}});
  auto const key = keys(net);
  RingBall ball;
  ball.grow(net, key, 0, 4, RingBall::Ways::ALL);
  EXPECT_TRUE(ball.has_images());
  int const corner = ball.find(0, pack_shift(1, 1, 0));
  ASSERT_GE(corner, 0);
  EXPECT_EQ(ball.depth(corner), 4);
  EXPECT_EQ(ups(ball, corner), 2);
  EXPECT_EQ(ball.find(0, pack_shift(1, 1, 1)), -1);
  int images = 1;
  for (int i = 0; ball.next_image(i) >= 0; i = ball.next_image(i)) ++images;
  EXPECT_EQ(images, 1 + 4 + 8);
  EXPECT_EQ(ball.distance(ball.find(0, pack_shift(1, 0, 0)), ball.find(0, pack_shift(0, 1, 0))),
            RingBall::FAR);
}

TEST(RingBall, ShiftsAddUpAndDoNotMix)
{
  EXPECT_EQ(pack_shift(1, -2, 3) + pack_shift(-1, 2, -3), 0);
  EXPECT_EQ(pack_shift(MAX_SHIFT, 0, 0) + pack_shift(-1, 1, 0), pack_shift(MAX_SHIFT - 1, 1, 0));
  EXPECT_NE(pack_shift(MAX_SHIFT, 0, 0), pack_shift(-MAX_SHIFT, 1, 0));
  EXPECT_EQ(-pack_shift(4, 5, -6), pack_shift(-4, -5, 6));
}
