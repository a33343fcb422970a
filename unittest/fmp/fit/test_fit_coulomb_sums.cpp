// SPDX-License-Identifier: GPL-2.0-only
#include "fmp/fit/coulomb_sums.hpp"

#include "expect_error.hpp"

#include <cmath>

using namespace lbs::fmp;
using namespace lbs::fmp::fit;
using lbs::Frame;
using lbs::test::expect_error;

namespace {

constexpr double EDGE = 5.64;

// Rock salt, one cubic cell of eight atoms.
Frame salt()
{
  Frame frame;
  frame.cell = {{{EDGE, 0, 0}, {0, EDGE, 0}, {0, 0, EDGE}}};
  frame.periodic.fill(true);
  for (int a = 0; a < 2; ++a)
    for (int b = 0; b < 2; ++b)
      for (int c = 0; c < 2; ++c) {
        frame.elements.emplace_back((a + b + c) % 2 == 0 ? "Na" : "Cl");
        frame.x.push_back({a * EDGE / 2, b * EDGE / 2, c * EDGE / 2});
      }
  return frame;
}

CoulombSums sums_of(const Frame &frame, CoulombStyle style, double cutoff, double alpha = 0.0)
{
  std::vector<int> types;
  for (auto const &element : frame.elements) types.push_back(element == "Na" ? 0 : 1);
  StyleCommand command;
  command.coulomb = style;
  command.alpha = alpha;
  command.cut_coulomb = cutoff;
  return coulomb_sums(command, 0.0, frame, lbs::PeriodicAtoms(frame, types, cutoff), 2);
}

// With charges of +1 and -1.
double energy(const CoulombSums &s)
{
  return 0.5 * (s.energy[0] - s.energy[1] - s.energy[2] + s.energy[3]);
}

double trace(const CoulombSums &s)
{
  double sum = 0.0;
  for (std::size_t k = 0; k < 3; ++k)
    sum += 0.5 * (s.virial[0][k] - s.virial[1][k] - s.virial[2][k] + s.virial[3][k]);
  return sum;
}

}    // namespace

TEST(CoulombSums, EwaldGivesTheMadelungConstant)
{
  constexpr double MADELUNG = 1.7475645946331822;
  double const expected = -4.0 * MADELUNG * COULOMB_CONSTANT / (EDGE / 2.0);
  for (double const cutoff : {6.0, 9.0}) {
    auto const sums = sums_of(salt(), CoulombStyle::LONG, cutoff);
    EXPECT_NEAR(energy(sums), expected, 1.0e-9 * std::fabs(expected)) << cutoff;
    // of an energy that goes with 1/length
    EXPECT_NEAR(trace(sums), expected, 1.0e-9 * std::fabs(expected)) << cutoff;
  }
}

TEST(CoulombSums, EwaldFieldsDoNotDependOnTheCutoff)
{
  auto frame = salt();
  frame.x[3][1] += 0.3;
  frame.cell[1][0] = 0.7;
  auto const one = sums_of(frame, CoulombStyle::LONG, 6.0);
  auto const two = sums_of(frame, CoulombStyle::LONG, 8.0);
  double largest = 0.0;
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t c = 0; c < 3; ++c) {
      double const a = one.field[i][c] - one.field[8 + i][c];
      double const b = two.field[i][c] - two.field[8 + i][c];
      largest = std::max(largest, std::fabs(a));
      EXPECT_NEAR(a, b, 1.0e-8);
    }
  EXPECT_GT(largest, 0.1);
}

// The Wolf sum converges to the same energy.
TEST(CoulombSums, DampedSumsComeCloseToEwald)
{
  double const expected = energy(sums_of(salt(), CoulombStyle::LONG, 9.0));
  EXPECT_NEAR(energy(sums_of(salt(), CoulombStyle::WOLF, 14.0, 0.25)), expected,
              2.0e-4 * std::fabs(expected));
  EXPECT_EQ(energy(sums_of(salt(), CoulombStyle::NONE, 9.0)), 0.0);
}

TEST(CoulombSums, EwaldNeedsAPeriodicFrame)
{
  auto frame = salt();
  frame.periodic[2] = false;
  expect_error([&] { sums_of(frame, CoulombStyle::LONG, 6.0); }, "periodic in all directions");
}
