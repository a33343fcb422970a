#include "network/ring_domain.hpp"

#include "network/ring_census.hpp"
#include "network/ring_search.hpp"
#include "ring_graphs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

using namespace lbs::network;
using namespace lbs::test;

namespace {

// What each rank has to say to each, turned round: what each hears from each.
std::vector<Parcels> carried(const std::vector<Parcels> &sent)
{
  std::vector<Parcels> heard(sent.size(), Parcels(sent.size()));
  for (std::size_t a = 0; a < sent.size(); ++a)
    for (std::size_t b = 0; b < sent.size(); ++b) heard[b][a] = sent[a][b];
  return heard;
}

// A network whose atoms belong to several ranks, as LAMMPS would hand it out: each rank has its own
// atoms and an image for every bond.
struct Shared {
  PeriodicGraph graph;
  std::vector<std::int64_t> key;
  std::vector<Role> role;
  std::vector<char> counted;
  std::vector<Owner> owner;
  int ranks;
  std::vector<RingDomain> domain;

  Shared(int formers, int oxygens, int number_of_ranks, std::mt19937 &random)
      : graph(random_network(formers, oxygens, true, random)), key(graph.atoms()),
        ranks(number_of_ranks), domain(number_of_ranks)
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
    for (int rank = 0; rank < ranks; ++rank) build(rank);
  }

  [[nodiscard]] int degree(int i) const
  {
    return static_cast<int>(graph.start[i + 1] - graph.start[i]);
  }

  void build(int me)
  {
    std::vector<int> atom;    // of this rank's rows and images
    for (std::size_t i = 0; i < graph.atoms(); ++i)
      if (owner[i].rank == me) atom.push_back(static_cast<int>(i));
    int const rows = static_cast<int>(atom.size());
    std::vector<ImageShift> shift(rows, 0);
    BondGraph bonds;
    bonds.start.push_back(0);
    for (int i = 0; i < rows; ++i) {
      for (auto e = graph.start[atom[i]]; e < graph.start[atom[i] + 1]; ++e) {
        bonds.neighbor.push_back(static_cast<int>(atom.size()));
        atom.push_back(graph.neighbor[e]);
        shift.push_back(graph.shift[e]);
      }
      bonds.start.push_back(bonds.neighbor.size());
    }
    std::vector<std::int64_t> keys;
    std::vector<Role> roles;
    std::vector<char> group;
    std::vector<Owner> owners;
    std::vector<int> degrees;
    for (int const i : atom) {
      keys.push_back(key[i]);
      roles.push_back(role[i]);
      group.push_back(counted[i]);
      owners.push_back(owner[i]);
      degrees.push_back(degree(i));
    }
    domain[me].build(bonds, {me, ranks, rows, keys, roles, group, owners, shift, degrees});
  }

  void exchange(int max_formers)
  {
    for (int round = 1; round < max_formers; ++round) {
      std::vector<Parcels> asked, answers;
      for (auto &d : domain) asked.push_back(d.ask(round, max_formers));
      asked = carried(asked);
      for (int r = 0; r < ranks; ++r) answers.push_back(domain[r].answer(asked[r]));
      answers = carried(answers);
      for (int r = 0; r < ranks; ++r) domain[r].take(answers[r]);
    }
  }

  // All numbers of compute ring/stats, and the marks of every atom by its ID.
  std::vector<std::int64_t> statistics(int max_formers, Definition definition)
  {
    exchange(max_formers);
    std::vector<RingList> rings(ranks);
    std::vector<RingCounts> counts(ranks, RingCounts(max_formers));
    std::vector<Parcels> sent;
    for (int r = 0; r < ranks; ++r) {
      RingSearch search(domain[r].graph(), domain[r].key(), max_formers, definition);
      for (int i = 0; i < domain[r].own(); ++i) {
        if (!is_former(domain[r].role(i))) continue;
        search.find_rings(i, rings[r]);
        search.count_wrapped(counts[r].wrapped);
      }
      sent.push_back(rings_for_owners(domain[r], r, ranks, rings[r]));
    }
    sent = carried(sent);
    std::vector<std::vector<RingsOfSite>> marks(ranks);
    std::vector<Parcels> home;
    for (int r = 0; r < ranks; ++r) {
      add_sent(sent[r], domain[r], rings[r]);
      rings[r].drop_repeated(0, domain[r].key());
      count_rings(rings[r], domain[r], counts[r], marks[r]);
      home.push_back(marks_for_owners(domain[r], marks[r], ranks));
    }
    home = carried(home);
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
  std::int64_t rings = 0;
  for (int trial = 0; trial < 400; ++trial) {
    int const formers = 4 + static_cast<int>(random() % 30);
    int const oxygens = formers + static_cast<int>(random() % 20);
    int const max_formers = 2 + static_cast<int>(random() % 5);
    auto const state = random();
    for (auto const definition : {Definition::PRIMITIVE, Definition::GUTTMAN, Definition::KING}) {
      std::mt19937 same(state);
      Shared one(formers, oxygens, 1, same);
      auto const expected = one.statistics(max_formers, definition);
      for (int const ranks : {2, 5}) {
        std::mt19937 again(state);
        Shared many(formers, oxygens, ranks, again);
        // the draws after the network differ with the number of ranks, so they are copied
        many.key = one.key;
        many.role = one.role;
        many.counted = one.counted;
        for (int r = 0; r < ranks; ++r) many.build(r);
        ASSERT_EQ(many.statistics(max_formers, definition), expected)
            << "trial " << trial << " ranks " << ranks;
      }
      for (int n = 2; n <= max_formers; ++n) rings += expected[5 + SILICON_3 + 1 + n];
    }
  }
  EXPECT_GT(rings, 5000);
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
  Shared chain(1, 1, 2, random);
  chain.graph = make_graph(79, bonds);
  chain.key.resize(79);
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
  for (int r = 0; r < 2; ++r) chain.build(r);
  chain.exchange(4);
  // Own formers 0..19 and the oxygens between them and to former 20: four bonds from former 19 are
  // oxygens 19 (own) and 20, formers 20 and 21.
  EXPECT_EQ(chain.domain[0].own(), 40);
  EXPECT_EQ(chain.domain[0].sites(), 40 + 3);
  EXPECT_GE(chain.domain[0].find(22), 0);
  EXPECT_EQ(chain.domain[0].find(23), -1);
}

TEST(KeyMap, KeepsWhatWasAddedFirst)
{
  KeyMap map;
  EXPECT_EQ(map.find(7), -1);
  for (int turn = 0; turn < 2; ++turn) {
    map.clear();
    for (int k = 0; k < 1000; ++k)
      EXPECT_EQ(map.find_or_add(std::int64_t{1} << (k % 60), k), k % 60);
    for (int k = 0; k < 1000; ++k) EXPECT_EQ(map.find_or_add(-k - 1, 100 + k), 100 + k);
    EXPECT_EQ(map.find(-500), 599);
    EXPECT_EQ(map.find(3), -1);
  }
}
