// SPDX-License-Identifier: GPL-2.0-only
#include "fit_frames.hpp"

#include "fmp/fit/checkpoint.hpp"

#include "expect_error.hpp"
#include "scratch_folder.hpp"

#include <gtest/gtest.h>

using namespace lbs::fmp;
using namespace lbs::fmp::fit;
using namespace lbs::test;

namespace {

// Everything of Deng-Du/Teter that its frames can tell, started 10 to 20 % away from the truth.
struct Recovery {
  FitInput input = input_for(shipped("deng-du-teter.fmp"), "8.0 coul dsf 0.25 8.0");
  FitData data;
  std::vector<double> truth;

  Recovery()
  {
    std::mt19937 random(17);
    for (auto const &glass : glasses())
      for (int k = 0; k < 2; ++k) add_frame(input, random_frame(glass, random), data);
    label(input, 5.0, data);
    for (auto const kind : {Slot::Kind::A, Slot::Kind::RHO, Slot::Kind::C})
      for (const char *other : {"O", "Si", "B", "Li"}) {
        bool const in_model = kind == Slot::Kind::A && *other == 'B';
        bool const absent = kind == Slot::Kind::C && *other == 'L';
        if (!in_model && !absent)
          input.free.push_back(free_parameter(input.file, kind, other, "O"));
      }
    for (std::size_t k = 0; k < 4; ++k)
      input.free.push_back(free_parameter(input.file, Slot::Kind::CONSTANT, "A_BO", "", k));
    input.free.push_back(free_parameter(input.file, Slot::Kind::OXIDE_CHARGE, "O"));
    double sign = 1.0;
    for (auto &p : input.free) {
      truth.push_back(p.start);
      bool const length = p.slot.kind == Slot::Kind::RHO;
      sign = -sign;
      p.start *= 1.0 + sign * (length ? 0.1 : 0.2);
      if (p.slot.kind != Slot::Kind::OXIDE_CHARGE && p.slot.kind != Slot::Kind::CONSTANT)
        p.lower = 0.0;
    }
  }
};

bool go_on(const FitState &, double)
{
  return true;
}

}    // namespace

TEST(Minimizer, FindsTheShippedParametersAgain)
{
  Recovery const problem;
  Loss const loss(problem.input, problem.data, 2);
  EXPECT_GT(loss.value(values_of(problem.input.free, start_of(problem.input.free))), 1.0e4);
  auto const outcome = minimize(loss, problem.input, start_of(problem.input.free), go_on);
  EXPECT_TRUE(outcome.converged);
  auto const values = values_of(problem.input.free, outcome.state);
  ASSERT_EQ(values.size(), 15U);
  for (std::size_t k = 0; k < values.size(); ++k)
    EXPECT_NEAR(values[k], problem.truth[k], 1.0e-4 * std::fabs(problem.truth[k]))
        << problem.input.free[k].name;
}

TEST(Minimizer, GoesOnExactly)
{
  Recovery problem;
  problem.input.steps = 12;
  Loss const loss(problem.input, problem.data, 1);
  auto const whole = minimize(loss, problem.input, start_of(problem.input.free), go_on);
  ASSERT_GT(whole.state.steps, 5);

  ScratchFolder const folder;
  FitCheckpoint kept{"the input", "the file", "the frames", {}};
  auto const path = folder.file("fit.ckpt");
  auto const stopped = minimize(loss, problem.input, start_of(problem.input.free),
                                [&](const FitState &state, double) {
                                  kept.state = state;
                                  write_checkpoint(kept, path);
                                  return state.steps < 3;
                                });
  EXPECT_TRUE(stopped.stopped);
  EXPECT_NE(stopped.state.scaled, whole.state.scaled);
  auto const again = minimize(loss, problem.input, read_checkpoint(kept, path), go_on);
  EXPECT_EQ(again.state.scaled, whole.state.scaled);
  EXPECT_EQ(again.state.radius, whole.state.radius);
  EXPECT_EQ(again.state.steps, whole.state.steps);
  EXPECT_EQ(again.loss, whole.loss);

  auto const refused = [&](FitCheckpoint other, const std::string &words) {
    other.state = kept.state;
    expect_error([&] { read_checkpoint(other, path); }, words);
  };
  refused({"another input", "the file", "the frames", {}}, "belongs to another input");
  refused({"the input", "a file", "the frames", {}}, "belongs to another potential file");
  refused({"the input", "the file", "frames", {}}, "belongs to other frames");
  expect_error([&] { read_checkpoint(kept, folder.write("x.ckpt", "{\"kind\": 3")); },
               "is damaged or no checkpoint");
}

TEST(Minimizer, StaysWithinBounds)
{
  Recovery problem;
  problem.input.free.resize(1);    // A of O O, from above
  problem.input.free[0].upper = 1900.0;
  problem.input.free[0].start = 1800.0;
  Loss const loss(problem.input, problem.data, 1);
  auto const outcome = minimize(loss, problem.input, start_of(problem.input.free), go_on);
  EXPECT_NEAR(values_of(problem.input.free, outcome.state)[0], 1900.0, 1.0e-6);
}

TEST(Minimizer, SaysWhatIsWrongAtTheStart)
{
  Recovery problem;
  problem.input.free.resize(1);
  problem.input.free[0].lower = -1.0e4;
  problem.input.free[0].start = -5.0;
  Loss const loss(problem.input, problem.data, 1);
  expect_error([&] { minimize(loss, problem.input, start_of(problem.input.free), go_on); },
               "none negative");
}
