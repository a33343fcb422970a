// SPDX-License-Identifier: GPL-2.0-only
#include "ring_graphs.hpp"
#include "slow_rings.hpp"

#include "network/rings/ring_census.hpp"
#include "network/rings/ring_domain.hpp"
#include "network/rings/ring_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

using namespace lbs::network;
using namespace lbs::test;

namespace {

// From the buffers that each rank sends to each, those that each receives from each.
std::vector<RankBuffers> exchanged(const std::vector<RankBuffers> &sent)
{
  std::vector<RankBuffers> received(sent.size(), RankBuffers(sent.size()));
  for (std::size_t a = 0; a < sent.size(); ++a)
    for (std::size_t b = 0; b < sent.size(); ++b) received[b][a] = sent[a][b];
  return received;
}

// Places in RingCounts::flat().
constexpr int HOMOPOLAR = 5;
constexpr int RINGS = HOMOPOLAR + 1 + SILICON_3 + 1;    // of size 0

// A network whose atoms belong to several ranks, as LAMMPS would hand it out: each rank has its own
// atoms and an image for every bond.
struct Shared {
  PeriodicGraph graph;
  std::vector<std::int64_t> key;
  std::vector<Role> role;
  std::vector<char> counted;
  std::vector<Owner> owner;
  int ranks;
  int rounds = 0;    // of exchange, all in all
  std::vector<RingDomain> domain;

  Shared(PeriodicGraph network, int formers, int number_of_ranks, std::mt19937 &random)
      : graph(std::move(network)), key(graph.atoms()), ranks(number_of_ranks),
        domain(number_of_ranks)
  {
    std::iota(key.begin(), key.end(), 1000);
    std::shuffle(key.begin(), key.end(), random);
    std::vector<int> next(ranks, 0);
    for (std::size_t i = 0; i < graph.atoms(); ++i) {
      bool const former = static_cast<int>(i) < formers;
      role.push_back(!former ? Role::OXYGEN : random() % 3 == 0 ? Role::SILICON : Role::BORON);
      counted.push_back(random() % 12 != 0);
      int const rank = static_cast<int>(random() % ranks);
      owner.push_back({rank, next[rank]++});
    }
  }

  // Bonds between former and oxygen.
  [[nodiscard]] int coordination(int i) const
  {
    int count = 0;
    for (auto e = graph.start[i]; e < graph.start[i + 1]; ++e)
      if (is_former(role[i]) != is_former(role[graph.neighbor[e]])) ++count;
    return count;
  }

  [[nodiscard]] NetworkAtom atom(int i) const
  {
    return {key[i], owner[i], coordination(i), role[i], counted[i] != 0};
  }

  void gather(int max_formers)
  {
    for (int me = 0; me < ranks; ++me) {
      domain[me].start(me, ranks, max_formers);
      std::vector<int> own(graph.atoms(), -1);
      for (std::size_t i = 0; i < graph.atoms(); ++i)
        if (owner[i].rank == me) own[owner[i].index] = static_cast<int>(i);
      own.erase(std::find(own.begin(), own.end(), -1), own.end());
      for (int const i : own) domain[me].add_atom(atom(i));
      for (int const i : own) {
        if (!is_former(role[i])) continue;
        for (auto e = graph.start[i]; e < graph.start[i + 1]; ++e)
          domain[me].add_bond(owner[i].index, atom(graph.neighbor[e]), graph.shift[e]);
      }
    }
    std::vector<RankBuffers> crossing;
    for (auto &d : domain) crossing.push_back(d.border_bonds());
    crossing = exchanged(crossing);
    for (int r = 0; r < ranks; ++r) domain[r].build(crossing[r]);
    bool more = true;
    while (more) {
      std::vector<RankBuffers> rows;
      more = false;
      for (auto &d : domain) {
        rows.push_back(d.pack_halo_rows());
        more |= d.forwards_requests();
      }
      rows = exchanged(rows);
      for (int r = 0; r < ranks; ++r) domain[r].receive(rows[r]);
      ++rounds;
    }
    for (auto &d : domain) d.build_halo();
  }

