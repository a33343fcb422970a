#include "network/ring_search.hpp"

#include "../expect_error.hpp"
#include "ring_graphs.hpp"
#include "slow_rings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

using namespace lbs::network;
using namespace lbs::test;

namespace {

// Rings by size in formers, over all roots below `formers`.
std::map<int, int> histogram(const PeriodicGraph &graph, int formers, int max_formers,
                             std::vector<std::int64_t> key = {},
                             Definition definition = Definition::PRIMITIVE)
{
  if (key.empty()) {
    key.resize(graph.atoms());
    std::iota(key.begin(), key.end(), 1);
  }
  RingSearch search(graph, key, max_formers, definition);
  RingList rings;
  for (int root = 0; root < formers; ++root) search.find_rings(root, rings);
  rings.drop_repeated(0, key);
  std::map<int, int> counts;
  for (std::size_t k = 0; k < rings.count(); ++k) ++counts[rings.formers(k)];
  return counts;
}

using Counts = std::map<int, int>;

std::vector<std::pair<int, int>> dodecahedron()
{
  std::vector<std::pair<int, int>> edges;
  for (int i = 0; i < 5; ++i) {
    edges.emplace_back(i, (i + 1) % 5);              // top
    edges.emplace_back(15 + i, 15 + (i + 1) % 5);    // bottom
    edges.emplace_back(i, 5 + i);
    edges.emplace_back(15 + i, 10 + i);
    edges.emplace_back(5 + i, 10 + i);    // belt of ten
    edges.emplace_back(10 + i, 5 + (i + 1) % 5);
  }
  return edges;
}

}    // namespace

TEST(RingSearch, KnownGraphs)
{
  std::vector<std::pair<int, int>> const k4 = {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};
  EXPECT_EQ(histogram(bridged(4, k4), 4, 6), (Counts{{3, 4}}));
  std::vector<std::pair<int, int>> cube;
  for (int i = 0; i < 8; ++i)
    for (int bit = 1; bit < 8; bit *= 2)
      if ((i & bit) == 0) cube.emplace_back(i, i | bit);
  EXPECT_EQ(histogram(bridged(8, cube), 8, 8), (Counts{{4, 6}, {6, 4}}));
  EXPECT_EQ(histogram(bridged(20, dodecahedron()), 20, 8), (Counts{{5, 12}}));
}

TEST(RingSearch, SingleRingAndItsSizeLimit)
{
  std::vector<std::pair<int, int>> hexagon;
  for (int i = 0; i < 6; ++i) hexagon.emplace_back(i, (i + 1) % 6);
  EXPECT_EQ(histogram(bridged(6, hexagon), 6, 6), (Counts{{6, 1}}));
  EXPECT_EQ(histogram(bridged(6, hexagon), 6, 5), Counts{});
}

TEST(RingSearch, LadderAndSharedEdge)
{
  // three squares in a row; the outer hexagon and octagon have shortcuts
  std::vector<std::pair<int, int>> const ladder = {{0, 1}, {1, 2}, {2, 3}, {4, 5}, {5, 6},
                                                   {6, 7}, {0, 4}, {1, 5}, {2, 6}, {3, 7}};
  EXPECT_EQ(histogram(bridged(8, ladder), 8, 8), (Counts{{4, 3}}));
  // a three- and a four-membered ring with a common edge
  std::vector<std::pair<int, int>> const shared = {{0, 1}, {1, 2}, {2, 0}, {1, 3}, {3, 4}, {4, 2}};
  EXPECT_EQ(histogram(bridged(5, shared), 5, 8), (Counts{{3, 1}, {4, 1}}));
}

TEST(RingSearch, EdgeSharingPairIsATwoMemberedRing)
{
  EXPECT_EQ(histogram(bridged(2, {{0, 1}, {0, 1}}), 2, 6), (Counts{{2, 1}}));
  EXPECT_EQ(histogram(bridged(2, {{0, 1}, {0, 1}, {0, 1}}), 2, 6), (Counts{{2, 3}}));
}

// A contraction to formers alone would see a triangle here.
TEST(RingSearch, ThreeCoordinatedOxygenIsNoRing)
{
  EXPECT_EQ(histogram(make_graph(4, {{0, 3}, {1, 3}, {2, 3}}), 3, 6), Counts{});
}

