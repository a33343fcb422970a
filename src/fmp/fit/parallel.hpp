// SPDX-License-Identifier: GPL-2.0-only
// A loop whose turns are independent of each other.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace lbs::fmp::fit {

// Calls work(k) for each k below `count` on several threads. What a turn throws is thrown again
// here, once all threads have ended.
template <class Work> void in_parallel(std::size_t count, int threads, Work &&work)
{
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex guard;
  auto const turns = [&] {
    try {
      for (std::size_t k = next++; k < count; k = next++) work(k);
    } catch (...) {
      std::lock_guard<std::mutex> const lock(guard);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  std::vector<std::thread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(turns);
  turns();
  for (auto &thread : others) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}    // namespace lbs::fmp::fit