  // All numbers of compute ring/stats, and the marks of every atom by its ID.
  std::vector<std::int64_t> statistics(int max_formers, Definition definition)
  {
    gather(max_formers);
    std::vector<RingList> rings(ranks);
    std::vector<RingCounts> counts(ranks, RingCounts(max_formers));
    std::vector<RankBuffers> sent;
    for (int r = 0; r < ranks; ++r) {
      RingSearch search(domain[r].graph(), domain[r].key(), max_formers, definition);
      for (int i = 0; i < domain[r].own(); ++i) {
        if (!is_former(domain[r].role(i))) continue;
        search.find_rings(i, rings[r]);
        search.count_wrapped(counts[r].wrapped);
      }
      sent.push_back(pack_rings_of_others(domain[r], r, ranks, rings[r]));
    }
    sent = exchanged(sent);
    std::vector<std::vector<RingsOfSite>> marks(ranks);
    std::vector<RankBuffers> home;
    for (int r = 0; r < ranks; ++r) {
      add_rings(sent[r], domain[r], rings[r]);
      rings[r].drop_repeated(0, domain[r].key());
      count_rings(rings[r], domain[r], counts[r], marks[r]);
      home.push_back(pack_marks(domain[r], marks[r], ranks));
    }
    home = exchanged(home);
    std::vector<std::int64_t> sum(counts[0].flat().size(), 0);
    std::vector<std::int64_t> by_atom(2 * graph.atoms(), 0);
    for (int r = 0; r < ranks; ++r) {
      add_marks(home[r], marks[r]);
      count_formers(domain[r], marks[r], counts[r]);
      auto const flat = counts[r].flat();
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += flat[k];
      for (int i = 0; i < domain[r].own(); ++i) {
        auto const at = 2 * (domain[r].key()[i] - 1000);
        by_atom[at] = static_cast<std::int64_t>(marks[r][i].sizes);
        by_atom[at + 1] = marks[r][i].three;
      }
    }
    sum.insert(sum.end(), by_atom.begin(), by_atom.end());
    return sum;
  }
};

}    // namespace

// One rank sees the whole graph, so that its numbers do not rest on any exchange.
TEST(RingDomain, NumbersDoNotDependOnTheRanks)
{
  std::mt19937 random(31);
  std::int64_t rings = 0, homopolar = 0;
  for (int trial = 0; trial < 400; ++trial) {
    int const formers = 4 + static_cast<int>(random() % 30);
    int const oxygens = formers + static_cast<int>(random() % 20);
    int const max_formers = 2 + static_cast<int>(random() % 5);
    auto bonds = random_bonds(formers, oxygens, true, random);
    auto const direct = random_direct_bonds(formers, trial % 2 * formers / 2, true, random);
    bonds.insert(bonds.end(), direct.begin(), direct.end());
    auto const graph = make_graph(formers + oxygens, bonds);
    auto const state = random();
    for (auto const definition : {Definition::PRIMITIVE, Definition::GUTTMAN, Definition::KING}) {
      std::mt19937 same(state);
      Shared one(graph, formers, 1, same);
      auto const expected = one.statistics(max_formers, definition);
      for (int const ranks : {2, 5}) {
        std::mt19937 again(state);
        Shared many(graph, formers, ranks, again);
        // the draws differ with the number of ranks, so they are copied
        many.key = one.key;
        many.role = one.role;
        many.counted = one.counted;
        ASSERT_EQ(many.statistics(max_formers, definition), expected)
            << "trial " << trial << " ranks " << ranks;
      }
      for (int n = 2; n <= max_formers; ++n) rings += expected[RINGS + n];
      homopolar += expected[HOMOPOLAR];
      EXPECT_TRUE(!direct.empty() || expected[HOMOPOLAR] == 0);
    }
  }
  EXPECT_GT(rings, 5000);
  EXPECT_GT(homopolar, 2000);
}

