// SPDX-License-Identifier: GPL-2.0-only
#include "fmp/potential_file.hpp"

#include "expect_error.hpp"
#include "shipped.hpp"

using namespace lbs::fmp;
using lbs::test::expect_error;
using lbs::test::shipped;

namespace {

const std::string MINIMAL = "# UNITS: metal DATE: 2026-01-02 CITATION: A. Author, J. 1, 2 (3)\n"
                            "fmp/lbs-potential 1\n"
                            "name Test set\n"
                            "element Si charge 2.4 oxide SiO2\n"
                            "element O charge neutral\n"
                            "pair Si O A 13702.905 rho 0.193817 C 54.681 core fit\n"
                            "pair O O A 2029.2204 rho 0.34364 C 192.58 core fit\n"
                            "pair Si Si coulomb\n"
                            "end\n";

PotentialFile parse(const std::string &text)
{
  return parse_potential_file(text, "test.fmp");
}

std::string with(const std::string &from, const std::string &to)
{
  std::string text = MINIMAL;
  auto const at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

void expect_refusal(const std::string &from, const std::string &to, const std::string &words)
{
  expect_error([&] { parse(with(from, to)); }, words);
}

}    // namespace

TEST(PotentialFile, ReadsEveryField)
{
  auto const file = parse(MINIMAL);
  EXPECT_EQ(file.name, "Test set");
  EXPECT_EQ(file.units, "metal");
  EXPECT_EQ(file.date, "2026-01-02");
  EXPECT_EQ(file.citation, "A. Author, J. 1, 2 (3)");
  ASSERT_EQ(file.elements.size(), 2U);
  EXPECT_EQ(file.element("Si")->charge->number, 2.4);
  EXPECT_FALSE(file.element("O")->charge.has_value());
  EXPECT_EQ(file.element("Na"), nullptr);
  auto const &pair = file.pair("O", "Si");
  EXPECT_EQ(pair.A.number, 13702.905);
  EXPECT_TRUE(pair.core);
  EXPECT_EQ(pair.line, 6);
  EXPECT_TRUE(file.pair("Si", "Si").coulomb_only);
  EXPECT_EQ(file.oxides().size(), 1U);
}

TEST(PotentialFile, ShippedFilesAreComplete)
{
  for (const char *name : {"deng-du-teter.fmp", "lbs.fmp", "shik.fmp"}) {
    auto const file = shipped(name);
    EXPECT_EQ(file.elements.size(), 4U) << name;
    EXPECT_EQ(file.pairs.size(), 10U) << name;
    EXPECT_EQ(file.modifiers(), std::vector<std::string>{"Li2O"}) << name;
  }
  EXPECT_TRUE(shipped("deng-du-teter.fmp").n4_dell_bray_xiao);
  auto const shik = shipped("shik.fmp");
  ASSERT_TRUE(shik.coulomb.has_value());
  EXPECT_EQ(shik.coulomb->style, "dsf");
  EXPECT_EQ(shik.pair("Si", "B").smooth, 0.2);
  EXPECT_EQ(*shik.pair("Li", "Li").cut, 8.0);
}

TEST(PotentialFile, ReadsModels)
{
  auto const file =
      parse(with("pair Si O A 13702.905", "model amp polynomial 1000 2.5*K^2*R -3*x_SiO2 10*N4\n"
                                          "pair Si O A amp"));
  auto const &p = std::get<Polynomial>(file.models.at("amp"));
  ASSERT_EQ(p.terms.size(), 4U);
  EXPECT_EQ(p.terms[1].coefficient, 2.5);
  EXPECT_EQ(p.terms[1].factors[0], (std::pair<std::string, int>{"K", 2}));
  EXPECT_EQ(p.terms[1].factors[1], (std::pair<std::string, int>{"R", 1}));
  EXPECT_EQ(file.pair("Si", "O").A.model, "amp");
}

TEST(PotentialFile, RefusesDamagedFiles)
{
  expect_refusal("end\n", "", "is truncated: it has no line 'end'");
  expect_error([] { parse(""); }, "it is empty");
  expect_refusal("potential 1", "potential 2", "schema 2 is not known");
  expect_refusal("fmp/lbs-potential 1", "pair_style buck", "begins with 'fmp/lbs-potential 1'");
  expect_refusal("UNITS: metal ", "", "must hold 'UNITS: metal'");
  expect_refusal("UNITS: metal", "UNITS: lj", "must hold 'UNITS: metal'");
}

TEST(PotentialFile, RefusesModelsThatCannotBe)
{
  expect_refusal("name Test set", "model m polynomial 1*x_NaO", "uses x_NaO, but no element");
  auto text = with("name Test set", "model A_BO deng-du");
  text.replace(text.find("metal"), 5, "real");
  expect_error([&] { parse(text); }, "must be in UNITS: metal");
}

TEST(PotentialFile, RefusesBadNumbersWithTheirLine)
{
  expect_refusal("rho 0.193817", "rho -0.193817", "test.fmp, line 6: rho must be positive");
  expect_refusal("rho 0.193817", "rho 0", "rho must be positive");
  expect_refusal("A 13702.905", "A nan", "line 6: A (a number or a model named above) must be");
  expect_refusal("A 13702.905", "A 13702,905", "must be a finite number, not '13702,905'");
  expect_refusal("C 54.681 core fit", "C 54.681 core fit cut -8", "cut must be positive");
  expect_refusal("end\n", "coulomb dsf 0.2 10 smooth 1e200\nend\n",
                 "smooth 1e+200 is not below the cutoff of 10 A");
}

TEST(PotentialFile, ReadsWhatEditorsOfWindowsWrite)
{
  std::string text = "\xEF\xBB\xBF" + MINIMAL;
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2))
    text.insert(at, "\r");
  auto const file = parse(text);
  EXPECT_EQ(file.name, parse(MINIMAL).name);
  EXPECT_EQ(file.citation, parse(MINIMAL).citation);
  EXPECT_EQ(file.pairs.size(), 3U);
}

