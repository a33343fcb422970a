// SPDX-License-Identifier: GPL-2.0-only
#include "npy_bytes.hpp"

#include "expect_error.hpp"
#include "frames/frames.hpp"
#include "scratch_folder.hpp"

using namespace lbs;
using namespace lbs::test;
using lbs::test::expect_error;
using lbs::test::ScratchFolder;

namespace {

const std::string TWO_ATOMS = "2\n"
                              "Lattice=\"5 0 0 1 6 0 0 0.5 7\" Properties=species:S:1:pos:R:3 "
                              "pbc=\"T F T\" energy=-1.5\n"
                              "O 0.25 -1.5 2e0\n"
                              "Si 1 2 3\n";

std::vector<Frame> parse(const std::string &text)
{
  return parse_extxyz(text, "test.xyz");
}

// Two frames of two atoms.
void write_folder(const ScratchFolder &folder)
{
  folder.write("d/type.raw", "1\n0\n");
  folder.write("d/type_map.raw", "O\nSi\n");
  folder.write("d/set.000/coord.npy",
               npy("<f8", "(2, 6)", bytes_of<double>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})));
  folder.write("d/set.000/box.npy",
               npy("<f4", "(2, 9)",
                   bytes_of<float>({5, 0, 0, 0, 6, 0, 0, 0, 7, 8, 0, 0, 0, 8, 0, 0, 0, 8})));
}

}    // namespace

TEST(Frames, ExtendedXyzIsRead)
{
  auto const frames = parse(TWO_ATOMS + "\n" + TWO_ATOMS);
  ASSERT_EQ(frames.size(), 2U);
  auto const &frame = frames[1];
  EXPECT_EQ(frame.elements, (std::vector<std::string>{"O", "Si"}));
  EXPECT_EQ(frame.x[0], (std::array<double, 3>{0.25, -1.5, 2.0}));
  EXPECT_EQ(frame.cell[1], (std::array<double, 3>{1, 6, 0}));
  EXPECT_EQ(frame.cell[2], (std::array<double, 3>{0, 0.5, 7}));
  EXPECT_EQ(frame.periodic, (std::array<bool, 3>{true, false, true}));
}

TEST(Frames, ColumnsAreFoundByTheirNames)
{
  auto const frames = parse("1\nProperties=id:I:1:force:R:3:species:S:1:pos:R:3\n"
                            "7 9 9 9 Li 1 2 3\n");
  EXPECT_EQ(frames[0].elements[0], "Li");
  EXPECT_EQ(frames[0].x[0], (std::array<double, 3>{1, 2, 3}));
}

TEST(Frames, PlainXyzIsNotPeriodic)
{
  auto const frames = parse("1\na comment\nB 1 2 3\n");
  EXPECT_EQ(frames[0].periodic, (std::array<bool, 3>{false, false, false}));
  EXPECT_TRUE(parse("2\nLattice=\"5 0 0 0 5 0 0 0 5\"\nB 1 2 3\nB 0 0 0\n")[0].periodic[2]);
}

TEST(Frames, BadXyzIsRefusedWithItsLine)
{
  expect_error([] { parse("two\n\n"); },
               "test.xyz, line 1: the number of atoms of a frame must be");
  expect_error([] { parse("-1\n\n"); }, "must begin with its number of atoms");
  expect_error([] { parse("1\n"); }, "the file ends within a frame");
  expect_error([] { parse("2\n\nO 1 2 3\n"); }, "line 4: the file ends within a frame");
  expect_error([] { parse("1\n\nO 1 2\n"); }, "line 3: an atom has fewer columns");
  expect_error([] { parse("1\n\nO 1 2 x\n"); }, "line 3: a coordinate must be a finite number");
  expect_error([] { parse("1\n\nO 1 2 nan\n"); }, "a coordinate must be a finite number");
  expect_error([] { parse("1\nLattice=\"1 2 3\"\nO 1 2 3\n"); }, "Lattice must have 9 numbers");
  expect_error([] { parse("1\npbc=\"T T T\"\nO 1 2 3\n"); }, "pbc is set, but Lattice is missing");
  expect_error([] { parse("1\npbc=\"T T\"\nO 1 2 3\n"); }, "pbc must have three letters");
  expect_error([] { parse("1\nProperties=pos:R:3\n1 2 3\n"); }, "must have species:S:1 and pos");
  expect_error([] { parse("1\nProperties=pos:R\n1 2 3\n"); }, "Properties must be triples");
}

TEST(Frames, FrameCountBeyondTheFileCostsNothing)
{
  expect_error([] { parse("2000000000\n\nO 1 2 3\n"); }, "the file ends within a frame");
}

TEST(Frames, DeepmdFolderIsRead)
{
  ScratchFolder const folder;
  write_folder(folder);
  auto const frames = read_frames(folder.file("d"), {});
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].elements, (std::vector<std::string>{"Si", "O"}));
  EXPECT_EQ(frames[1].x[1], (std::array<double, 3>{9, 10, 11}));
  EXPECT_EQ(frames[0].cell[1][1], 6.0);
  EXPECT_EQ(frames[1].cell[2][2], 8.0);
  EXPECT_TRUE(frames[0].periodic[0]);
}

TEST(Frames, FolderMayLeaveNamesAndCellOut)
{
  ScratchFolder const folder;
  write_folder(folder);
  std::filesystem::remove(folder.file("d/type_map.raw"));
  std::filesystem::remove(folder.file("d/set.000/box.npy"));
  folder.write("d/nopbc", "");
  auto const frames = read_frames(folder.file("d"), {"B", "Li"});
  EXPECT_EQ(frames[0].elements, (std::vector<std::string>{"Li", "B"}));
  EXPECT_FALSE(frames[0].periodic[0]);
  expect_error([&] { read_frames(folder.file("d"), {"B"}); }, "there is no name for type 1");
}

TEST(Frames, BadFoldersAreRefused)
{
  ScratchFolder const folder;
  auto const refuse = [&](const std::string &name, const std::string &bytes,
                          const std::string &words) {
    write_folder(folder);
    folder.write("d/" + name, bytes);
    expect_error([&] { read_frames(folder.file("d"), {}); }, words);
  };
  refuse("set.000/coord.npy", "junk", "coord.npy: no .npy file");
  refuse("set.000/coord.npy", npy("<c8", "(2, 6)", ""), "holds '<c8', but must hold float64");
  refuse("set.000/coord.npy", npy("<f8", "(2, 6)", "short"), "the file is incomplete");
  refuse("set.000/coord.npy", npy("<f8", "(99999999999, 6)", ""), "the file is incomplete");
  refuse("set.000/coord.npy", npy("<f8", "(1, 5)", bytes_of<double>({1, 2, 3, 4, 5})),
         "has not three numbers for each atom");
  refuse("set.000/box.npy", npy("<f8", "(1, 9)", bytes_of<double>(std::vector<double>(9))),
         "box.npy holds 9 numbers, but needs 9 for each of 2 frames");
  refuse("type.raw", "1 x\n", "a type must be an integer, not 'x'");
  refuse("set.000/real_atom_types.npy", "", "real_atom_types.npy is empty");
  expect_error([&] { read_frames(folder.file("nothing"), {}); }, "cannot open");
  expect_error([&] { read_frames(folder.write("empty.xyz", ""), {}); }, "empty.xyz is empty");
  expect_error([&] { read_frames(folder.write("blank.xyz", "\n"), {}); }, "holds no frames");
}