namespace {

// Numbers of rings by size, with those with a direct bond under size 0, by the slow search.
SlowRings::Counts slow_counts(SlowRings &slow, int atoms, Definition definition)
{
  SlowRings::Counts counts;
  for (const auto &walk : slow.walks(definition)) {
    ++counts[static_cast<int>(walk.size()) / 2];
    if (std::any_of(walk.begin(), walk.end(), [atoms](auto &i) { return i.first >= atoms; }))
      ++counts[0];
  }
  return counts;
}

// The same by the domain and the search, on some ranks; `wrapped` takes the wrapped rings.
SlowRings::Counts counts_of(const PeriodicGraph &graph, int formers, int ranks, int max_formers,
                            Definition definition, SlowRings::Counts &wrapped)
{
  std::mt19937 random(7);
  Shared shared(graph, formers, ranks, random);
  shared.counted.assign(graph.atoms(), 1);
  auto const flat = shared.statistics(max_formers, definition);
  SlowRings::Counts counts;
  wrapped.clear();
  if (flat[HOMOPOLAR] > 0) counts[0] = static_cast<int>(flat[HOMOPOLAR]);
  for (int n = 1; n <= max_formers; ++n) {
    if (flat[RINGS + n] > 0) counts[n] = static_cast<int>(flat[RINGS + n]);
    auto const chains = flat[RINGS + max_formers + 1 + n];
    if (chains > 0) wrapped[n] = static_cast<int>(chains);
  }
  return counts;
}

// Primitive rings of formers 0.. and the oxygens after them, with the given bonds.
SlowRings::Counts primitive(int formers, int oxygens, const std::vector<Bond> &bonds,
                            int max_formers = 8)
{
  SlowRings::Counts wrapped;
  return counts_of(make_graph(formers + oxygens, bonds), formers, 1, max_formers,
                   Definition::PRIMITIVE, wrapped);
}

}    // namespace

