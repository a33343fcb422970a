// SPDX-License-Identifier: GPL-2.0-only
#include "npy_bytes.hpp"

#include "frames/deepmd_system.hpp"

#include "expect_error.hpp"
#include "scratch_folder.hpp"

#include <hdf5.h>

using namespace lbs;
using namespace lbs::test;
using lbs::test::expect_error;
using lbs::test::ScratchFolder;

namespace {

// Two frames of two atoms, without a cell.
void write_labelled(const ScratchFolder &folder)
{
  folder.write("d/type.raw", "1\n0\n");
  folder.write("d/type_map.raw", "\xef\xbb\xbfO\r\nSi\r\n");    // as editors of Windows do
  folder.write("d/nopbc", "");
  folder.write("d/set.000/coord.npy",
               npy("<f8", "(2, 6)", bytes_of<double>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})));
  folder.write("d/set.000/energy.npy", npy("<f8", "(2,)", bytes_of<double>({-1.5, -2.5})));
  folder.write("d/set.000/force.npy",
               npy("<f4", "(2, 6)", bytes_of<float>({1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6})));
  folder.write("d/set.000/virial.npy", npy("<f8", "(2, 9)",
                                           bytes_of<double>({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
                                                             13, 14, 15, 16, 17, 18})));
  folder.write("d/set.000/atom_pref.npy", npy("<f8", "(2, 2)", bytes_of<double>({1, 0, 0.5, 1})));
}

}    // namespace

TEST(DeepmdSystem, LabelsAreRead)
{
  ScratchFolder const folder;
  write_labelled(folder);
  auto const frames = read_deepmd_system(folder.file("d"), {});
  ASSERT_EQ(frames.size(), 2U);
  const LabelledFrame &second = frames[1];
  EXPECT_EQ(second.frame.elements, (std::vector<std::string>{"Si", "O"}));
  EXPECT_FALSE(second.frame.periodic[0]);
  EXPECT_EQ(second.frame.x[1][2], 11.0);
  EXPECT_EQ(second.labels.energy, -2.5);
  EXPECT_EQ(second.labels.force[1][0], -4.0);
  EXPECT_EQ(second.labels.force_weight[0], 0.5);
  EXPECT_EQ((*second.labels.virial)[8], 18.0);
  EXPECT_FALSE(second.temperature);
}

TEST(DeepmdSystem, TemperaturesAreRead)
{
  ScratchFolder const folder;
  write_labelled(folder);
  folder.write("d/set.000/temperature.npy", npy("<f8", "(2,)", bytes_of<double>({0, 1200})));
  auto const frames = read_deepmd_system(folder.file("d"), {});
  EXPECT_EQ(frames.at(0).temperature, 0.0);
  EXPECT_EQ(frames.at(1).temperature, 1200.0);
  folder.write("d/set.000/temperature.npy", npy("<f8", "(2,)", bytes_of<double>({300, -1})));
  expect_error([&] { read_deepmd_system(folder.file("d"), {}); },
               "temperature.npy, frame 2: must be a temperature in K, not below 0");
}

TEST(DeepmdSystem, NegativeWeightsAreRefused)
{
  ScratchFolder const folder;
  write_labelled(folder);
  folder.write("d/set.000/atom_pref.npy", npy("<f8", "(2, 2)", bytes_of<double>({1, 0, -0.5, 1})));
  expect_error([&] { read_deepmd_system(folder.file("d"), {}); },
               "atom_pref.npy, frame 2, atom 1: a weight is below 0");
}

TEST(DeepmdSystem, CommentsEndWithTheirLine)
{
  ScratchFolder const folder;
  write_labelled(folder);
  folder.write("d/type.raw", "1    # the silicon\n0\n");
  EXPECT_EQ(read_deepmd_system(folder.file("d"), {})[0].frame.elements,
            (std::vector<std::string>{"Si", "O"}));
}

// numpy.save() writes transposed arrays so.
TEST(DeepmdSystem, FortransOrderIsRead)
{
  ScratchFolder const folder;
  write_labelled(folder);
  folder.write("d/set.000/force.npy",
               npy("<f8", "(2, 2, 3)",
                   bytes_of<double>({111, 211, 121, 221, 112, 212, 122, 222, 113, 213, 123, 223}),
                   "True"));
  auto const frames = read_deepmd_system(folder.file("d"), {});
  for (std::size_t f = 0; f < 2; ++f)
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t k = 0; k < 3; ++k)
        EXPECT_EQ(frames[f].labels.force[i][k], 100.0 * f + 10.0 * i + k + 111.0);
}

