// SPDX-License-Identifier: GPL-2.0-only
#include "training_frames.hpp"

#include "deepsea/train/loss_engine.hpp"
#include "deepsea/train/parameters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;

namespace {

// Threads that play ranks: where they meet, the first one's values are combined with the others'.
class Meeting {
 public:
  explicit Meeting(int size) : size_(size) {}
  [[nodiscard]] int size() const { return size_; }

  template <class Combine> void combine(double *values, std::size_t count, Combine combine)
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (came_ == 0) shared_.assign(values, values + count);
    else
      for (std::size_t k = 0; k < count; ++k) shared_[k] = combine(shared_[k], values[k]);
    wait(lock, came_);
    std::copy(shared_.begin(), shared_.end(), values);
    wait(lock, left_);
  }

 private:
  int size_, came_ = 0, left_ = 0;
  long rounds_ = 0;
  std::vector<double> shared_;
  std::mutex mutex_;
  std::condition_variable all_;

  void wait(std::unique_lock<std::mutex> &lock, int &here)
  {
    long const round = rounds_;
    if (++here == size_) {
      here = 0;
      ++rounds_;
      all_.notify_all();
    } else {
      all_.wait(lock, [&] { return rounds_ != round; });
    }
  }
};

class ThreadRank final : public lbs::Ranks {
 public:
  ThreadRank(Meeting &meeting, int rank) : meeting_(meeting), rank_(rank) {}
  [[nodiscard]] int rank() const override { return rank_; }
  [[nodiscard]] int size() const override { return meeting_.size(); }
  void sum(double *values, std::size_t count) override
  {
    meeting_.combine(values, count, [](double a, double b) { return a + b; });
  }
  void least(double *values, std::size_t count) override
  {
    meeting_.combine(values, count, [](double a, double b) { return std::min(a, b); });
  }

 private:
  Meeting &meeting_;
  int rank_;
};

struct Answer {
  LossSums sums;
  std::vector<double> gradient;
  std::vector<double> spacings;
  double error = 0.0;
};

Answer ask(LossEngine &engine, const std::vector<const TrainingFrame *> &batch)
{
  Answer answer;
  answer.sums = engine.evaluate(batch, {0.3, 2.0, 0.1, 0.5}, answer.gradient);
  answer.error = engine.adapt_grids();
  answer.spacings = engine.grid_spacings();
  return answer;
}

class OnRanks : public ::testing::TestWithParam<int> {};

}    // namespace

TEST_P(OnRanks, SumsAreThoseOfOneProcess)
{
  RandomModel random(5);
  Model const model = random.make(smooth_shapes()[0]);
  std::vector<TrainingFrame> frames;
  for (int const atoms : {9, 14, 6, 11, 8})
    frames.push_back(make_training_frame(random_frame(random, model.elements, atoms),
                                         random_labels(random, atoms), model));
  std::vector<const TrainingFrame *> batch;
  for (const TrainingFrame &frame : frames) batch.push_back(&frame);
  // With exact embedding nets; and with interpolated ones, whose grids depend on the neighbors.
  for (double const tolerance : {0.0, 1e-6}) {
    Answer const expected = ask(*host_engine(model, 1, tolerance), batch);
    Meeting meeting(GetParam());
    std::vector<Answer> answers(GetParam());
    std::vector<std::thread> threads;
    for (int r = 0; r < GetParam(); ++r)
      threads.emplace_back([&, r] {
        ThreadRank rank(meeting, r);
        answers[r] = ask(*rank_engine(host_engine(model, 1, tolerance), rank, 1), batch);
      });
    for (std::thread &thread : threads) thread.join();

    double largest = 0.0;
    for (double const g : expected.gradient) largest = std::max(largest, std::fabs(g));
    EXPECT_GT(largest, 0.01);
    EXPECT_GT(expected.sums.force2, 0.1);
    EXPECT_EQ(expected.error > 0.0, tolerance > 0.0);
    double const near = tolerance > 0.0 ? 10.0 * tolerance : 1e-12;
    for (const Answer &answer : answers) {
      EXPECT_NEAR(answer.sums.loss, expected.sums.loss, near * expected.sums.loss);
      EXPECT_NEAR(answer.sums.force2, expected.sums.force2, near * expected.sums.force2);
      EXPECT_EQ(answer.sums.forces, expected.sums.forces);
      ASSERT_EQ(answer.gradient.size(), expected.gradient.size());
      for (std::size_t k = 0; k < expected.gradient.size(); ++k)
        ASSERT_NEAR(answer.gradient[k], expected.gradient[k], near * largest) << k;
      // The same bits on all ranks.
      EXPECT_EQ(answer.gradient, answers[0].gradient);
      EXPECT_EQ(answer.spacings, answers[0].spacings);
      EXPECT_EQ(answer.error, answers[0].error);
    }
  }
}

// Ranks that have drifted apart, and evaluate with what they are given.
TEST_P(OnRanks, TakeTheNumbersOfTheFirst)
{
  RandomModel random(5);
  Model const model = random.make(smooth_shapes()[0]);
  auto const frame =
      make_training_frame(random_frame(random, model.elements, 9), random_labels(random, 9), model);
  Meeting meeting(GetParam());
  std::vector<std::vector<double>> numbers(GetParam());
  std::vector<double> losses(GetParam());
  std::vector<std::thread> threads;
  for (int r = 0; r < GetParam(); ++r)
    threads.emplace_back([&, r] {
      ThreadRank rank(meeting, r);
      auto const engine = rank_engine(host_engine(model, 1), rank, 1);
      numbers[r] = parameters_of(model);
      for (double &number : numbers[r]) number *= 1.0 + 0.1 * r;
      engine->set(numbers[r]);
      engine->from_first_rank(numbers[r]);
      losses[r] = engine->evaluate({&frame}, {1, 1, 1, 0}, nullptr).loss;
    });
  for (std::thread &thread : threads) thread.join();
  double const expected = host_engine(model, 1)->evaluate({&frame}, {1, 1, 1, 0}, nullptr).loss;
  EXPECT_GT(expected, 0.01);
  for (int r = 0; r < GetParam(); ++r) {
    EXPECT_EQ(numbers[r], parameters_of(model)) << r;
    EXPECT_NEAR(losses[r], expected, 1e-12 * expected) << r;
  }
}

INSTANTIATE_TEST_SUITE_P(Ranks, OnRanks, ::testing::Values(1, 2, 3, 7));