// The slow search gets the same network with an atom in the middle of each direct bond, and never
// hears of such bonds.
TEST(DirectBonds, RandomNetworksAgreeWithTheDefinitions)
{
  std::mt19937 random(1991);
  int rings = 0, homopolar = 0, chains = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    bool const periodic = trial % 2 == 0;
    int const formers = 1 + static_cast<int>(random() % 6);
    int const oxygens = trial % 3 == 0 ? 0 : static_cast<int>(random() % (formers + 2));
    int const atoms = formers + oxygens;
    auto bonds = random_bonds(formers, oxygens, periodic, random);
    auto const direct =
        random_direct_bonds(formers, 1 + random() % (formers + 2), periodic, random);
    auto const middles = with_middles(atoms, bonds, direct);
    bonds.insert(bonds.end(), direct.begin(), direct.end());
    auto const graph = make_graph(atoms, bonds);
    int const max_formers = periodic ? 3 : 5;
    SlowRings slow(middles, formers, max_formers);
    auto const slow_wrapped = slow.wrapped();
    for (auto const definition : {Definition::PRIMITIVE, Definition::GUTTMAN, Definition::KING}) {
      auto const expected = slow_counts(slow, atoms, definition);
      for (int const ranks : {1, 3}) {
        SlowRings::Counts wrapped;
        ASSERT_EQ(counts_of(graph, formers, ranks, max_formers, definition, wrapped), expected)
            << "trial " << trial << " ranks " << ranks << " definition "
            << static_cast<int>(definition);
        ASSERT_EQ(wrapped, slow_wrapped) << "trial " << trial << " ranks " << ranks;
      }
      rings += expected.empty() ? 0 : 1;
      homopolar += expected.count(0) > 0 ? 1 : 0;
      chains += slow_wrapped.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(rings, 3000);
  EXPECT_GT(homopolar, 2000);
  EXPECT_GT(chains, 1500);
}

// Size 0 stands for the rings with a direct bond.
TEST(DirectBonds, KnownGraphs)
{
  using Counts = SlowRings::Counts;
  std::vector<Bond> k4, cube;
  for (int a = 0; a < 4; ++a)
    for (int b = a + 1; b < 4; ++b) k4.push_back({a, b});
  EXPECT_EQ(primitive(4, 0, k4), (Counts{{0, 4}, {3, 4}}));
  for (int i = 0; i < 8; ++i)
    for (int bit = 1; bit < 8; bit *= 2)
      if ((i & bit) == 0) cube.push_back({i, i | bit});
  EXPECT_EQ(primitive(8, 0, cube), (Counts{{0, 10}, {4, 6}, {6, 4}}));
  EXPECT_EQ(primitive(8, 0, cube, 5), (Counts{{0, 6}, {4, 6}}));
}

TEST(DirectBonds, BesideOxygen)
{
  using Counts = SlowRings::Counts;
  // a direct bond and one or two oxygens between the same formers are as many bridges
  EXPECT_EQ(primitive(2, 1, {{0, 2}, {1, 2}, {0, 1}}), (Counts{{0, 1}, {2, 1}}));
  EXPECT_EQ(primitive(2, 2, {{0, 2}, {1, 2}, {0, 3}, {1, 3}, {0, 1}}), (Counts{{0, 2}, {2, 3}}));
  // a triangle with two oxygens and a direct bond
  std::vector<Bond> triangle = {{0, 3}, {1, 3}, {1, 4}, {2, 4}};
  EXPECT_EQ(primitive(3, 2, triangle), Counts{});
  triangle.push_back({2, 0});
  EXPECT_EQ(primitive(3, 2, triangle), (Counts{{0, 1}, {3, 1}}));
  // a square of oxygens, whose diagonal is bonded directly, and one beside it that has none
  std::vector<Bond> square = {{0, 6}, {1, 6},  {1, 7},  {2, 7},  {2, 8},  {3, 8},  {3, 9},
                              {0, 9}, {2, 10}, {4, 10}, {4, 11}, {5, 11}, {5, 12}, {3, 12}};
  EXPECT_EQ(primitive(6, 7, square), (Counts{{4, 2}}));
  square.push_back({0, 2});
  EXPECT_EQ(primitive(6, 7, square), (Counts{{0, 2}, {3, 2}, {4, 1}}));
  // three formers around one oxygen, two of them bonded directly
  EXPECT_EQ(primitive(3, 1, {{0, 3}, {1, 3}, {2, 3}, {0, 1}}), (Counts{{0, 1}, {2, 1}}));
}

TEST(DirectBonds, ToImagesOfOneFormer)
{
  // square net with one former in the cell
  std::vector<Bond> const net = {{0, 0, pack_shift(1, 0, 0)}, {0, 0, pack_shift(0, 1, 0)}};
  EXPECT_EQ(primitive(1, 0, net, 3), SlowRings::Counts{});
  EXPECT_EQ(primitive(1, 0, net), (SlowRings::Counts{{0, 1}, {4, 1}}));
  SlowRings::Counts wrapped;
  counts_of(make_graph(1, net), 1, 1, 4, Definition::PRIMITIVE, wrapped);
  EXPECT_EQ(wrapped, (SlowRings::Counts{{1, 2}}));
  // two bonds to different images of one former lead around the cell
  EXPECT_EQ(primitive(2, 0, {{0, 1}, {0, 1, pack_shift(1, 0, 0)}}), SlowRings::Counts{});
}

// An oxygen with one bond counts as a bond of its former, and stands in no row; one with two, even
// to images of one former, is a way.
TEST(RingDomain, LeavesOutWhatLeadsNowhere)
{
  std::mt19937 random(2);
  Shared shared(make_graph(5, {{0, 2}, {1, 2}, {1, 3}, {0, 4}, {0, 4, pack_shift(1, 0, 0)}}), 2, 1,
                random);
  shared.gather(3);
  const auto &domain = shared.domain[0];
  EXPECT_EQ(domain.bonds(0), 3);
  EXPECT_EQ(domain.bonds(1), 2);
  EXPECT_EQ(domain.bonds(3), 1);
  std::vector<std::size_t> const begins = {0, 3, 4, 6, 6, 8};
  EXPECT_EQ(domain.graph().start, begins);
}

// What a list of rings says: 0 between formers that are bonded directly.
TEST(DirectBonds, MembersAndNumbersOfFormers)
{
  std::mt19937 random(1);
  // formers 0 to 3, oxygens 4 and 5; former 3 has one direct bond and nothing else
  Shared shared(make_graph(6, {{0, 4}, {1, 4}, {1, 5}, {2, 5}, {2, 0}, {2, 3}}), 4, 1, random);
  std::iota(shared.key.begin(), shared.key.end(), 1);
  shared.role.assign(6, Role::BORON);
  std::fill_n(shared.role.begin() + 4, 2, Role::OXYGEN);
  shared.counted.assign(6, 1);
  shared.gather(4);
  const auto &domain = shared.domain[0];
  EXPECT_EQ(domain.coordination(2), 1);
  EXPECT_EQ(domain.bonds(2), 3);
  RingSearch search(domain.graph(), domain.key(), 4);
  RingList rings;
  search.find_rings(0, rings);
  ASSERT_EQ(rings.count(), 1U);
  std::vector<std::int64_t> members;
  for (int const s : rings.site) members.push_back(domain.key()[s]);
  EXPECT_EQ(members, (std::vector<std::int64_t>{1, RingDomain::NO_ATOM, 3, 6, 2, 5}));
  EXPECT_TRUE(domain.is_direct_bond(domain.any_direct_bond()));
  RingCounts counts(4);
  std::vector<RingsOfSite> marks;
  count_rings(rings, domain, counts, marks);
  count_formers(domain, marks, counts);
  EXPECT_EQ(counts.non_bonded, 0);
  EXPECT_EQ(counts.boron_3, 0) << "a former has as many oxygens as before";
  EXPECT_EQ(ring_values(counts)[13], 1.0);
}

TEST(DirectBonds, FetchesNoMoreThanTheReach)
{
  // A chain of 40 formers over two ranks: the first half and the second.
  std::vector<Bond> bonds;
  for (int f = 0; f < 39; ++f) bonds.push_back({f, f + 1});
  std::mt19937 random(1);
  Shared chain(make_graph(40, bonds), 40, 2, random);
  std::iota(chain.key.begin(), chain.key.end(), 1);
  for (int i = 0; i < 40; ++i) chain.owner[i] = {i / 20, i % 20};
  chain.gather(4);
  // The bonds of the own formers, and four steps from former 19: its bond to former 20, former 20,
  // the next bond, former 21.
  EXPECT_EQ(chain.domain[0].sites(), 20 + 19 + 4);
  EXPECT_GE(chain.domain[0].find(chain.owner[21]), 0);
  EXPECT_EQ(chain.domain[0].find(chain.owner[22]), -1);
}

TEST(RingDomain, FetchesNoMoreThanTheReach)
{
  // A chain of 40 formers over two ranks: the first half and the second.
  std::vector<Bond> bonds;
  for (int f = 0; f < 39; ++f) {
    bonds.push_back({f, 40 + f});
    bonds.push_back({f + 1, 40 + f});
  }
  std::mt19937 random(1);
  Shared chain(make_graph(79, bonds), 40, 2, random);
  std::iota(chain.key.begin(), chain.key.end(), 1);
  chain.counted.assign(79, 1);
  chain.role.assign(79, Role::OXYGEN);
  std::fill_n(chain.role.begin(), 40, Role::BORON);
  chain.owner.clear();
  for (int i = 0; i < 79; ++i) {
    bool const second = i < 40 ? i >= 20 : i >= 60;
    int const first_of_second[2] = {20, 60};
    int const index = !second ? (i < 40 ? i : i - 20)
                              : (i < 40 ? i - first_of_second[0] : i - first_of_second[1] + 20);
    chain.owner.push_back({second ? 1 : 0, index});
  }
  chain.gather(4);
  EXPECT_EQ(chain.rounds, 1) << "two ranks have nothing to forward";
  // Own formers 0..19 and the oxygens between them and to former 20: four bonds from former 19 are
  // oxygens 19 (own) and 20, formers 20 and 21.
  EXPECT_EQ(chain.domain[0].own(), 40);
  EXPECT_EQ(chain.domain[0].sites(), 40 + 3);
  EXPECT_GE(chain.domain[0].find(chain.owner[21]), 0);
  EXPECT_EQ(chain.domain[0].find(chain.owner[22]), -1);
}

// Each atom of a ring of six formers has a rank of its own, so each bond leads to another one. The
// rows that a former needs are those of five bonds both ways; the neighbors' come in the first
// round, and one more bond away in each.
TEST(RingDomain, HaloRequestsGoAlongARing)
{
  constexpr int FORMERS = 6;
  std::vector<Bond> bonds;
  for (int f = 0; f < FORMERS; ++f) {
    bonds.push_back({f, FORMERS + f});
    bonds.push_back({(f + 1) % FORMERS, FORMERS + f});
  }
  for (int const max_formers : {FORMERS, FORMERS - 1}) {
    std::mt19937 random(1);
    Shared ring(make_graph(2 * FORMERS, bonds), FORMERS, 2 * FORMERS, random);
    ring.counted.assign(2 * FORMERS, 1);
    for (int i = 0; i < 2 * FORMERS; ++i) ring.owner[i] = {i, 0};
    auto const numbers = ring.statistics(max_formers, Definition::PRIMITIVE);
    EXPECT_EQ(ring.rounds, max_formers - 1);
    bool const reached = max_formers == FORMERS;
    EXPECT_EQ(numbers[RINGS + max_formers], reached ? 1 : 0);
    EXPECT_EQ(ring.domain[0].sites(), reached ? 2 * FORMERS : 2 * max_formers + 1);
  }
}
