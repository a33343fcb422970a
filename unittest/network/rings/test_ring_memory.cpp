// SPDX-License-Identifier: GPL-2.0-only
#include "network/rings/ring_memory.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

#include <sstream>

using namespace lbs::network;
using lbs::test::expect_error;

namespace {

const std::string HEAD = "ITEM: TIMESTEP\n100\nITEM: NUMBER OF ENTRIES\n2\n"
                         "ITEM: BOX BOUNDS pp pp pp\n0 1\n0 1\n0 1\n";
const std::string COLUMNS = "ITEM: ENTRIES index c_r[1] c_r[2] c_r[3] c_r[4] c_r[5] c_r[6] c_r[7] "
                            "c_r[8] c_r[9] c_r[10] \n";
const std::string ROWS = "1 2 0 1 0 1 11 2 12 0 0 \n2 3 5 1 2 1 11 2 13 3 14 \n";

RingRecords records(const std::vector<std::vector<std::int64_t>> &rings)
{
  RingRecords out;
  for (const auto &members : rings)
    out.add(static_cast<int>(members.size()) / 2, members.size() == 6 ? BORON_0 : OTHER_SIZE,
            members);
  out.sort();
  return out;
}

RingPresence presence(const RingRecords &reference, const RingRecords &now)
{
  RingPresence out(8);
  count_present(reference, now, out);
  return out;
}

RingFrame frame_of(const std::string &text, std::int64_t step = -1)
{
  std::istringstream in(text);
  return read_ring_frame(in, step);
}

}    // namespace

TEST(RingMemory, MembersMatterTheirOrderDoesNot)
{
  auto const reference = records({{1, 11, 2, 12}, {1, 11, 2, 13, 3, 14}, {4, 15, 5, 16}});
  auto const now = records({{2, 11, 1, 12}, {14, 1, 11, 2, 13, 3}, {4, 15, 5, 17}, {6, 18, 7, 19}});
  auto const p = presence(reference, now);
  EXPECT_EQ(p.remembered[2], 2);
  EXPECT_EQ(p.present[2], 1);
  EXPECT_EQ(p.remembered[3], 1);
  EXPECT_EQ(p.present[3], 1);
  EXPECT_EQ(p.class_present[BORON_0], 1);
  EXPECT_EQ(p.class_remembered[OTHER_SIZE], 2);
  EXPECT_EQ(presence(reference, {}).present[3], 0);
  EXPECT_EQ(presence(reference, reference).present, presence(reference, reference).remembered);
}

TEST(RingMemory, ARingThatIsThereTwiceHasToBeThereTwice)
{
  auto const two = records({{1, 11, 2, 12}, {1, 11, 2, 12}});
  auto const one = records({{1, 11, 2, 12}});
  EXPECT_EQ(presence(two, one).present[2], 1);
  EXPECT_EQ(presence(one, two).present[2], 1);
  EXPECT_EQ(presence(two, two).present[2], 2);
}

// A direct bond is none of the members; their number counts.
TEST(RingMemory, DirectBonds)
{
  auto const reference = records({{1, 0, 2, 12}, {3, 0, 4, 0, 5, 13}, {6, 0, 7, 0, 8, 0}});
  EXPECT_EQ(presence(reference, reference).present[3], 2);
  auto const now = records({{2, 0, 1, 12}, {3, 14, 4, 0, 5, 13}, {8, 0, 6, 0, 7, 0}});
  EXPECT_EQ(presence(reference, now).present[2], 1);
  EXPECT_EQ(presence(reference, now).present[3], 1) << "oxygen has come between formers 3 and 4";
}

TEST(RingMemory, ScatteredRingsMeet)
{
  std::vector<std::vector<std::int64_t>> rings;
  for (int k = 0; k < 300; ++k) rings.push_back({k + 1, k + 1001, k + 2, k + 1002});
  auto const all = records(rings);
  auto const buffers = all.scattered(3);
  std::int64_t found = 0;
  for (const auto &words : buffers) {
    EXPECT_GT(words.size(), 300U);    // a third of 300 rings with six numbers is 600
    RingRecords part;
    part.append(words);
    part.sort();
    found += presence(part, all).present[2];
  }
  EXPECT_EQ(found, 300);
}

TEST(RingMemory, FlatAndBack)
{
  RingPresence a(3), b(3);
  a.remembered[2] = 5;
  a.present[3] = 7;
  a.class_present[MIXED_1] = 9;
  b.from_flat(a.flat());
  EXPECT_EQ(b.flat(), a.flat());
  EXPECT_EQ(b.present[3], 7);
}

TEST(RingFrame, ReadsWhatDumpLocalWrites)
{
  auto const frame = frame_of(HEAD + COLUMNS + ROWS);
  EXPECT_EQ(frame.step, 100);
  ASSERT_EQ(frame.rings.size(), 2U);
  EXPECT_EQ(frame.rings[0], (std::vector<std::int64_t>{2, 0, 1, 0, 1, 11, 2, 12}));
  EXPECT_EQ(frame.rings[1].size(), 10U);
  EXPECT_EQ(members_of(frame), (std::vector<std::int64_t>{1, 2, 3, 11, 12, 13, 14}));
}

