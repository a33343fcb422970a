// SPDX-License-Identifier: GPL-2.0-only
#include "frames/periodic_atoms.hpp"

#include "expect_error.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace lbs;
using lbs::test::expect_error;

namespace {

using Vector = std::array<double, 3>;

Frame random_frame(const std::array<Vector, 3> &cell, const std::array<bool, 3> &periodic,
                   int atoms)
{
  Frame frame;
  frame.cell = cell;
  frame.periodic = periodic;
  std::mt19937 random(5);
  std::uniform_real_distribution<double> fraction(-0.7, 1.6);    // atoms outside of the cell, too
  for (int i = 0; i < atoms; ++i) {
    Vector x{};
    for (auto const &vector : cell) {
      double const f = fraction(random);
      for (std::size_t c = 0; c < 3; ++c) x[c] += f * vector[c];
    }
    frame.x.push_back(x);
    frame.elements.emplace_back("O");
  }
  return frame;
}

// Distances from each atom to all neighbors, sorted: by a plain loop over many images.
std::vector<std::vector<double>> plain_distances(const Frame &frame, double cutoff, int images)
{
  std::vector<std::vector<double>> out(frame.x.size());
  auto const most = [&](std::size_t k) { return frame.periodic[k] ? images : 0; };
  for (std::size_t i = 0; i < frame.x.size(); ++i)
    for (std::size_t j = 0; j < frame.x.size(); ++j)
      for (int a = -most(0); a <= most(0); ++a)
        for (int b = -most(1); b <= most(1); ++b)
          for (int c = -most(2); c <= most(2); ++c) {
            if (i == j && a == 0 && b == 0 && c == 0) continue;
            double square = 0.0;
            for (std::size_t k = 0; k < 3; ++k) {
              double const d = frame.x[j][k] - frame.x[i][k] + a * frame.cell[0][k] +
                               b * frame.cell[1][k] + c * frame.cell[2][k];
              square += d * d;
            }
            if (square < cutoff * cutoff) out[i].push_back(std::sqrt(square));
          }
  for (auto &row : out) std::sort(row.begin(), row.end());
  return out;
}

void expect_all_neighbors(const Frame &frame, double cutoff, int images)
{
  PeriodicAtoms const atoms(frame, std::vector<int>(frame.x.size(), 0), cutoff);
  auto const expected = plain_distances(frame, cutoff, images);
  std::size_t total = 0;
  for (std::size_t i = 0; i < frame.x.size(); ++i) {
    std::vector<double> found;
    for (int n = atoms.first()[i]; n < atoms.first()[i + 1]; ++n) {
      auto const *a = atoms.x()[i];
      auto const *b = atoms.x()[atoms.neighbor()[static_cast<std::size_t>(n)]];
      found.push_back(std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
    }
    std::sort(found.begin(), found.end());
    ASSERT_EQ(found.size(), expected[i].size()) << "atom " << i;
    for (std::size_t n = 0; n < found.size(); ++n) EXPECT_NEAR(found[n], expected[i][n], 1e-11);
    total += found.size();
  }
  EXPECT_GT(total, 3 * frame.x.size());
}

constexpr std::array<bool, 3> EVERYWHERE = {true, true, true};

}    // namespace

TEST(PeriodicAtoms, FindsAllNeighborsInALargeCell)
{
  expect_all_neighbors(random_frame({{{12, 0, 0}, {0, 13, 0}, {0, 0, 14}}}, EVERYWHERE, 150), 3.0,
                       3);
}

TEST(PeriodicAtoms, FindsAllNeighborsInACellSmallerThanTheCutoff)
{
  expect_all_neighbors(random_frame({{{2.5, 0, 0}, {0, 3, 0}, {0, 0, 2}}}, EVERYWHERE, 2), 5.0, 6);
  expect_all_neighbors(random_frame({{{2, 0, 0}, {0, 2, 0}, {0, 0, 2}}}, EVERYWHERE, 1), 5.0, 5);
}

TEST(PeriodicAtoms, FindsAllNeighborsInASkewedCell)
{
  expect_all_neighbors(random_frame({{{4, 0, 0}, {3, 4, 0}, {-2, 3, 5}}}, EVERYWHERE, 12), 5.0, 6);
  // Left-handed, and not along the axes.
  expect_all_neighbors(random_frame({{{0, 4, 1}, {5, 0, 1}, {1, 1, 6}}}, EVERYWHERE, 12), 5.0, 6);
}

TEST(PeriodicAtoms, FindsAllNeighborsWhereOnlySomeDirectionsAreClosed)
{
  expect_all_neighbors(random_frame({{{4, 0, 0}, {1, 5, 0}, {0, 0, 9}}}, {true, true, false}, 20),
                       3.9, 5);
  auto frame = random_frame({{{4, 0, 0}, {0, 5, 0}, {0, 0, 9}}}, {true, false, false}, 20);
  frame.cell[1] = frame.cell[2] = {};    // not needed there
  expect_all_neighbors(frame, 3.9, 5);
  expect_all_neighbors(random_frame({{{5, 0, 0}, {0, 5, 0}, {0, 0, 5}}}, {}, 60), 3.9, 0);
}

TEST(PeriodicAtoms, GivesTheSameListInLammpsForm)
{
  auto const frame = random_frame({{{4, 0, 0}, {3, 4, 0}, {-2, 3, 5}}}, EVERYWHERE, 6);
  PeriodicAtoms const periodic(frame, {0, 1, 0, 1, 0, 1}, 4.0);
  auto const list = periodic.list();
  EXPECT_EQ(list.inum, 6);
  int const i = list.ilist[4];
  EXPECT_EQ(list.numneigh[i], periodic.first()[5] - periodic.first()[4]);
  EXPECT_EQ(list.firstneigh[i], periodic.neighbor().data() + periodic.first()[4]);
  for (int k = 0; k < periodic.count(); ++k)
    EXPECT_EQ(periodic.type()[k], periodic.owner()[static_cast<std::size_t>(k)] % 2);
}

TEST(PeriodicAtoms, FoldsForcesAndSumsTheVirial)
{
  auto frame = random_frame({{{2, 0, 0}, {0, 2, 0}, {0, 0, 2}}}, {true, false, false}, 1);
  frame.x[0] = {0.75, 0.5, 0.5};
  PeriodicAtoms const periodic(frame, {0}, 1.9);
  ASSERT_EQ(periodic.count(), 3);
  std::vector<Vector> force(3);
  force[1] = {1.0, 2.0, 0.0};
  force[2] = {-0.5, 0.0, 0.0};
  EXPECT_EQ(periodic.folded(force)[0], (Vector{0.5, 2.0, 0.0}));
  double const x1 = periodic.x()[1][0];
  double const x2 = periodic.x()[2][0];
  auto const virial = periodic.virial(force);
  EXPECT_NEAR(virial[0], x1 - 0.5 * x2, 1e-14);
  EXPECT_NEAR(virial[1], 2.0 * x1, 1e-14);
}

TEST(PeriodicAtoms, CellsThatAreNoneAreRefused)
{
  Frame frame = random_frame({{{4, 0, 0}, {0, 4, 0}, {0, 0, 4}}}, EVERYWHERE, 3);
  frame.cell[2] = {1, 1, 0};
  expect_error([&] { PeriodicAtoms(frame, {0, 0, 0}, 3.0); }, "the cell is flat");
  frame.cell[2] = {0, 0, 1e-9};
  expect_error([&] { PeriodicAtoms(frame, {0, 0, 0}, 3.0); }, "needs too many images");
}
