// SPDX-License-Identifier: GPL-2.0-only
#include "expect_error.hpp"
#include "ring_graphs.hpp"

#include "network/rings/ring_census.hpp"

#include <gtest/gtest.h>

using namespace lbs::network;

namespace {

// A domain of one rank, with this graph; atom i has ID i + 1.
RingDomain domain_of(const PeriodicGraph &graph, const std::vector<Role> &role,
                     const std::vector<char> &counted)
{
  int const n = static_cast<int>(graph.atoms());
  const auto atom = [&](int i) {
    auto const bonds = static_cast<int>(graph.start[i + 1] - graph.start[i]);
    return NetworkAtom{i + 1, {0, i}, bonds, role[i], counted[i] != 0};
  };
  RingDomain domain;
  domain.start(0, 1, 8);
  for (int i = 0; i < n; ++i) domain.add_atom(atom(i));
  for (int i = 0; i < n; ++i)
    for (auto e = graph.start[i]; is_former(role[i]) && e < graph.start[i + 1]; ++e)
      domain.add_bond(i, atom(graph.neighbor[e]), graph.shift[e]);
  domain.build(domain.border_bonds());
  domain.build_halo();
  return domain;
}

RingList list(const std::vector<std::vector<int>> &rings)
{
  RingList out;
  for (const auto &ring : rings) {
    out.site.insert(out.site.end(), ring.begin(), ring.end());
    out.shift.resize(out.site.size(), 0);
    out.start.push_back(out.site.size());
  }
  return out;
}

// A three- and a two-membered ring that share former 0, and a lone former 4. Oxygens follow: 5, 6,
// 7 in the first, 8 and 9 in the second, and one on a string at former 1.
struct Example {
  PeriodicGraph graph = lbs::test::make_graph(
      11,
      {{0, 5}, {1, 5}, {1, 6}, {2, 6}, {2, 7}, {0, 7}, {0, 8}, {3, 8}, {0, 9}, {3, 9}, {1, 10}});
  std::vector<Role> role = std::vector<Role>(11, Role::OXYGEN);
  RingList rings = list({{0, 5, 1, 6, 2, 7}, {0, 8, 3, 9}});
  Example() { std::fill_n(role.begin(), 5, Role::BORON); }
};

}    // namespace

