// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/commands.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

using namespace lbs::deepsea;
using lbs::test::expect_error;

namespace {

TEST(Commands, DefaultsAreThoseOfTheDocumentation)
{
  StyleCommand const command = parse_style({"a.pt"});
  EXPECT_EQ(command.files, std::vector<std::string>{"a.pt"});
  EXPECT_EQ(command.out_freq, 100);
  EXPECT_EQ(command.out_file, "model_devi.out");
  EXPECT_EQ(command.short_action, ShortAction::WARN);
  EXPECT_EQ(command.core_outer, 0.0);
  EXPECT_FALSE(command.atomic);
  EXPECT_EQ(command.evaluator.arithmetic, EvaluatorSettings::Arithmetic::DOUBLE);
  EXPECT_EQ(command.evaluator.table_tolerance(), 5.0e-11);
}

TEST(Commands, EveryKeyword)
{
  StyleCommand const command =
      parse_style({"a.pt", "b.pt",     "precision", "mixed",  "table",    "1e-6", "out_file",
                   "f",    "out_freq", "7",         "atomic", "relative", "0.5",  "relative_v",
                   "0.25", "short",    "error",     "core",   "zbl",      "0.8",  "1.2"});
  EXPECT_EQ(command.files.size(), 2U);
  EXPECT_EQ(command.evaluator.arithmetic, EvaluatorSettings::Arithmetic::MIXED);
  EXPECT_EQ(command.evaluator.table_tolerance(), 1e-6);
  EXPECT_EQ(command.out_file, "f");
  EXPECT_EQ(command.out_freq, 7);
  EXPECT_TRUE(command.atomic);
  EXPECT_EQ(command.relative_force, 0.5);
  EXPECT_EQ(command.relative_virial, 0.25);
  EXPECT_EQ(command.short_action, ShortAction::ERROR);
  EXPECT_EQ(command.core_inner, 0.8);
  EXPECT_EQ(command.core_outer, 1.2);
  EXPECT_EQ(parse_style({"a.pt", "table", "off"}).evaluator.table_tolerance(), 0.0);
  EXPECT_EQ(parse_style({"a.pt", "precision", "mixed"}).evaluator.table_tolerance(), 3.0e-7);
}

TEST(Commands, TypesByElement)
{
  std::vector<std::string> const elements = {"Li", "B", "O"};
  EXPECT_EQ(parse_coeff({"*", "*", "O", "NULL", "Li"}, 3, elements), (std::vector<int>{2, -1, 0}));
  expect_error(
      [&] {
        parse_coeff({"*", "*", "O"}, 3, elements);
      },
      "1 element names for 3 atom types");
  expect_error([&] { parse_coeff({"*", "*", "X"}, 1, elements); }, "no element 'X'");
  expect_error(
      [&] {
        parse_coeff({"1", "1", "O"}, 1, elements);
      },
      "all atom types are set at once");
}

TEST(Commands, MistakesAreNamed)
{
  expect_error([&] { parse_style({}); }, "a model file is missing");
  expect_error([&] { parse_style({"a.pt", "out_freq", "0"}); }, "out_freq must be at least 1");
  expect_error([&] { parse_style({"a.pt", "out_freq"}); }, "out_freq: N is missing");
  expect_error([&] { parse_style({"a.pt", "atomic", "yes"}); }, "unknown keyword 'yes'");
  expect_error([&] { parse_style({"a.pt", "ttm", "1"}); }, "keyword ttm of pair_style deepmd");
  expect_error([&] { parse_style({"a.pt", "core", "zbl", "2", "2"}); }, "R_OUT must be above R_IN");
}

}    // namespace
