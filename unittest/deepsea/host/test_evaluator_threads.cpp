// SPDX-License-Identifier: GPL-2.0-only
#include "evaluated.hpp"

#include <gtest/gtest.h>

using namespace lbs::deepsea;
using lbs::deepsea::testing::Cluster;
using lbs::deepsea::testing::evaluate;
using lbs::deepsea::testing::Evaluated;
using lbs::deepsea::testing::largest_difference;
using lbs::deepsea::testing::largest_force;
using lbs::deepsea::testing::RandomModel;
using lbs::deepsea::testing::wide_shape;

namespace {

using Arithmetic = EvaluatorSettings::Arithmetic;

EvaluatorSettings settings(Arithmetic arithmetic, int threads)
{
  EvaluatorSettings made;
  made.arithmetic = arithmetic;
  made.threads = threads;
  made.table_error = 1e-6;    // small tables, which are made soon
  return made;
}

// Enough atoms for several batches a thread, some of them so close that they are left over from the
// reduced form of the model.
Cluster many(RandomModel &random)
{
  return {random, 300, 3, 14.0, 0.9};
}

void expect_equal_bits(const Evaluated &a, const Evaluated &b)
{
  EXPECT_EQ(a.energy, b.energy);
  EXPECT_EQ(a.virial, b.virial);
  EXPECT_EQ(a.atom_energy, b.atom_energy);
  EXPECT_EQ(a.force, b.force);
  EXPECT_EQ(a.atom_virial, b.atom_virial);
  EXPECT_EQ(a.shared_virial, b.shared_virial);
}

template <class Rows> double largest_difference_of(const Rows &a, const Rows &b)
{
  double most = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < a[i].size(); ++k)
      most = std::max(most, std::fabs(a[i][k] - b[i][k]));
  return most;
}

// Equal but for the order of sums.
void expect_equal_to_rounding(const Evaluated &a, const Evaluated &b, double tolerance)
{
  EXPECT_NEAR(a.energy, b.energy, tolerance);
  for (int k = 0; k < 9; ++k) EXPECT_NEAR(a.virial[k], b.virial[k], tolerance);
  EXPECT_LT(largest_difference(a, b), tolerance);
  EXPECT_LT(largest_difference_of(a.atom_virial, b.atom_virial), tolerance);
  EXPECT_LT(largest_difference_of(a.shared_virial, b.shared_virial), tolerance);
  for (std::size_t i = 0; i < a.atom_energy.size(); ++i)
    EXPECT_NEAR(a.atom_energy[i], b.atom_energy[i], tolerance);
}

class EvaluatorThreads : public ::testing::TestWithParam<Arithmetic> {};

TEST_P(EvaluatorThreads, AgreeToRoundingAndRepeatBitForBit)
{
  RandomModel random(31);
  Model const model = random.make(wide_shape());
  Cluster const cluster = many(random);
  // Also with mixed: what single precision computes of a center does not depend on its batch.
  double const tolerance = 1e-10;
  Evaluator one(model, settings(GetParam(), 1));
  auto const reference = evaluate(one, cluster);
  EXPECT_GT(largest_force(reference), 0.1);
  expect_equal_bits(evaluate(one, cluster), reference);
  for (int const threads : {2, 3, 4}) {
    Evaluator several(model, settings(GetParam(), threads));
    auto const first = evaluate(several, cluster);
    expect_equal_to_rounding(first, reference, tolerance);
    // Negative control: sums of several threads are in another order, so some bits differ.
    EXPECT_GT(largest_difference(first, reference), 0.0);
    for (int again = 0; again < 3; ++again) expect_equal_bits(evaluate(several, cluster), first);
    Evaluator another(model, settings(GetParam(), threads));
    expect_equal_bits(evaluate(another, cluster), first);
  }
}

INSTANTIATE_TEST_SUITE_P(Precision, EvaluatorThreads,
                         ::testing::Values(Arithmetic::DOUBLE, Arithmetic::MIXED),
                         [](const auto &info) {
                           return info.param == Arithmetic::MIXED ? "mixed" : "double";
                         });

// Buffers hold what the last call left: more atoms, or arrays that are not wanted now.
TEST(Threads, BuffersDoNotRememberTheLastCall)
{
  RandomModel random(33);
  Model const model = random.make(wide_shape());
  Cluster const large = many(random);
  Cluster const small(random, 70, 3, 9.0, 1.2);
  Evaluator one(model, settings(Arithmetic::DOUBLE, 1));
  Evaluator several(model, settings(Arithmetic::DOUBLE, 4));
  auto const expected = evaluate(one, small);
  EXPECT_GT(largest_force(expected), 0.1);
  evaluate(several, large);
  expect_equal_to_rounding(evaluate(several, small), expected, 1e-10);

  // Forces alone, which the results already hold something of.
  std::vector<std::array<double, 3>> force(small.x.size(), {1.0, 2.0, 3.0});
  Results results;
  results.force = reinterpret_cast<double(*)[3]>(force.data());
  several.evaluate(small.atoms(), results);
  for (std::size_t i = 0; i < force.size(); ++i)
    for (int k = 0; k < 3; ++k) EXPECT_NEAR(force[i][k] - (k + 1.0), expected.force[i][k], 1e-10);
  EXPECT_NEAR(results.energy, expected.energy, 1e-10);
}

// More threads than batches, and no atoms at all.
TEST(Threads, SomeMayHaveNothingToDo)
{
  RandomModel random(35);
  Model const model = random.make(wide_shape());
  Cluster const cluster(random, 5, 3, 6.0, 1.2);
  Evaluator one(model, settings(Arithmetic::DOUBLE, 1));
  Evaluator several(model, settings(Arithmetic::DOUBLE, 4));
  auto const expected = evaluate(one, cluster);
  EXPECT_GT(largest_force(expected), 0.01);
  expect_equal_to_rounding(evaluate(several, cluster), expected, 1e-12);
  Cluster const nothing(random, 0, 3, 6.0, 1.2);
  EXPECT_EQ(evaluate(several, nothing).energy, 0.0);
}

}    // namespace
