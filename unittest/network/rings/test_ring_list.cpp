// SPDX-License-Identifier: GPL-2.0-only
#include "network/rings/ring_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace lbs::network;

namespace {

const std::vector<std::int64_t> KEY = {30, 10, 20, 7, 5, 6};    // formers 0 to 2, oxygens 3 to 5

RingList one(const std::vector<int> &atoms, const std::vector<ImageShift> &cells)
{
  RingList rings;
  append_ring(atoms, cells, KEY, rings);
  return rings;
}

}    // namespace

TEST(RingList, EveryReadingOfAWalkIsTheSameRing)
{
  std::vector<int> atoms = {0, 3, 1, 4, 2, 5};
  std::vector<ImageShift> cells = {0, 0, 1, 1, 1, 0};
  auto const expected = one(atoms, cells);
  EXPECT_EQ(expected.site, (std::vector<int>{1, 4, 2, 5, 0, 3})) << "key 10 first, then key 5";
  EXPECT_EQ(expected.shift, (std::vector<ImageShift>{0, 0, 0, -1, -1, -1}));
  for (int turn = 0; turn < 3; ++turn) {
    std::rotate(atoms.begin(), atoms.begin() + 2, atoms.end());
    std::rotate(cells.begin(), cells.begin() + 2, cells.end());
    EXPECT_EQ(one(atoms, cells).site, expected.site);
    auto back = atoms;
    auto back_cells = cells;
    std::reverse(back.begin() + 1, back.end());
    std::reverse(back_cells.begin() + 1, back_cells.end());
    for (auto &cell : back_cells) cell += pack_shift(0, 3, 0);
    EXPECT_EQ(one(back, back_cells).site, expected.site);
    EXPECT_EQ(one(back, back_cells).shift, expected.shift);
  }
}

TEST(RingList, DropsRepeatedRingsOnly)
{
  RingList rings;
  append_ring({0, 3, 1, 4}, {0, 0, 0, 0}, KEY, rings);
  append_ring({1, 4, 2, 5}, {0, 0, 0, 0}, KEY, rings);
  append_ring({2, 5, 1, 4}, {0, 0, 0, 0}, KEY, rings);
  append_ring({1, 4, 2, 5}, {0, 0, 1, 0}, KEY, rings);
  auto later = rings;
  rings.drop_repeated(0, KEY);
  EXPECT_EQ(rings.count(), 3U) << "another cell is another ring";
  later.drop_repeated(2, KEY);
  EXPECT_EQ(later.count(), 4U) << "rings before the first are left alone";
  EXPECT_EQ(rings.formers(0), 2);
}