TEST(RingSearch, TreesAndLoneAtomsHaveNone)
{
  EXPECT_EQ(histogram(bridged(4, {{0, 1}, {0, 2}, {0, 3}}), 4, 6), Counts{});
  EXPECT_EQ(histogram(make_graph(3, {}), 3, 6), Counts{});
}

// A chain that closes through the cell wraps it; the same chain within one cell is a ring.
TEST(RingSearch, WrappedChainsAreNoRings)
{
  std::vector<Bond> chain = {{0, 3}, {3, 1}, {1, 4}, {4, 2}, {2, 5}, {5, 0, pack_shift(1, 0, 0)}};
  EXPECT_EQ(histogram(make_graph(6, chain), 3, 8), Counts{});
  chain.back().shift = 0;
  EXPECT_EQ(histogram(make_graph(6, chain), 3, 8), (Counts{{3, 1}}));
}

// Square net with one former in the cell: every ring passes four images of it.
TEST(RingSearch, SquareNetWithOneFormerInTheCell)
{
  auto const net =
      make_graph(3, {{0, 1}, {1, 0, pack_shift(1, 0, 0)}, {0, 2}, {2, 0, pack_shift(0, 1, 0)}});
  EXPECT_EQ(histogram(net, 1, 3), Counts{});
  EXPECT_EQ(histogram(net, 1, 4), (Counts{{4, 1}}));
}

// Ideal beta-cristobalite (diamond net): two six-membered rings for each former.
TEST(RingSearch, BetaCristobalite)
{
  double const former[8][3] = {{0, 0, 0},       {0, .5, .5},     {.5, 0, .5},     {.5, .5, 0},
                               {.25, .25, .25}, {.25, .75, .75}, {.75, .25, .75}, {.75, .75, .25}};
  std::vector<Bond> bonds;
  int oxygen = 8;
  for (int a = 0; a < 4; ++a)
    for (int b = 4; b < 8; ++b)
      for (int image = 0; image < 27; ++image) {
        int const s[3] = {image % 3 - 1, image / 3 % 3 - 1, image / 9 - 1};
        double rsq = 0.0;
        for (int k = 0; k < 3; ++k) rsq += std::pow(former[b][k] + s[k] - former[a][k], 2);
        if (rsq > 0.19) continue;    // the bond is sqrt(3)/4 of the edge
        bonds.push_back({a, oxygen});
        bonds.push_back({oxygen, b, pack_shift(s[0], s[1], s[2])});
        ++oxygen;
      }
  ASSERT_EQ(oxygen, 8 + 16);
  EXPECT_EQ(histogram(make_graph(oxygen, bonds), 8, 6), (Counts{{6, 16}}));
}

TEST(RingSearch, CountsDoNotDependOnTheKeys)
{
  auto const graph = bridged(20, dodecahedron());
  std::vector<std::int64_t> key(graph.atoms());
  std::iota(key.begin(), key.end(), 100);
  std::mt19937 random(3);
  for (int trial = 0; trial < 20; ++trial) {
    std::shuffle(key.begin(), key.end(), random);
    EXPECT_EQ(histogram(graph, 20, 6, key), (Counts{{5, 12}}));
  }
}

TEST(RingSearch, KingSeesRingsWithShortcuts)
{
  // In the cube each pair of bonds of a corner has one square; hexagons are primitive only.
  std::vector<std::pair<int, int>> cube;
  for (int i = 0; i < 8; ++i)
    for (int bit = 1; bit < 8; bit *= 2)
      if ((i & bit) == 0) cube.emplace_back(i, i | bit);
  EXPECT_EQ(histogram(bridged(8, cube), 8, 8, {}, Definition::KING), (Counts{{4, 6}}));
  EXPECT_EQ(histogram(bridged(8, cube), 8, 8, {}, Definition::GUTTMAN), (Counts{{4, 6}}));
  // Two triangles back to back: the square around them joins the far neighbors of a hinge.
  std::vector<std::pair<int, int>> const kite = {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {2, 3}};
  EXPECT_EQ(histogram(bridged(4, kite), 4, 8), (Counts{{3, 2}}));
  EXPECT_EQ(histogram(bridged(4, kite), 4, 8, {}, Definition::GUTTMAN), (Counts{{3, 2}}));
  EXPECT_EQ(histogram(bridged(4, kite), 4, 8, {}, Definition::KING), (Counts{{3, 2}, {4, 1}}));
}