TEST(PotentialFile, RefusesMissingOrDoubledStatements)
{
  expect_refusal("pair Si Si coulomb\n", "", "has no line 'pair Si Si'");
  expect_refusal("pair Si Si coulomb", "pair Si Si coulomb\npair Si Si coulomb",
                 "pair Si Si is given twice");
  expect_refusal("pair Si Si", "pair Si Na", "no line 'element Na' stands above");
  expect_refusal("element O charge neutral", "element O charge neutral\nelement O charge -1",
                 "element O is given twice");
  expect_refusal("element Si charge 2.4", "element Si", "element Si has no charge");
  expect_refusal("charge 2.4 oxide SiO2", "charge 2.4", "element Si has no oxide");
  expect_refusal("oxide SiO2", "oxide B2O3", "B2O3 is no oxide of Si");
  expect_refusal("charge 2.4", "charge neutral", "only one element");
  expect_refusal("C 54.681 ", "", "needs A, rho (or 1/rho) and C");
  expect_refusal("C 54.681", "C 54.681 C 54.681", "'C' is given twice");
  expect_refusal("pair Si Si coulomb", "pair Si Si coulomb cut 8", "nothing may stand with");
}

TEST(PotentialFile, RefusesUnphysicalShortRange)
{
  expect_refusal(" core fit\npair O O", "\npair O O", "falls to minus infinity");
  expect_refusal("core fit\npair O", "core fit D 10 power 24\npair O", "exclude each other");
  expect_refusal("core fit\npair O", "core none D 10\npair O", "D and power go together");
  expect_refusal("core fit\npair O", "core none D 10 power 23\npair O", "power must be even");
}

TEST(PotentialFile, RefusesUnknownWords)
{
  expect_refusal("name Test set", "title Test set", "unknown keyword 'title'");
  expect_refusal("core fit\npair O", "core fit foo\npair O", "unknown keyword 'foo' of a pair");
  expect_refusal("core fit\npair O", "core maybe\npair O",
                 "core (fit, none or a distance) must be");
  expect_refusal("name Test set", "model m spline 1 2", "unknown model 'spline'");
  expect_refusal("name Test set", "model m polynomial 1*Q", "unknown variable 'Q'");
  expect_refusal("name Test set", "model m polynomial 1*K^a", "a power must be an integer");
  expect_refusal("name Test set", "n4 guess", "n4 must be dell-bray-xiao or required");
  expect_refusal("name Test set", "coulomb cut 10", "coulomb must be long, dsf or wolf");
}
