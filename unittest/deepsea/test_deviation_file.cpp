// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/deviation_file.hpp"

#include "expect_error.hpp"
#include "scratch_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

using lbs::deepsea::DeviationFile;
using Existing = DeviationFile::Existing;

namespace {

constexpr std::array<double, 6> VALUES = {6.0, 1.0, 3.0, 0.5, 0.25, 0.375};

// Steps of the rows, and all lines, of a file.
std::vector<long> steps(const std::string &path)
{
  std::ifstream file(path);
  std::vector<long> found;
  for (std::string line; std::getline(file, line);)
    if (line[0] != '#') found.push_back(std::stol(line));
  return found;
}

std::string text(const std::string &path)
{
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

class DeviationFileTest : public testing::Test {
 protected:
  lbs::test::ScratchFolder folder_;
  std::string path_ = folder_.file("a file.out");
};

TEST_F(DeviationFileTest, RowsHaveTheirColumns)
{
  DeviationFile file;
  file.open(path_, true, Existing::OVERWRITE);
  file.write(20, VALUES, {0.5, 0.25});
  std::istringstream row(text(path_).substr(text(path_).find('\n')));
  std::vector<double> numbers;
  for (double number = 0.0; row >> number;) numbers.push_back(number);
  EXPECT_EQ(numbers, (std::vector<double>{20.0, 6.0, 1.0, 3.0, 0.5, 0.25, 0.375, 0.5, 0.25}));
  EXPECT_EQ(text(path_).rfind("#", 0), 0U);
}

TEST_F(DeviationFileTest, TheLastRowOfAStepStays)
{
  DeviationFile file;
  file.open(path_, true, Existing::OVERWRITE);
  file.write(0, VALUES, {});
  file.write(10, VALUES, {1.0, 2.0, 3.0});    // longer than what follows
  file.write(10, {60.0, 1.0, 3.0, 0.5, 0.25, 0.375}, {});
  EXPECT_EQ(steps(path_), (std::vector<long>{0, 10}));
  EXPECT_NE(text(path_).find("6.000000e+01"), std::string::npos);
  EXPECT_EQ(text(path_).find("2.000000e+00"), std::string::npos);
  file.write(20, VALUES, {});
  EXPECT_EQ(steps(path_), (std::vector<long>{0, 10, 20}));
}

TEST_F(DeviationFileTest, ARunBeginsWithARowOfItsOwn)
{
  DeviationFile file;
  file.open(path_, false, Existing::OVERWRITE);
  file.write(10, VALUES, {});
  file.begin_run();
  file.write(10, VALUES, {});
  EXPECT_EQ(steps(path_), (std::vector<long>{10, 10}));
}

TEST_F(DeviationFileTest, OverwritesOrAppends)
{
  for (auto const existing : {Existing::OVERWRITE, Existing::APPEND}) {
    DeviationFile file;
    file.open(path_, false, existing);
    file.write(existing == Existing::APPEND ? 2 : 1, VALUES, {});
  }
  EXPECT_EQ(steps(path_), (std::vector<long>{1, 2}));
  EXPECT_EQ(text(path_).rfind('#'), 0U) << "one line of names";
  DeviationFile again;
  again.open(path_, false, Existing::OVERWRITE);
  EXPECT_EQ(steps(path_), std::vector<long>{});
  EXPECT_EQ(text(path_).rfind('#'), 0U);
}

TEST_F(DeviationFileTest, ComesBackToAFile)
{
  DeviationFile file;
  std::string const other = folder_.file("other");
  for (long step = 1; step <= 3; ++step) {
    file.open(step == 2 ? other : path_, false, Existing::OVERWRITE);
    file.write(step, VALUES, {});
  }
  EXPECT_EQ(steps(path_), (std::vector<long>{1, 3}));
  EXPECT_EQ(steps(other), std::vector<long>{2});
}

TEST_F(DeviationFileTest, AppendsBehindATornRow)
{
  std::ofstream(path_) << "# names\n 5 0.1";
  DeviationFile file;
  file.open(path_, false, Existing::APPEND);
  file.write(6, VALUES, {});
  EXPECT_EQ(steps(path_), (std::vector<long>{5, 6}));
}

TEST_F(DeviationFileTest, IsWrittenByOne)
{
  DeviationFile first;
  first.open(path_, false, Existing::OVERWRITE);
  first.write(1, VALUES, {});
  DeviationFile second;
  lbs::test::expect_error([&] { second.open(path_, false, Existing::OVERWRITE); },
                          "give each its own out_file");
  EXPECT_EQ(steps(path_), std::vector<long>{1}) << "the rows of the first one";
  first.close();
  second.open(path_, false, Existing::APPEND);
  lbs::test::expect_error([&] { first.open("/nowhere/a", false, Existing::OVERWRITE); },
                          "cannot write /nowhere/a: ");
}

}    // namespace