TEST(DeepmdSystem, MissingLabelsAreMissing)
{
  ScratchFolder const folder;
  write_labelled(folder);
  std::filesystem::remove(folder.file("d/set.000/energy.npy"));
  std::filesystem::remove(folder.file("d/set.000/virial.npy"));
  auto const frames = read_deepmd_system(folder.file("d"), {});
  EXPECT_FALSE(frames[0].labels.energy);
  EXPECT_FALSE(frames[0].labels.virial);
  EXPECT_EQ(frames[0].labels.force.size(), 2U);
}

TEST(DeepmdSystem, MixedFramesHaveTypesOfTheirOwn)
{
  ScratchFolder const folder;
  write_labelled(folder);
  folder.write("d/set.000/real_atom_types.npy",
               npy("<i4", "(2, 2)", bytes_of<std::int32_t>({0, 0, 1, 0})));
  auto const frames = read_deepmd_system(folder.file("d"), {});
  EXPECT_EQ(frames[0].frame.elements, (std::vector<std::string>{"O", "O"}));
  EXPECT_EQ(frames[1].frame.elements, (std::vector<std::string>{"Si", "O"}));
  folder.write("d/set.000/real_atom_types.npy",
               npy("<i4", "(2, 2)", bytes_of<std::int32_t>({0, 2, 1, 0})));
  expect_error([&] { read_deepmd_system(folder.file("d"), {}); }, "there is no name for type 2");
}

TEST(DeepmdSystem, BadArraysAreRefused)
{
  ScratchFolder const folder;
  write_labelled(folder);
  const auto read = [&] { read_deepmd_system(folder.file("d"), {}); };
  folder.write("d/set.000/energy.npy", npy("<f8", "(1,)", bytes_of<double>({-1.5})));
  expect_error(read, "energy.npy holds 1 numbers, but needs 1 for each of 2 frames");
  folder.write("d/set.000/energy.npy", npy("<f8", "(2,)", bytes_of<double>({-1.5, -4.0e9})));
  expect_error(read, "energy.npy, frame 2: a number is -4000000000; check the units");
  double const nan = std::numeric_limits<double>::quiet_NaN();
  folder.write("d/set.000/energy.npy", npy("<f8", "(2,)", bytes_of<double>({nan, -1.5})));
  expect_error(read, "energy.npy, frame 1: a number is nan");
}

TEST(DeepmdSystem, SystemsAreFoundInFoldersAndHdf5Files)
{
  ScratchFolder const folder;
  write_labelled(folder);
  folder.write("deep/e/type.raw", "0\n");
  EXPECT_EQ(find_deepmd_systems(folder.file("d")), std::vector<std::string>{folder.file("d")});
  EXPECT_EQ(find_deepmd_systems(folder.file("deep")),
            std::vector<std::string>{folder.file("deep/e")});
  // A system in the folder of another one, as DeePMD-kit finds it.
  folder.write("deep/type.raw", "0\n");
  EXPECT_EQ(find_deepmd_systems(folder.file("deep")),
            (std::vector<std::string>{folder.file("deep"), folder.file("deep/e")}));
  expect_error([&] { find_deepmd_systems(folder.file("none")); }, "there is no such file");
  expect_error([&] { find_deepmd_systems(folder.file("d/set.000")); }, "holds no system");

  // The arrays of `d` in a group of an HDF5 file, as dpdata writes it.
  std::string const path = folder.file("all.hdf5");
  hid_t const file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  hid_t const group = H5Gcreate2(file, "glass", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  hid_t const set = H5Gcreate2(group, "set.000", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const auto put = [](hid_t to, const char *name, const std::vector<double> &numbers) {
    hsize_t const size = numbers.size();
    hid_t const space = H5Screate_simple(1, &size, nullptr);
    hid_t const data =
        H5Dcreate2(to, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data());
    H5Dclose(data);
    H5Sclose(space);
  };
  put(group, "type.raw", {0, 0});
  put(group, "nopbc", {1});
  put(set, "coord.npy", {0, 0, 0, 1, 0, 0});
  put(set, "energy.npy", {-7});
  H5Gclose(set);
  H5Gclose(group);
  H5Fclose(file);
  auto const found = find_deepmd_systems(path);
  ASSERT_EQ(found, std::vector<std::string>{path + "#/glass"});
  auto const frames = read_deepmd_system(found[0], {"B"});
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].labels.energy, -7.0);
  EXPECT_EQ(frames[0].frame.elements, (std::vector<std::string>{"B", "B"}));
}