TEST(RingCensus, CountsByHand)
{
  Example e;
  e.role[2] = Role::SILICON;
  auto const domain = domain_of(e.graph, e.role, std::vector<char>(11, 1));
  RingCounts counts(8);
  std::vector<RingsOfSite> marks;
  count_rings(e.rings, domain, counts, marks);
  count_formers(domain, marks, counts);
  EXPECT_EQ(counts.rings[2], 1);
  EXPECT_EQ(counts.rings[3], 1);
  EXPECT_EQ(counts.by_class[MIXED_1], 1);
  EXPECT_EQ(counts.formers, 5);
  EXPECT_EQ(counts.non_bonded, 1);
  EXPECT_EQ(counts.boron_3, 1);    // former 1; former 0 has four bonds
  EXPECT_EQ(counts.boron_3_in_3, 1);
  EXPECT_EQ(counts.in[3], 3);
  EXPECT_EQ(counts.in[2], 2);
  EXPECT_EQ(counts.smallest[2], 2);
  EXPECT_EQ(counts.smallest[3], 2);
  EXPECT_EQ(counts.largest[2], 1);
  EXPECT_EQ(counts.largest[3], 3);
  EXPECT_EQ(smallest_ring(marks[0]), 2);
  EXPECT_EQ(smallest_ring(marks[4]), 0);
  EXPECT_EQ(marks[5].three, 1);
  auto const row = ring_row(counts, 3);
  EXPECT_DOUBLE_EQ(row[1], 0.2);
  EXPECT_DOUBLE_EQ(row[2], 0.6);
  EXPECT_DOUBLE_EQ(row[3], 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(row[4], 1.0);
  auto const values = ring_values(counts);
  EXPECT_EQ(values[MIXED_1 - 1], 1.0);
  EXPECT_EQ(values[BORON_3_SHARE], 1.0);
  EXPECT_EQ(values[9], 1.0);
  EXPECT_EQ(values[10], 2.0);
  EXPECT_EQ(values[12], 5.0);
  EXPECT_EQ(values[13], 0.0);
}

TEST(RingCensus, Classes)
{
  EXPECT_EQ((RingKind{3, 0, 0}.ring_class()), BORON_0);
  EXPECT_EQ((RingKind{3, 0, 3}.ring_class()), BORON_3);
  EXPECT_EQ((RingKind{3, 1, 2}.ring_class()), MIXED_1);
  EXPECT_EQ((RingKind{3, 2, 0}.ring_class()), MIXED_2);
  EXPECT_EQ((RingKind{3, 3, 0}.ring_class()), SILICON_3);
  EXPECT_EQ((RingKind{4, 0, 0}.ring_class()), OTHER_SIZE);
  Example e;
  auto const domain = domain_of(e.graph, e.role, std::vector<char>(11, 1));
  EXPECT_EQ(kind_of(e.rings, 0, domain).ring_class(), BORON_0 + 1);    // former 0 has four bonds
}

TEST(RingCensus, AGroupCutsRings)
{
  Example e;
  std::vector<char> counted(11, 1);
  counted[2] = 0;    // former of the first ring
  counted[8] = 0;    // oxygens do not decide
  auto const domain = domain_of(e.graph, e.role, counted);
  RingCounts counts(8);
  std::vector<RingsOfSite> marks;
  count_rings(e.rings, domain, counts, marks);
  count_formers(domain, marks, counts);
  EXPECT_EQ(counts.rings[3], 0);
  EXPECT_EQ(counts.rings[2], 1);
  EXPECT_EQ(counts.cut, 1);
  EXPECT_EQ(counts.formers, 4);
  ASSERT_EQ(e.rings.count(), 1U) << "rings that do not count leave the list";
  EXPECT_EQ(e.rings.site, (std::vector<int>{0, 8, 3, 9}));
  EXPECT_EQ(marks[1].three, 0);
}

TEST(RingCensus, FlatAndBack)
{
  RingCounts a(4), b(4);
  a.rings[4] = 3;
  a.largest[2] = 8;
  a.by_class[SILICON_3] = 5;
  a.cut = 2;
  a.homopolar = 7;
  b.from_flat(a.flat());
  EXPECT_EQ(b.flat(), a.flat());
  EXPECT_EQ(b.largest[2], 8);
  EXPECT_EQ(b.cut, 2);
  EXPECT_EQ(b.homopolar, 7);
}

TEST(RingCensus, NothingToCount)
{
  auto const values = ring_values(RingCounts(3));
  for (auto const v : values) EXPECT_EQ(v, 0.0);
  for (auto const v : ring_row(RingCounts(3), 3)) EXPECT_EQ(v, 0.0);
}

// A ring that another rank has found, by the owners of its members.
TEST(RingCensus, ReceivedRingsHaveTheirMembersHere)
{
  Example const e;
  auto const domain = domain_of(e.graph, e.role, std::vector<char>(11, 1));
  auto const buffer = [](const std::vector<int> &members) {
    RankBuffers buffers(1);
    buffers[0].push_back(static_cast<std::int64_t>(members.size()));
    for (int const index : members) {
      buffers[0].push_back(index < 0 ? -1 : pack_pair(0, index));
      buffers[0].push_back(0);
    }
    return buffers;
  };
  RingList rings;
  add_rings(buffer({0, 8, 3, 9}), domain, rings);
  ASSERT_EQ(rings.count(), 1U);
  EXPECT_EQ(rings.site, (std::vector<int>{0, 8, 3, 9}));
  lbs::test::expect_error(
      [&] {
        add_rings(buffer({0, -1, 3, 9}), domain, rings);
      },
      "has a member that is not in the halo");
}
