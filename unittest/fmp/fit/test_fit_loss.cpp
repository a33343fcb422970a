// SPDX-License-Identifier: GPL-2.0-only
#include "fit_frames.hpp"

#include "expect_error.hpp"
#include "fmp/fit/statistics.hpp"

#include <gtest/gtest.h>

using namespace lbs::fmp;
using namespace lbs::fmp::fit;
using namespace lbs::test;

namespace {

// Frames of two glasses with labels of the shipped file, and an input whose file is another one.
struct Problem {
  FitInput input = input_for(shipped("deng-du-teter.fmp"), "8.0 coul dsf 0.25 8.0");
  FitData data;

  Problem()
  {
    std::mt19937 random(7);
    for (std::size_t g : {0U, 0U, 2U, 2U, 2U})
      add_frame(input, random_frame(glasses()[g], random), data);
    label(input, -3.0, data);
    data.frames[1].weight = 2.5;
    data.frames[3].labels.virial.reset();
    data.frames[4].labels.energy.reset();
    data.frames[2].labels.force_weight.assign(data.frames[2].atoms(), 0.5);
    input.free = {free_parameter(input.file, Slot::Kind::A, "Si", "O"),
                  free_parameter(input.file, Slot::Kind::RHO, "O", "O"),
                  free_parameter(input.file, Slot::Kind::OXIDE_CHARGE, "O"),
                  free_parameter(input.file, Slot::Kind::CONSTANT, "A_BO", "", 0)};
    input.free[0].prior = 14000.0;
    input.free[0].width = 300.0;
  }

  [[nodiscard]] std::vector<double> elsewhere() const
  {
    std::vector<double> values;
    for (auto const &p : input.free) values.push_back(1.03 * p.start);
    return values;
  }
};

}    // namespace

// An atom of weight 0 may have any force: neither the loss nor the report shows it.
TEST(Loss, AtomsWithoutWeightDoNotCount)
{
  auto const largest = [](double weight) {
    Problem problem;
    auto &labels = problem.data.frames[2].labels;
    labels.force[3][1] += 500.0;
    labels.force_weight[3] = weight;
    Loss const loss(problem.input, problem.data, 1);
    auto const values = problem.elsewhere();
    return std::pair(loss.value(values),
                     deviations(problem.data, loss.predictions(values)).all.force.largest);
  };
  EXPECT_LT(largest(0.0).first, 0.5 * largest(0.5).first);
  EXPECT_GT(largest(0.0).second, 0.01);
  EXPECT_LT(largest(0.0).second, 100.0);
  EXPECT_GT(largest(0.5).second, 400.0);
}

TEST(Loss, TriangleHasTheLossAndItsGradient)
{
  for (auto const reference :
       {EnergyReference::COMPOSITION, EnergyReference::ELEMENT, EnergyReference::NONE}) {
    Problem problem;
    problem.input.reference = reference;
    Loss const loss(problem.input, problem.data, 2);
    auto const values = problem.elsewhere();
    auto const n = static_cast<Eigen::Index>(values.size());
    auto const triangle = loss.triangle(values);
    EXPECT_GT(loss.value(values), 1.0);
    EXPECT_NEAR(triangle.col(n).squaredNorm(), loss.value(values), 1.0e-10 * loss.value(values));
    Eigen::VectorXd const gradient = 2.0 * triangle.leftCols(n).transpose() * triangle.col(n);
    for (Eigen::Index k = 0; k < n; ++k) {
      auto up = values;
      auto down = values;
      double const step = 1.0e-5 * std::fabs(values[static_cast<std::size_t>(k)]);
      up[static_cast<std::size_t>(k)] += step;
      down[static_cast<std::size_t>(k)] -= step;
      double const expected = (loss.value(up) - loss.value(down)) / (2.0 * step);
      EXPECT_NEAR(gradient[k], expected, 1.0e-6 * std::fabs(expected)) << k;
    }
  }
}

// By hand: labels that are off by known amounts.
TEST(Loss, IsWhatTheManualSays)
{
  auto input = input_for(shipped("deng-du-teter.fmp"), "8.0 coul dsf 0.25 8.0");
  FitData data;
  std::mt19937 random(7);
  for (int k = 0; k < 2; ++k) add_frame(input, random_frame(glasses()[0], random), data);
  label(input, 0.0, data);
  auto const n = static_cast<double>(data.frames[0].atoms());
  EXPECT_NEAR(Loss(input, data, 1).value({}), 0.0, 1.0e-15);
  // The difference of two energies of one composition counts, and the offset takes half of it.
  *data.frames[0].labels.energy += 0.06 * n;
  EXPECT_NEAR(Loss(input, data, 1).value({}), 2.0 * 9.0, 1.0e-9);
  *data.frames[1].labels.energy += 0.06 * n;
  EXPECT_NEAR(Loss(input, data, 1).value({}), 0.0, 1.0e-9);
  data.frames[1].labels.force[3][2] += 0.4;
  EXPECT_NEAR(Loss(input, data, 1).value({}), 16.0, 1.0e-9);
  data.frames[1].weight = 0.25;
  EXPECT_NEAR(Loss(input, data, 1).value({}), 4.0, 1.0e-9);
  (*data.frames[0].labels.virial)[0] += 2.0 / GPA * data.frames[0].volume;
  EXPECT_NEAR(Loss(input, data, 1).value({}), 20.0, 1.0e-9);
  // 2 energies less 1 offset, forces and stresses
  EXPECT_EQ(Loss(input, data, 1).rows(), 1 + 2 * 3 * static_cast<long>(n) + 12);
}

TEST(Loss, DoesNotDependOnThreads)
{
  Problem const problem;
  auto const one = Loss(problem.input, problem.data, 1).triangle(problem.elsewhere());
  auto const many = Loss(problem.input, problem.data, 4).triangle(problem.elsewhere());
  EXPECT_TRUE(one == many);
  EXPECT_GT(one.norm(), 1.0);
}

TEST(Loss, OffsetsAreFoundAgain)
{
  Problem problem;
  std::vector<double> values;
  for (auto const &p : problem.input.free) values.push_back(p.start);
  for (auto const reference : {EnergyReference::COMPOSITION, EnergyReference::ELEMENT}) {
    problem.input.reference = reference;
    auto const made = Loss(problem.input, problem.data, 1).predictions(values);
    for (std::size_t f = 0; f < problem.data.frames.size(); ++f)
      EXPECT_NEAR(made.offsets[static_cast<Eigen::Index>(f)],
                  -3.0 * static_cast<double>(problem.data.frames[f].atoms()), 1.0e-8);
  }
}

TEST(Loss, LeavesAConditionOut)
{
  Problem const problem;
  auto const values = problem.elsewhere();
  double const all = Loss(problem.input, problem.data, 1).value(values);
  double const first = Loss(problem.input, problem.data, 1, 1).value(values);
  double const second = Loss(problem.input, problem.data, 1, 0).value(values);
  double const prior = std::pow((values[0] - 14000.0) / 300.0, 2);
  EXPECT_NEAR(first + second - prior, all, 1.0e-9 * all);
  EXPECT_GT(first, prior);
}

TEST(Loss, RefusesChargesThatAreNotNeutral)
{
  Problem problem;
  problem.input.free.clear();
  problem.input.file.elements[0].charge->number = 0.7;
  expect_error([&] { (void) Loss(problem.input, problem.data, 1).value({}); }, "do not make Li2O");
}
