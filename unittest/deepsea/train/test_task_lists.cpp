// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/train/task_lists.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <vector>

using namespace lbs::deepsea;

namespace {

// What each thread did, in its order.
std::vector<std::vector<int>> work_of(const TaskLists<int> &lists, int threads)
{
  std::vector<std::vector<int>> done(threads);
  lists.run([&](int task, int thread) { done[thread].push_back(task); });
  return done;
}

}    // namespace

TEST(TaskLists, LoadsAreLevelAndTheSameEachTime)
{
  TaskLists<int> lists;
  for (int task : {3, 9, 4, 1, 7}) lists.add(task, task);
  lists.deal(2);
  auto const done = work_of(lists, 2);
  EXPECT_EQ(done[0], (std::vector<int>{9, 3}));
  EXPECT_EQ(done[1], (std::vector<int>{7, 4, 1}));
  EXPECT_EQ(work_of(lists, 2), done);
}

TEST(TaskLists, ThreadsBeginOnce)
{
  TaskLists<int> lists;
  lists.add(1.0, 5);
  lists.deal(3);
  std::mutex guard;
  std::multiset<int> began;
  lists.run(
      [&](int thread) {
        std::lock_guard<std::mutex> const lock(guard);
        began.insert(thread);
      },
      [&](int task, int) { EXPECT_EQ(task, 5); });
  EXPECT_EQ(began, (std::multiset<int>{0, 1, 2}));
}

TEST(TaskLists, PartsAreWholeGroups)
{
  TaskLists<Part> lists;
  cut(4, 54, 26, 8, lists);
  lists.deal(1);
  std::set<std::size_t> begins;
  std::size_t all = 0;
  lists.run([&](const Part &part, int) {
    EXPECT_EQ(part.index, 4U);
    EXPECT_EQ(part.begin % 8, 0U);
    EXPECT_LE(part.end - part.begin, 24U);
    begins.insert(part.begin);
    all += part.end - part.begin;
  });
  EXPECT_EQ(all, 54U);
  EXPECT_EQ(begins.size(), 3U);
}
