// SPDX-License-Identifier: GPL-2.0-only
#include "fmp/composition.hpp"

#include "expect_error.hpp"

#include <cmath>

using namespace lbs::fmp;
using lbs::test::expect_error;

namespace {

const std::vector<Oxide> LBS = {parse_oxide("Li2O"), parse_oxide("B2O3"), parse_oxide("SiO2")};

struct Glass {
  double SiO2, B2O3, Li2O;    // mol%
  double K, R;                // printed to three digits
  double n4_percent;          // Dell-Bray-Xiao
  double A_BO;                // eV
};

// Independent evaluation of the published formulas for the eleven glasses of arXiv:2209.00316.
const Glass GLASSES[] = {
    {20, 60, 20, 0.333, 0.333, 33.3, 13881.4}, {40, 40, 20, 1.000, 0.500, 50.0, 14401.7},
    {10, 50, 40, 0.200, 0.800, 43.5, 13398.9}, {20, 40, 40, 0.500, 1.000, 42.5, 13250.6},
    {30, 30, 40, 1.000, 1.333, 41.7, 13120.9}, {40, 20, 40, 2.000, 2.000, 41.7, 13032.0},
    {50, 10, 40, 5.000, 4.000, 46.4, 13109.3}, {8, 32, 60, 0.250, 1.875, 11.5, 12624.2},
    {15, 25, 60, 0.600, 2.400, 5.5, 12565.1},  {10, 20, 70, 0.500, 3.500, 0.0, 12525.0},
    {5, 35, 60, 0.143, 1.714, 13.6, 12650.9}};

Composition glass(double li2o, double b2o3, double sio2)
{
  return composition_from_fractions(LBS, {{"Li2O", li2o}, {"B2O3", b2o3}, {"SiO2", sio2}});
}

}    // namespace

TEST(Oxide, ReadsFormulas)
{
  auto const b2o3 = parse_oxide("B2O3");
  EXPECT_EQ(b2o3.cation, "B");
  EXPECT_EQ(b2o3.cations, 2);
  EXPECT_EQ(b2o3.oxygens, 3);
  EXPECT_EQ(parse_oxide("SiO2").cations, 1);
  EXPECT_EQ(parse_oxide("MgO").oxygens, 1);
  EXPECT_EQ(parse_oxide("Na2O").cation, "Na");
  for (const char *bad : {"", "O2", "Si", "SiO2x", "2SiO", "si02", "SiN2", "Si0O2", "LiF"})
    expect_error([bad] { parse_oxide(bad); }, "is no oxide formula");
}

TEST(Composition, FromCounts)
{
  auto const c = composition_from_counts(LBS, {{"Li", 80}, {"B", 40}, {"Si", 40}, {"O", 180}});
  EXPECT_DOUBLE_EQ(c.of("Li2O"), 0.4);
  EXPECT_DOUBLE_EQ(c.of("B2O3"), 0.2);
  EXPECT_DOUBLE_EQ(c.of("SiO2"), 0.4);
  EXPECT_DOUBLE_EQ(c.of("Na2O"), 0.0);
  EXPECT_EQ(c.text(), "Li2O 0.4 B2O3 0.2 SiO2 0.4");
  EXPECT_DOUBLE_EQ(c.moles_of_element("O"), 0.4 + 0.6 + 0.8);
  EXPECT_DOUBLE_EQ(c.moles_of_element("B"), 0.4);
}

TEST(Composition, OddCationCountsAreHalfFormulaUnits)
{
  auto const c = composition_from_counts(LBS, {{"Li", 1}, {"B", 1}, {"O", 2}});
  EXPECT_DOUBLE_EQ(c.of("Li2O"), 0.5);
  EXPECT_DOUBLE_EQ(c.of("B2O3"), 0.5);
}

TEST(Composition, RefusesWhatIsNoMixtureOfOxides)
{
  expect_error(
      [] {
        composition_from_counts(LBS, {{"Li", 2}, {"O", 2}});
      },
      "2 Li need 1 O, but there are 2");
  expect_error(
      [] {
        composition_from_counts(LBS, {{"Na", 2}, {"O", 1}});
      },
      "element Na has no oxide");
  expect_error([] { composition_from_counts(LBS, {}); }, "the composition is empty");
}

TEST(Composition, FromFractions)
{
  EXPECT_DOUBLE_EQ(glass(40, 20, 40).of("B2O3"), glass(0.4, 0.2, 0.4).of("B2O3"));
  expect_error([] { glass(0.4, 0.2, 0.3); }, "sum to 0.9");
  expect_error([] { glass(-0.2, 0.6, 0.6); }, "the amount of Li2O must be zero or positive");
  expect_error([] { composition_from_fractions(LBS, {{"Na2O", 1.0}}); }, "no oxide 'Na2O'");
}

TEST(Composition, RatiosWithoutBoronAreInfinite)
{
  auto const ratios = borate_ratios(glass(0.5, 0.0, 0.5), {"Li2O"});
  EXPECT_TRUE(std::isinf(ratios.K));
  EXPECT_TRUE(std::isinf(ratios.R));
}

TEST(DellBrayXiao, ElevenGlasses)
{
  for (const auto &g : GLASSES) {
    auto const ratios = borate_ratios(glass(g.Li2O, g.B2O3, g.SiO2), {"Li2O"});
    EXPECT_NEAR(ratios.K, g.K, 5.1e-4);
    EXPECT_NEAR(ratios.R, g.R, 5.1e-4);
    double const n4 = n4_dell_bray_xiao(ratios.K, ratios.R);
    EXPECT_NEAR(100.0 * n4, g.n4_percent, 0.0501) << g.SiO2 << '-' << g.B2O3 << '-' << g.Li2O;
    EXPECT_NEAR(DengDu{}(ratios.K, ratios.R, n4), g.A_BO, 0.0501);
  }
}

TEST(DellBrayXiao, IsContinuousUpToItsLastBranch)
{
  for (double const K : {0.0, 0.3, 1.0, 4.0}) {
    double last = n4_dell_bray_xiao(K, 0.0);
    for (double R = 0.0; R < 2.0 + K; R += 1.0e-3) {
      double const next = n4_dell_bray_xiao(K, R);
      EXPECT_LT(std::abs(next - last), 2.0e-3) << "K " << K << " R " << R;
      last = next;
    }
  }
  EXPECT_EQ(n4_dell_bray_xiao(0.5, 3.5), 0.0);
  EXPECT_EQ(n4_dell_bray_xiao(2.1, 6.0), 0.0);
}

TEST(DellBrayXiao, RefusesWhereItIsNotDefined)
{
  expect_error([] { n4_dell_bray_xiao(9.0, 0.5); }, "0 <= SiO2/B2O3 <= 8");
  expect_error([] { n4_dell_bray_xiao(1.0, -0.1); }, "give the fraction");
}

// The published amplitude of 30 B2O3 - 70 SiO2 glass (npj Comput. Mater. 2020, Table 1).
TEST(DengDu, PublishedAmplitude)
{
  double const K = 7.0 / 3.0;
  EXPECT_NEAR(DengDu{}(K, 0.0, n4_dell_bray_xiao(K, 0.0)), 12362.78, 5.0e-3);
}

TEST(DengDu, BranchesMeet)
{
  for (double const K : {0.2, 1.0, 5.0}) {
    double const r_max = K / 16.0 + 0.5;
    EXPECT_NEAR(DengDu{}(K, r_max * (1 - 1e-13), r_max), DengDu{}(K, r_max * (1 + 1e-13), r_max),
                1.0e-6);
  }
}