TEST(RingFrame, ReadsWhatWasSavedOnWindows)
{
  std::string text = HEAD + COLUMNS + ROWS;
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2))
    text.insert(at, "\r");
  auto const frame = frame_of("\xEF\xBB\xBF" + text);
  EXPECT_EQ(frame.step, 100);
  EXPECT_EQ(frame.rings, frame_of(HEAD + COLUMNS + ROWS).rings);
}

TEST(RingFrame, TakesTheLastFrameOrTheOneOfAStep)
{
  std::string other = HEAD;
  other.replace(other.find("100"), 3, "200");
  auto const text = HEAD + COLUMNS + ROWS + other + COLUMNS + ROWS;
  EXPECT_EQ(frame_of(text).step, 200);
  EXPECT_EQ(frame_of(text, 100).step, 100);
  EXPECT_EQ(frame_of(text, 100).rings.size(), 2U);
  expect_error([&text] { frame_of(text, 300); }, "there are no rings of step 300 in it");
}

TEST(RingFrame, BadFiles)
{
  auto const fails = [](const std::string &text, const std::string &words) {
    expect_error([&text] { frame_of(text); }, words);
  };
  fails("", "there is no frame of rings in it; write them with 'dump ID all local N FILE index c_");
  fails("hello\n", "there is no frame of rings in it");
  fails(HEAD.substr(HEAD.find("ITEM: NUMBER")) + COLUMNS + ROWS,
        "line 7: there is no time step in front of these rings");
  fails("ITEM: TIMESTEP\nsoon\n", "line 2: 'soon' is no whole number");
  fails(HEAD + "ITEM: ENTRIES index c_r[1] c_r[3]\n", "line 9: the columns are not those");
  fails(HEAD + COLUMNS + "1 2 0 1 0 1 11 2 12 0 0 \n", "the file ends within a frame");
  fails(HEAD + COLUMNS + "1 2 0 1 0 1 11\n", "line 10: the row is too short");
  fails(HEAD + COLUMNS + "1 2 0 1 0 1 11 0 12 0 0 \n", "line 10: a ring of 2 formers needs the");
  fails(HEAD + COLUMNS + "1 2 0 1 0 1 11 2 -12 0 0 \n", "line 10: a ring of 2 formers needs the");
  fails(HEAD + COLUMNS + "1 4 0 1 0 1 11 2 12 3 13 \n", "line 10: this is no ring of 4 formers");
  fails(HEAD + COLUMNS + "1 9223372036854775807 0 1 0 1 11 2 12 3 13 \n",
        "this is no ring of 9223");
  fails(HEAD + COLUMNS + "1 2 0 1 0 1 x 2 12 0 0 \n", "line 10: 'x' is no whole number");
}

TEST(RingFrame, OfAnotherSystem)
{
  auto const frame = frame_of(HEAD + COLUMNS + ROWS);
  Role const b = Role::BORON, si = Role::SILICON, o = Role::OXYGEN;
  std::vector<Role> const right = {si, b, b, o, o, o, o};
  check_ring_frame(frame, right, 3, false);
  auto const fails = [&](std::size_t k, Role role, int max, const std::string &words) {
    auto roles = right;
    roles[k] = role;
    expect_error([&] { check_ring_frame(frame, roles, max, true); }, words);
  };
  fails(0, si, 2, "it holds a ring of 3 formers; give the compute ring/stats at least 'max 3'");
  fails(3, Role::OTHER, 3, "it is of another system: no atom 11 is in the network here");
  fails(3, b, 3, "atom 11 is oxygen there and a former here");
  fails(2, o, 3, "atom 3 is a former there and oxygen here");
  fails(0, b, 3, "the ring that begins at atom 1 has 1 silicons there and 0 here");
}

TEST(RingFrame, DirectBonds)
{
  auto const frame =
      frame_of(HEAD + COLUMNS + "1 2 0 1 0 1 0 2 12 0 0 \n" + "2 3 5 1 2 1 11 2 0 3 0 \n");
  EXPECT_EQ(frame.rings[0], (std::vector<std::int64_t>{2, 0, 1, 0, 1, 0, 2, 12}));
  EXPECT_EQ(members_of(frame), (std::vector<std::int64_t>{1, 2, 3, 11, 12}));
  Role const b = Role::BORON, o = Role::OXYGEN;
  std::vector<Role> const role = {Role::SILICON, b, b, o, o};
  check_ring_frame(frame, role, 3, true);
  expect_error([&] { check_ring_frame(frame, role, 3, false); },
               "the ring that begins at atom 1 has two formers bonded directly; give the compute "
               "ring/stats the 'homopolar' of the run that wrote it");
}