TEST(RingSearch, AHeapOfAtomsIsAnError)
{
  std::vector<Bond> heap;
  for (int f = 0; f < 80; ++f)
    for (int o = 0; o < 80; ++o) heap.push_back({f, 80 + o});
  expect_error([&heap] { histogram(make_graph(160, heap), 80, 4); },
               "more than 100000 rings begin at atom 1; atoms overlap");
}

// Nothing grows when a search is repeated.
TEST(RingSearch, KeepsItsMemory)
{
  std::mt19937 random(5);
  auto const graph = random_network(40, 60, true, random);
  std::vector<std::int64_t> key(graph.atoms());
  std::iota(key.begin(), key.end(), 1);
  for (auto const definition : {Definition::PRIMITIVE, Definition::GUTTMAN, Definition::KING}) {
    RingSearch search(graph, key, 6, definition);
    RingList rings;
    std::vector<std::int64_t> wrapped(7);
    auto const all = [&] {
      rings.clear();
      for (int root = 0; root < 40; ++root) {
        search.find_rings(root, rings);
        search.count_wrapped(wrapped);
      }
      return search.bytes() + rings.bytes();
    };
    double const once = all();
    EXPECT_GT(rings.count(), 10U);
    EXPECT_EQ(all(), once);
  }
}

namespace {

struct Signal {
  int rings = 0, wrapped = 0;
};

// Compares both searches on one network, for every definition.
Signal compare_with_slow(const PeriodicGraph &graph, int formers, int max_formers, int trial)
{
  SlowRings slow(graph, formers, max_formers);
  std::vector<std::int64_t> key(graph.atoms());
  std::iota(key.begin(), key.end(), 1);
  std::mt19937 random(trial);
  std::shuffle(key.begin(), key.end(), random);
  auto const chains = slow.wrapped();
  Signal signal;
  for (auto const definition : {Definition::PRIMITIVE, Definition::GUTTMAN, Definition::KING}) {
    auto const expected = slow.rings(definition);
    EXPECT_EQ(histogram(graph, formers, max_formers, key, definition), expected)
        << "trial " << trial << " definition " << static_cast<int>(definition);
    signal.rings += expected.empty() ? 0 : 1;

    RingSearch search(graph, key, max_formers, definition);
    RingList rings;
    std::vector<std::int64_t> wrapped(max_formers + 1);
    for (int root = 0; root < formers; ++root) {
      search.find_rings(root, rings);
      search.count_wrapped(wrapped);
    }
    Counts counted;
    for (int n = 0; n <= max_formers; ++n)
      if (wrapped[n] > 0) counted[n] = static_cast<int>(wrapped[n]);
    EXPECT_EQ(counted, chains) << "trial " << trial;
    signal.wrapped += chains.empty() ? 0 : 1;
  }
  return signal;
}

}    // namespace

TEST(RingSearch, RandomNetworksAgreeWithTheDefinitions)
{
  std::mt19937 random(2026);
  Signal signal;
  for (int trial = 0; trial < 2000; ++trial) {
    int const formers = 4 + static_cast<int>(random() % 6);
    int const oxygens = formers + static_cast<int>(random() % 6);
    auto const graph = random_network(formers, oxygens, false, random);
    signal.rings += compare_with_slow(graph, formers, 4, trial).rings;
  }
  EXPECT_GT(signal.rings, 3000);
}

TEST(RingSearch, RandomPeriodicNetworksAgreeWithTheDefinitions)
{
  std::mt19937 random(1967);
  Signal signal;
  for (int trial = 0; trial < 1500; ++trial) {
    int const formers = 1 + static_cast<int>(random() % 6);
    int const oxygens = formers + static_cast<int>(random() % 4);
    auto const graph = random_network(formers, oxygens, true, random);
    auto const one = compare_with_slow(graph, formers, 3, trial);
    signal.rings += one.rings;
    signal.wrapped += one.wrapped;
  }
  EXPECT_GT(signal.rings, 1000);
  EXPECT_GT(signal.wrapped, 2000);
}
