#include "network/ring_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <set>

using namespace lbs::network;

namespace {

struct Bond {
  int a, b;
  ImageShift shift = {0, 0, 0};    // cells from a to b
};

PeriodicGraph make_graph(int atoms, const std::vector<Bond> &bonds)
{
  std::vector<std::vector<std::pair<int, ImageShift>>> rows(atoms);
  for (const auto &bond : bonds) {
    auto const s = bond.shift;
    rows[bond.a].emplace_back(bond.b, s);
    rows[bond.b].emplace_back(bond.a, ImageShift{static_cast<std::int8_t>(-s[0]),
                                                 static_cast<std::int8_t>(-s[1]),
                                                 static_cast<std::int8_t>(-s[2])});
  }
  PeriodicGraph graph;
  graph.start.push_back(0);
  for (const auto &row : rows) {
    for (const auto &[neighbor, shift] : row) {
      graph.neighbor.push_back(neighbor);
      graph.shift.push_back(shift);
    }
    graph.start.push_back(graph.neighbor.size());
  }
  return graph;
}

// A network of formers 0..formers-1 with an oxygen in the middle of each edge.
PeriodicGraph bridged(int formers, const std::vector<std::pair<int, int>> &edges)
{
  std::vector<Bond> bonds;
  int oxygen = formers;
  for (const auto &[a, b] : edges) {
    bonds.push_back({a, oxygen});
    bonds.push_back({b, oxygen});
    ++oxygen;
  }
  return make_graph(oxygen, bonds);
}

// Rings by size in formers, over all roots below `formers`.
std::map<int, int> histogram(const PeriodicGraph &graph, int formers, int max_formers,
                             std::vector<std::int64_t> key = {})
{
  if (key.empty()) {
    key.resize(graph.atoms());
    std::iota(key.begin(), key.end(), 1);
  }
  RingSearch search(graph, key, max_formers);
  std::map<int, int> counts;
  for (int root = 0; root < formers; ++root)
    for (const auto &ring : search.rings_of(root)) ++counts[ring.formers()];
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

// All primitive rings by the definition: every simple cycle, every pair of its atoms.
Counts slow_histogram(const PeriodicGraph &graph, int formers, int max_formers)
{
  int const n = static_cast<int>(graph.atoms());
  std::vector<std::vector<int>> distance(n, std::vector<int>(n, 1 << 20));
  for (int i = 0; i < n; ++i) {
    distance[i][i] = 0;
    for (auto e = graph.start[i]; e < graph.start[i + 1]; ++e) distance[i][graph.neighbor[e]] = 1;
  }
  for (int k = 0; k < n; ++k)
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        distance[i][j] = std::min(distance[i][j], distance[i][k] + distance[k][j]);

  Counts counts;
  std::vector<int> path;
  std::function<void(int)> const walk = [&](int node) {
    int const length = static_cast<int>(path.size());
    for (auto e = graph.start[node]; e < graph.start[node + 1]; ++e) {
      int const next = graph.neighbor[e];
      if (next == path[0] && length >= 4 && path[1] < path.back()) {
        bool primitive = true;
        for (int a = 0; a < length; ++a)
          for (int b = a + 1; b < length; ++b)
            primitive &= distance[path[a]][path[b]] == std::min(b - a, length - b + a);
        if (primitive) ++counts[length / 2];
      }
      bool const smaller_root = next < formers && next <= path[0];
      if (smaller_root || length == 2 * max_formers ||
          std::find(path.begin(), path.end(), next) != path.end())
        continue;
      path.push_back(next);
      walk(next);
      path.pop_back();
    }
  };
  for (int root = 0; root < formers; ++root) {
    path = {root};
    walk(root);
  }
  return counts;
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
  std::vector<Bond> chain = {{0, 3}, {3, 1}, {1, 4}, {4, 2}, {2, 5}, {5, 0, {1, 0, 0}}};
  EXPECT_EQ(histogram(make_graph(6, chain), 3, 8), Counts{});
  chain.back().shift = {0, 0, 0};
  EXPECT_EQ(histogram(make_graph(6, chain), 3, 8), (Counts{{3, 1}}));
}

// Square net with one former in the cell: every ring passes four images of it.
TEST(RingSearch, SquareNetWithOneFormerInTheCell)
{
  auto const net = make_graph(3, {{0, 1}, {1, 0, {1, 0, 0}}, {0, 2}, {2, 0, {0, 1, 0}}});
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
        ImageShift const s = {static_cast<std::int8_t>(image % 3 - 1),
                              static_cast<std::int8_t>(image / 3 % 3 - 1),
                              static_cast<std::int8_t>(image / 9 - 1)};
        double rsq = 0.0;
        for (int k = 0; k < 3; ++k) rsq += std::pow(former[b][k] + s[k] - former[a][k], 2);
        if (rsq > 0.19) continue;    // the bond is sqrt(3)/4 of the edge
        bonds.push_back({a, oxygen});
        bonds.push_back({oxygen, b, s});
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

TEST(RingSearch, RandomNetworksAgreeWithTheDefinition)
{
  std::mt19937 random(2026);
  int signal = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    int const formers = 4 + static_cast<int>(random() % 6);
    int const oxygens = formers + static_cast<int>(random() % 6);
    std::set<std::pair<int, int>> seen;
    std::vector<Bond> bonds;
    for (int o = 0; o < oxygens; ++o) {
      int const degree = 1 + static_cast<int>(random() % 3);
      for (int k = 0; k < degree; ++k) {
        int const f = static_cast<int>(random() % formers);
        if (seen.insert({f, formers + o}).second) bonds.push_back({f, formers + o});
      }
    }
    auto const graph = make_graph(formers + oxygens, bonds);
    auto const expected = slow_histogram(graph, formers, 5);
    EXPECT_EQ(histogram(graph, formers, 5), expected) << "trial " << trial;
    signal += expected.empty() ? 0 : 1;
  }
  EXPECT_GT(signal, 1000);
}
