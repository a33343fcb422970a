// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/commands.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

using namespace lbs::deepsea;
using lbs::test::expect_error;

namespace {

using Words = std::vector<std::string>;

TEST(Commands, DefaultsAreThoseOfTheDocumentation)
{
  StyleCommand const command = parse_style({"a.pt"});
  EXPECT_EQ(command.files, std::vector<std::string>{"a.pt"});
  EXPECT_EQ(command.out_freq, 100);
  EXPECT_EQ(command.out_file, "");    // the pair style knows the number of the partition
  EXPECT_EQ(command.short_action, ShortAction::WARN);
  EXPECT_EQ(command.core_outer, 0.0);
  EXPECT_FALSE(command.atomic);
  EXPECT_EQ(command.evaluator.arithmetic, EvaluatorSettings::Arithmetic::DOUBLE);
  EXPECT_EQ(command.evaluator.table_tolerance(), 5.0e-11);
}

TEST(Commands, EveryKeyword)
{
  StyleCommand const command =
      parse_style({"a.pt", "b.pt",     "precision", "mixed",    "tabulate", "1e-6", "out_file",
                   "f",    "out_freq", "7",         "atomic",   "relative", "0.5",  "relative_v",
                   "0.25", "short",    "error",     "core/zbl", "0.8",      "1.2"});
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
  EXPECT_EQ(parse_style({"a.pt", "tabulate", "off"}).evaluator.table_tolerance(), 0.0);
  EXPECT_EQ(parse_style({"a.pt", "precision", "mixed"}).evaluator.table_tolerance(), 1.0e-6);
}

TEST(Commands, SpellingOfTheFirstVersions)
{
  StyleCommand const command = parse_style({"a.pt", "core/zbl", "0.8", "1.2", "tabulate", "off"});
  StyleCommand const old = parse_style({"a.pt", "core", "zbl", "0.8", "1.2", "table", "off"});
  for (const auto &one : {command, old}) {
    EXPECT_EQ(one.core_inner, 0.8);
    EXPECT_EQ(one.core_outer, 1.2);
    EXPECT_EQ(one.evaluator.table_tolerance(), 0.0);
  }
  expect_error([&] { parse_style({"a.pt", "core"}); }, "write core/zbl");
}

TEST(Commands, PathsMayHoldAnything)
{
  StyleCommand const command = parse_style({"my models/a #1.pt", "b c.pt", "out_file", "d # e"});
  EXPECT_EQ(command.files, (Words{"my models/a #1.pt", "b c.pt"}));
  EXPECT_EQ(command.out_file, "d # e");
}

const Words ELEMENTS = {"Li", "B", "O"};

TEST(Commands, ElementsOfTypes)
{
  EXPECT_EQ(parse_coeff({"*", "*", "O", "NULL", "Li"}, 3, ELEMENTS).elements,
            (Words{"O", "NULL", "Li"}));
  EXPECT_EQ(model_types({"O", "NULL", "Li", "O"}, ELEMENTS), (std::vector<int>{2, -1, 0, 2}));
  expect_error(
      [&] {
        parse_coeff({"*", "*", "O"}, 3, ELEMENTS);
      },
      "1 element names for 3 atom types");
  expect_error([&] { parse_coeff({"*", "*", "NULL"}, 1, ELEMENTS); }, "every atom type is NULL");
  expect_error(
      [&] {
        parse_coeff({"1", "1", "O"}, 1, ELEMENTS);
      },
      "all atom types are set at once");
  expect_error([&] { model_types({"X"}, ELEMENTS); }, "no element 'X'");
}

TEST(Commands, TypesWithoutNames)
{
  EXPECT_FALSE(parse_coeff({"*", "*"}, 3, ELEMENTS).named());
  EXPECT_EQ(elements_by_order(2, ELEMENTS), (Words{"Li", "B"}));
  expect_error([&] { elements_by_order(4, ELEMENTS); }, "4 atom types are more than the model has");
  EXPECT_EQ(elements_by_label(2, ELEMENTS, {2, -1, 1}), (Words{"O", "Li"}));
  expect_error(
      [&] {
        elements_by_label(3, ELEMENTS, {2, -1, 1});
      },
      "the label of atom type 3 is no element of the model");
}

TEST(Commands, MassesSayWhichElement)
{
  // isotopes, rounded masses, and rounded ones between neighbors of the periodic table
  for (double const mass : {10.81, 10.8, 11.0, 10.013}) check_mass(1, mass, "B", ELEMENTS);
  check_mass(1, 40.0, "Ca", {"O", "Ca"});    // Ar is nearer
  check_mass(1, 59.0, "Ni", {"Ni"});         // so is Co
  expect_error([&] { check_mass(1, 59.0, "Ni", {"Ni", "Co"}); }, "is that of Co");
  expect_error([&] { check_mass(2, 10.81, "O", ELEMENTS); },
               "atom type 2 would be O, but its mass of 10.81 is that of B");
  expect_error([&] { check_mass(2, 12.011, "B", ELEMENTS); }, "is that of C;");
  expect_error([&] { check_mass(2, 1.0, "B", ELEMENTS); }, "is that of H;");
  expect_error([&] { check_mass(2, 16.0, "OW", {"OW"}); }, "the model's type 'OW' is no element");
}

TEST(Commands, MistakesAreNamed)
{
  expect_error([&] { parse_style({}); }, "a model file is missing");
  expect_error([&] { parse_style({"a.pt", "out_freq", "0"}); }, "out_freq must be at least 1");
  expect_error([&] { parse_style({"a.pt", "out_freq"}); }, "out_freq: N is missing");
  expect_error([&] { parse_style({"a.pt", "atomic", "yes"}); }, "unknown keyword 'yes'");
  expect_error([&] { parse_style({"a.pt", "ttm", "1"}); }, "keyword ttm of pair_style deepmd");
  expect_error([&] { parse_style({"a.pt", "core/zbl", "2", "2"}); }, "R_OUT must be above R_IN");
}

}    // namespace
