// SPDX-License-Identifier: GPL-2.0-only
#include "network/rings/ring_search.hpp"

#include "expect_error.hpp"
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
using Edges = std::vector<std::pair<int, int>>;

Edges dodecahedron()
{
  Edges edges;
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

Edges cube()
{
  Edges edges;
  for (int i = 0; i < 8; ++i)
    for (int bit = 1; bit < 8; bit *= 2)
      if ((i & bit) == 0) edges.emplace_back(i, i | bit);
  return edges;
}

// Adds a cycle through the formers first, first + 1, ... to edges.
void add_cycle(int first, int formers, Edges &edges)
{
  for (int i = 0; i < formers; ++i) edges.emplace_back(first + i, first + (i + 1) % formers);
}

PeriodicGraph cycle(int formers)
{
  Edges edges;
  add_cycle(0, formers, edges);
  return bridged(formers, edges);
}

// Cycles of 12, 13, ... 16 formers, which have nothing in common: 70 formers.
PeriodicGraph long_cycles()
{
  Edges edges;
  int first = 0;
  for (int n = 12; n <= 16; first += n, ++n) add_cycle(first, n, edges);
  return bridged(first, edges);
}

// Formers 0 to 11 are a cycle, and so are 0, 1 and 12 to 25: 12 and 16 with a common edge.
PeriodicGraph long_cycles_with_a_common_edge()
{
  Edges edges;
  add_cycle(0, 12, edges);
  edges.emplace_back(1, 12);
  for (int i = 12; i < 25; ++i) edges.emplace_back(i, i + 1);
  edges.emplace_back(25, 0);
  return bridged(26, edges);
}

struct KnownGraph {
  const char *name;
  PeriodicGraph graph;
  int formers, max_formers;
  Counts primitive, guttman, king;
};

// Counted by hand. A way around two rings that share an edge has that edge as a shortcut, so that
// it is not primitive, and each of its bonds has a shorter ring, so that it is not Guttman's. It is
// King's if there is a former at which it is the shortest ring through two bonds: one at an end of
// the common edge, for the two bonds beside that edge.
std::vector<KnownGraph> known_graphs()
{
  return {
      // any three corners are a triangle; squares have both diagonals as shortcuts, and each two
      // bonds of a corner a triangle
      {"K4",
       bridged(4, {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}}),
       4,
       8,
       {{3, 4}},
       {{3, 4}},
       {{3, 4}}},
      // six faces; around each of the four diagonals a hexagon whose opposite corners are three
      // edges apart either way. Each bond, and each two bonds of a corner, have a face.
      {"cube", bridged(8, cube()), 8, 8, {{4, 6}, {6, 4}}, {{4, 6}}, {{4, 6}}},
      // twelve faces; two bonds of a corner have just one face. Ways around two faces have eight
      // corners and a shortcut; no cycle has six or seven.
      {"dodecahedron", bridged(20, dodecahedron()), 20, 8, {{5, 12}}, {{5, 12}}, {{5, 12}}},
      {"hexagon", cycle(6), 6, 8, {{6, 1}}, {{6, 1}}, {{6, 1}}},
      // three squares in a row; King's are the ways around the first two and the last two, from
      // the inner formers. No former has the octagon around all: the inner ones of a side, whose
      // two outer bonds are in it, have the hexagons.
      {"ladder",
       bridged(8, {{0, 1}, {1, 2}, {2, 3}, {4, 5}, {5, 6}, {6, 7}, {0, 4}, {1, 5}, {2, 6}, {3, 7}}),
       8,
       8,
       {{4, 3}},
       {{4, 3}},
       {{4, 3}, {6, 2}}},
      // two triangles with a common edge, and the way around
      {"kite",
       bridged(4, {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {2, 3}}),
       4,
       8,
       {{3, 2}},
       {{3, 2}},
       {{3, 2}, {4, 1}}},
      // a triangle and a square with a common edge; around both are 3 + 4 - 2 formers
      {"shared edge",
       bridged(5, {{0, 1}, {1, 2}, {2, 0}, {1, 3}, {3, 4}, {4, 2}}),
       5,
       8,
       {{3, 1}, {4, 1}},
       {{3, 1}, {4, 1}},
       {{3, 1}, {4, 1}, {5, 1}}},
      // two formers with two oxygens in common; with three each two oxygens make a ring
      {"edge-sharing pair", bridged(2, {{0, 1}, {0, 1}}), 2, 8, {{2, 1}}, {{2, 1}}, {{2, 1}}},
      {"face-sharing pair",
       bridged(2, {{0, 1}, {0, 1}, {0, 1}}),
       2,
       8,
       {{2, 3}},
       {{2, 3}},
       {{2, 3}}},
      // a contraction to formers alone would see a triangle here
      {"three-coordinated oxygen", make_graph(4, {{0, 3}, {1, 3}, {2, 3}}), 3, 8, {}, {}, {}},
      // the same three, each two of them with one more oxygen: they and the middle are rings of
      // two. Around is a ring of three without shortcuts. It also goes by the middle in place of an
      // outer oxygen, in three ways of the same length, but then the third former, bonded to the
      // middle, is a shortcut.
      {"three-coordinated oxygen in a ring",
       make_graph(7, {{0, 3}, {1, 3}, {2, 3}, {0, 4}, {1, 4}, {1, 5}, {2, 5}, {2, 6}, {0, 6}}),
       3,
       8,
       {{2, 3}, {3, 1}},
       {{2, 3}},
       {{2, 3}, {3, 4}}},
      {"tree", bridged(4, {{0, 1}, {0, 2}, {0, 3}}), 4, 8, {}, {}, {}},
      {"lone formers", make_graph(3, {}), 3, 8, {}, {}, {}},
      {"long cycles",
       long_cycles(),
       70,
       16,
       {{12, 1}, {13, 1}, {14, 1}, {15, 1}, {16, 1}},
       {{12, 1}, {13, 1}, {14, 1}, {15, 1}, {16, 1}},
       {{12, 1}, {13, 1}, {14, 1}, {15, 1}, {16, 1}}},
      {"long cycles, lower limit",
       long_cycles(),
       70,
       14,
       {{12, 1}, {13, 1}, {14, 1}},
       {{12, 1}, {13, 1}, {14, 1}},
       {{12, 1}, {13, 1}, {14, 1}}},
      // around both are 12 + 16 - 2 formers
      {"long cycles with a common edge",
       long_cycles_with_a_common_edge(),
       26,
       16,
       {{12, 1}, {16, 1}},
       {{12, 1}, {16, 1}},
       {{12, 1}, {16, 1}}},
      {"long cycles with a common edge, highest limit",
       long_cycles_with_a_common_edge(),
       26,
       LARGEST_MAX_FORMERS,
       {{12, 1}, {16, 1}},
       {{12, 1}, {16, 1}},
       {{12, 1}, {16, 1}, {26, 1}}},
  };
}

}    // namespace

