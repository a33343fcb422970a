// SPDX-License-Identifier: GPL-2.0-only
#include "fmp/commands.hpp"

#include "expect_error.hpp"
#include "support/text.hpp"

using namespace lbs::fmp;
using lbs::test::expect_error;

namespace {

StyleCommand style(const std::string &words)
{
  return parse_style(lbs::text::words(words));
}

CoeffCommand coeff(const std::string &words, int ntypes = 4)
{
  return parse_coeff(lbs::text::words(words), ntypes);
}

void expect_style_error(const std::string &words, const std::string &message)
{
  expect_error([&] { style(words); }, message);
}

void expect_coeff_error(const std::string &words, const std::string &message)
{
  expect_error([&] { coeff(words); }, message);
}

}    // namespace

TEST(StyleCommand, ReadsAllForms)
{
  EXPECT_EQ(style("8.0 coul none").coulomb, CoulombStyle::NONE);
  auto const lr = style("10 coul long 12");
  EXPECT_EQ(lr.coulomb, CoulombStyle::LONG);
  EXPECT_EQ(lr.cut, 10.0);
  EXPECT_EQ(lr.cut_coulomb, 12.0);
  auto const dsf = style("8 coul dsf 0.25 9");
  EXPECT_EQ(dsf.coulomb, CoulombStyle::DSF);
  EXPECT_EQ(dsf.alpha, 0.25);
  EXPECT_EQ(dsf.cut_coulomb, 9.0);
  EXPECT_EQ(style("8 coul wolf 0.0 10").alpha, 0.0);
}

TEST(StyleCommand, RefusesAnythingElse)
{
  expect_style_error("", "CUT is missing");
  expect_style_error("coul long 10 8", "cutoff CUT must be a finite number, not 'coul'");
  expect_style_error("-8 coul long 10", "must be positive");
  expect_style_error("8", "'coul' and its style must follow");
  expect_style_error("8 long 10", "'coul' and its style must follow");
  expect_style_error("8 coul cut 10", "unknown Coulomb style 'cut'");
  expect_style_error("8 coul long", "cutoff CUTC is missing");
  expect_style_error("8 coul dsf 10", "cutoff CUTC is missing");
  expect_style_error("8 coul dsf -0.1 10", "ALPHA must not be negative, not -0.1");
  expect_style_error("8 coul none 10", "unexpected word '10'");
  expect_style_error("8 coul long 10 12", "unexpected word '12'");
}

TEST(CoeffCommand, Defaults)
{
  auto const c = coeff("* * f.fmp Li B O Si");
  EXPECT_EQ(c.file, "f.fmp");
  EXPECT_EQ(c.elements, (std::vector<std::string>{"Li", "B", "O", "Si"}));
  EXPECT_FALSE(c.composition.has_value());
  EXPECT_EQ(c.n4.source, N4Choice::FROM_FILE);
  EXPECT_FALSE(c.set_charges);
  EXPECT_FALSE(c.recompute);
}

TEST(CoeffCommand, ReadsKeywordsInAnyOrder)
{
  auto const c = coeff("* * f.fmp Li B O NULL recompute yes composition Li2O 0.4 B2O3 0.6 "
                       "charges set n4 0.3");
  EXPECT_EQ(c.elements.back(), "NULL");
  EXPECT_TRUE(c.recompute);
  EXPECT_TRUE(c.set_charges);
  EXPECT_EQ(c.n4.value, 0.3);
  ASSERT_TRUE(c.composition.has_value());
  EXPECT_EQ(c.composition->at("B2O3"), 0.6);
  EXPECT_FALSE(coeff("* * f.fmp Li B O Si composition auto").composition.has_value());
  EXPECT_EQ(coeff("* * f.fmp Li B O Si n4 dbx").n4.source, N4Choice::DELL_BRAY_XIAO);
}

TEST(CoeffCommand, RefusesAnythingElse)
{
  expect_coeff_error("* *", "the potential file is missing");
  expect_coeff_error("1 1 f.fmp Li B O Si", "must begin with '* *'");
  expect_coeff_error("* * f.fmp Li B O", "3 elements for 4 atom types");
  expect_coeff_error("* * f.fmp Li B O n4 dbx", "3 elements for 4 atom types");
  expect_coeff_error("* * f.fmp Li B O Si Na", "unexpected word 'Na'");
  expect_coeff_error("* * f.fmp composition auto Li B O Si", "0 elements for 4 atom types");
  expect_coeff_error("* * f.fmp Li B O Si n4", "no value stands behind 'n4'");
  expect_coeff_error("* * f.fmp Li B O Si n4 auto", "n4 must be a finite number");
  expect_coeff_error("* * f.fmp Li B O Si charges yes", "charges must be check or set");
  expect_coeff_error("* * f.fmp Li B O Si recompute maybe", "recompute must be yes or no");
  expect_coeff_error("* * f.fmp Li B O Si n4 dbx n4 0.5", "'n4' is given twice");
  expect_coeff_error("* * f.fmp Li B O Si composition Li2O", "no amount stands behind 'Li2O'");
  expect_coeff_error("* * f.fmp Li B O Si composition n4 dbx", "composition is empty");
}

TEST(CheckCoulomb, ComparesWithTheFile)
{
  PotentialFile file;
  file.name = "SHIK";
  EXPECT_NO_THROW(check_coulomb(file, style("8 coul long 10")));
  file.coulomb = CoulombRule{"dsf", 0.0, 10.0, 0.2};
  EXPECT_NO_THROW(check_coulomb(file, style("8 coul dsf 0 10")));
  expect_error([&] { check_coulomb(file, style("8 coul long 10")); },
               "SHIK is defined with 'coul dsf 0 10'; pair_style gives 'coul long 10'");
  expect_error([&] { check_coulomb(file, style("8 coul dsf 0.2 10")); }, "coul dsf 0.2 10");
}
