// SPDX-License-Identifier: GPL-2.0-only
#include "fmp/force_field.hpp"

#include "expect_error.hpp"
#include "shipped.hpp"

#include <cmath>

using namespace lbs::fmp;
using lbs::test::expect_error;
using lbs::test::shipped;

namespace {

const std::vector<std::string> ELEMENTS = {"Li", "B", "O", "Si"};

ForceField at(const PotentialFile &file, double sio2, double b2o3, double li2o, N4Choice n4 = {})
{
  auto const c =
      composition_from_fractions(file.oxides(), {{"SiO2", sio2}, {"B2O3", b2o3}, {"Li2O", li2o}});
  return evaluate(file, ELEMENTS, c, n4);
}

}    // namespace

TEST(ForceField, DengDuByDellBrayXiao)
{
  auto const ff = at(shipped("deng-du-teter.fmp"), 40, 20, 40);
  ASSERT_TRUE(ff.n4.has_value());
  EXPECT_NEAR(*ff.n4, 0.417, 5.0e-4);
  EXPECT_NEAR(ff.pair(1, 2).A, 13032.0, 0.05);
  EXPECT_EQ(ff.pair(2, 1).A, ff.pair(1, 2).A);
  EXPECT_FALSE(ff.pair(0, 3).short_range);
  EXPECT_EQ(ff.charges, (std::vector<double>{0.6, 1.8, -1.2, 2.4}));
}

TEST(ForceField, GivenN4ReplacesTheModel)
{
  auto const file = shipped("deng-du-teter.fmp");
  auto const ff = at(file, 40, 20, 40, {N4Choice::GIVEN, 0.565});
  // By hand for K = R = 2, where R_max = 5/8: the slope (11900 + 85 K^2 - 12525)/R_max + 4350 is
  // 3894 eV, times 0.565 R_max/R, on top of 12525 eV.
  EXPECT_NEAR(ff.pair(1, 2).A, 13212.534375, 1.0e-9);
  expect_error([&] { at(file, 40, 20, 40, {N4Choice::GIVEN, 56.5}); }, "fraction from 0 to 1");
}

// q_O of SHIK at the eleven glasses, evaluated by another program.
TEST(ForceField, ShikOxygenChargeFollowsNeutrality)
{
  auto const file = shipped("shik.fmp");
  EXPECT_NEAR(at(file, 20, 60, 20).charges[2], -1.0497, 5.0e-5);
  EXPECT_NEAR(at(file, 40, 20, 40).charges[2], -1.0074, 5.0e-5);
  EXPECT_NEAR(at(file, 10, 20, 70).charges[2], -1.0829, 5.0e-5);
  auto const silica = at(file, 100, 0, 0);
  EXPECT_NEAR(silica.charges[2], -0.88775, 1.0e-12);
}

TEST(ForceField, PairsOfAbsentBoronAreLeftUndefined)
{
  auto const ff = at(shipped("deng-du-teter.fmp"), 50, 0, 50);
  EXPECT_FALSE(ff.n4.has_value());
  EXPECT_FALSE(ff.pair(1, 2).defined);
  EXPECT_TRUE(ff.pair(3, 2).defined);
  // the term then has no short range at all: the loop can never meet NaN
  EXPECT_EQ(make_term(ff.pair(1, 2), {8.0, 8.0, false}).cut_short, 0.0);
}

TEST(ForceField, RefusesN4ThatIsNotUsed)
{
  expect_error(
      [] {
        at(shipped("shik.fmp"), 40, 20, 40, {N4Choice::GIVEN, 0.5});
      },
      "does not depend on N4");
}

TEST(ForceField, RequiresN4WhereTheFileSaysSo)
{
  auto file = shipped("deng-du-teter.fmp");
  file.n4_dell_bray_xiao = false;
  expect_error([&] { at(file, 40, 20, 40); }, "add 'n4 VALUE' or 'n4 dbx'");
  EXPECT_NO_THROW(at(file, 40, 20, 40, {N4Choice::DELL_BRAY_XIAO, 0.0}));
}

TEST(ForceField, EvaluatesPolynomials)
{
  auto file = shipped("shik.fmp");
  file.models["amp"] =
      Polynomial{{{1000.0, {}}, {2.0, {{"K", 2}, {"R", 1}}}, {-5.0, {{"x_SiO2", 1}}}}};
  file.pairs.at({"B", "O"}).A.model = "amp";
  EXPECT_NEAR(at(file, 40, 20, 40).pair(1, 2).A, 1000.0 + 2.0 * 4.0 * 2.0 - 5.0 * 0.4, 1.0e-10);
}

TEST(ForceField, RefusesUnphysicalModelValues)
{
  auto file = shipped("shik.fmp");
  file.models["amp"] = Polynomial{{{-1000.0, {}}}};
  file.pairs.at({"B", "O"}).A.model = "amp";
  expect_error([&] { at(file, 40, 20, 40); }, "pair B O has A = -1000");
}

TEST(ForceField, UnknownElement)
{
  auto const file = shipped("shik.fmp");
  auto const c = composition_from_fractions(file.oxides(), {{"SiO2", 1.0}});
  expect_error([&] { evaluate(file, {"Si", "Xx"}, c, {}); }, "has no element 'Xx'");
}

TEST(ForceField, ScalesEnergiesOnly)
{
  auto ff = at(shipped("shik.fmp"), 40, 20, 40);
  double const A = ff.pair(1, 2).A;
  double const rho = ff.pair(1, 2).rho;
  scale_energies(ff, 23.0);
  EXPECT_DOUBLE_EQ(ff.pair(1, 2).A, 23.0 * A);
  EXPECT_DOUBLE_EQ(ff.pair(1, 2).rho, rho);
}

TEST(ForceField, TermRefusesASmoothingWiderThanItsCutoff)
{
  auto ff = at(shipped("shik.fmp"), 40, 20, 40);
  auto p = ff.pair(1, 2);
  p.smooth = 7.9;
  EXPECT_NO_THROW(make_term(p, {8.0, 10.0, false}));
  p.smooth = 8.0;
  expect_error(
      [&] {
        make_term(p, {8.0, 10.0, false});
      },
      "smooth 8 is not below the cutoff of 8 A");
}

TEST(ForceField, TermRefusesAnotherCutoffThanTheFile)
{
  auto const ff = at(shipped("shik.fmp"), 40, 20, 40);
  expect_error(
      [&] {
        make_term(ff.pair(1, 2), {9.0, 10.0, false});
      },
      "defined with a short-range cutoff of 8 A; pair_style gives 9");
}