TEST(RingSearch, KnownGraphs)
{
  for (const auto &known : known_graphs()) {
    SCOPED_TRACE(known.name);
    auto const found = [&known](Definition definition) {
      return histogram(known.graph, known.formers, known.max_formers, {}, definition);
    };
    EXPECT_EQ(found(Definition::PRIMITIVE), known.primitive);
    EXPECT_EQ(found(Definition::GUTTMAN), known.guttman);
    EXPECT_EQ(found(Definition::KING), known.king);
  }
}

// A ring as large as the limit is found, one larger is not.
TEST(RingSearch, SizeLimit)
{
  for (auto const definition : {Definition::PRIMITIVE, Definition::GUTTMAN, Definition::KING}) {
    EXPECT_EQ(histogram(cycle(6), 6, 6, {}, definition), (Counts{{6, 1}}));
    EXPECT_EQ(histogram(cycle(6), 6, 5, {}, definition), Counts{});
  }
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

TEST(RingSearch, AHeapOfAtomsIsAnError)
{
  std::vector<Bond> heap;
  for (int f = 0; f < 80; ++f)
    for (int o = 0; o < 80; ++o) heap.push_back({f, 80 + o});
  expect_error([&heap] { histogram(make_graph(160, heap), 80, 4); },
               "more than 100000 rings begin at atom 1; atoms overlap");
}

namespace {

// Cubic net with `edge` formers along each side of the cell, an oxygen between neighbors.
PeriodicGraph cubic_net(int edge)
{
  std::vector<Bond> bonds;
  int oxygen = edge * edge * edge;
  auto const former = [edge](int x, int y, int z) {
    return (x % edge * edge + y % edge) * edge + z % edge;
  };
  for (int x = 0; x < edge; ++x)
    for (int y = 0; y < edge; ++y)
      for (int z = 0; z < edge; ++z)
        for (int k = 0; k < 3; ++k) {
          int const to[3] = {x + (k == 0 ? 1 : 0), y + (k == 1 ? 1 : 0), z + (k == 2 ? 1 : 0)};
          bonds.push_back({former(x, y, z), oxygen});
          bonds.push_back({oxygen, former(to[0], to[1], to[2]),
                           pack_shift(to[0] / edge, to[1] / edge, to[2] / edge)});
          ++oxygen;
        }
  return make_graph(oxygen, bonds);
}

}    // namespace

// Between two corners of a cuboid of n edges there are more than 2^n ways, but only the faces of
// the cubes, and the hexagons around their diagonals, are rings: three and four for each former.
TEST(RingSearch, LargeRingsOfACrystalTakeNoExponentialTime)
{
  EXPECT_EQ(histogram(cubic_net(1), 1, 6), (Counts{{4, 3}, {6, 4}}));
  EXPECT_EQ(histogram(cubic_net(2), 8, 20), (Counts{{4, 24}, {6, 32}}));
}

TEST(RingSearch, WorkHasALimit)
{
  auto const net = cubic_net(3);
  std::vector<std::int64_t> key(net.atoms());
  std::iota(key.begin(), key.end(), 1);
  RingSearch search(net, key, LARGEST_MAX_FORMERS);
  RingList rings;
  search.find_rings(0, rings);
  std::vector<std::int64_t> wrapped(LARGEST_MAX_FORMERS + 1);
  expect_error([&] { search.count_wrapped(wrapped); },
               "the search for wrapped rings at atom 1 takes more than 200000000 steps; add "
               "'wrapped no'");
  EXPECT_EQ(rings.count(), 36U) << "12 squares and 24 hexagons pass each former";
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
