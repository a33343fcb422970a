// SPDX-License-Identifier: GPL-2.0-only
// Work cut into tasks and dealt out to threads beforehand: the same tasks go to the same threads in
// every run, so that sums over threads are always the same numbers.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace lbs::deepsea {

template <class Task> class TaskLists {
 public:
  void clear() { tasks_.clear(); }
  void add(double cost, const Task &task) { tasks_.emplace_back(cost, task); }

  // Gives each task, the largest first, to the thread with the least to do.
  void deal(int threads)
  {
    std::stable_sort(tasks_.begin(), tasks_.end(),
                     [](const auto &a, const auto &b) { return a.first > b.first; });
    lists_.assign(static_cast<std::size_t>(threads), {});
    std::vector<double> cost(lists_.size(), 0.0);
    for (const auto &[size, task] : tasks_) {
      auto const least = std::min_element(cost.begin(), cost.end());
      *least += size;
      lists_[static_cast<std::size_t>(least - cost.begin())].push_back(task);
    }
  }

  [[nodiscard]] bool empty() const { return tasks_.empty(); }

  // Calls work(task, thread) for all tasks, on as many threads as they were dealt out to, and
  // begin(thread) before on each of them.
  template <class Work> void run(Work work) const
  {
    run([](int) {}, work);
  }
  template <class Begin, class Work> void run(Begin begin, Work work) const
  {
    auto const threads = static_cast<int>(lists_.size());
#pragma omp parallel for num_threads(threads) schedule(static, 1) if (threads > 1)
    for (int t = 0; t < threads; ++t) {
      begin(t);
      for (const Task &task : lists_[t]) work(task, t);
    }
  }

 private:
  std::vector<std::pair<double, Task>> tasks_;
  std::vector<std::vector<Task>> lists_;
};

// A part [begin, end) of something numbered `index`.
struct Part {
  std::size_t index, begin, end;
};

// Cuts `count` things into parts of nearly equal size, at most `most` each, and all but the last
// one of whole groups of `group`.
inline void cut(std::size_t index, std::size_t count, std::size_t most, std::size_t group,
                TaskLists<Part> &tasks)
{
  std::size_t const groups = (count + group - 1) / group;
  std::size_t const most_groups = std::max<std::size_t>(1, most / group);
  std::size_t const pieces = (groups + most_groups - 1) / most_groups;
  for (std::size_t p = 0; p < pieces; ++p) {
    Part const part = {index, group * (groups * p / pieces),
                       std::min(count, group * (groups * (p + 1) / pieces))};
    tasks.add(static_cast<double>(part.end - part.begin), part);
  }
}

}    // namespace lbs::deepsea
