// SPDX-License-Identifier: GPL-2.0-only
// A tool for programs with Kokkos: how often they launch each kernel, copy, and wait for the
// device, how long each kernel takes, and how much memory each array has at most.
//
//   KOKKOS_TOOLS_LIBS=libkernel_times.so LBS_KERNEL_TIMES=FILE lmp ...
//
// With a tool, Kokkos waits for the device before and after each kernel, so that times of kernels
// are right and those of the whole program are not. Lines of FILE: what is counted, a tab, its
// label, a tab, how often, and seconds or bytes.
#include <impl/Kokkos_Profiling_C_Interface.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Count {
  std::uint64_t times = 0;
  double seconds = 0.0;
};

struct Memory {
  std::uint64_t now = 0, most = 0;    // bytes
  void add(std::uint64_t bytes)
  {
    now += bytes;
    if (now > most) most = now;
  }
};

// What is running: kernels and regions end in the reverse order of their beginnings.
struct Running {
  Count *count;
  Clock::time_point since;
};

struct Record {
  std::mutex mutex;    // Kokkos may be used by several threads
  std::map<std::pair<std::string, std::string>, Count> counts;
  std::map<std::pair<std::string, std::string>, Memory> memory;
  std::vector<Running> running;
  void (*fence)(std::uint32_t) = nullptr;
};

Record &record()
{
  static Record one;
  return one;
}

void begin(const char *what, const char *label)
{
  Record &r = record();
  std::lock_guard<std::mutex> const lock(r.mutex);
  Count &count = r.counts[{what, label}];
  ++count.times;
  r.running.push_back({&count, Clock::now()});
}

void end()
{
  Record &r = record();
  std::lock_guard<std::mutex> const lock(r.mutex);
  if (r.running.empty()) return;
  auto const [count, since] = r.running.back();
  r.running.pop_back();
  count->seconds += std::chrono::duration<double>(Clock::now() - since).count();
}

// Regions may hold work that is not by Kokkos.
void wait_for_device()
{
  if (record().fence != nullptr) record().fence(0);
}

// The same array under its own label and in the sum of its memory.
template <class Change>
void change_memory(const Kokkos_Profiling_SpaceHandle &space, const char *label, Change change)
{
  Record &r = record();
  std::lock_guard<std::mutex> const lock(r.mutex);
  change(r.memory[{std::string("memory of ") + space.name, label}]);
  change(r.memory[{"memory", space.name}]);
}

}    // namespace

extern "C" {

void kokkosp_provide_tool_programming_interface(std::uint32_t,
                                                Kokkos_Tools_ToolProgrammingInterface interface)
{
  record().fence = interface.fence;
}

void kokkosp_begin_parallel_for(const char *label, std::uint32_t, std::uint64_t *)
{
  begin("kernel", label);
}
void kokkosp_begin_parallel_reduce(const char *label, std::uint32_t, std::uint64_t *)
{
  begin("kernel", label);
}
void kokkosp_begin_parallel_scan(const char *label, std::uint32_t, std::uint64_t *)
{
  begin("kernel", label);
}
void kokkosp_end_parallel_for(std::uint64_t)
{
  end();
}
void kokkosp_end_parallel_reduce(std::uint64_t)
{
  end();
}
void kokkosp_end_parallel_scan(std::uint64_t)
{
  end();
}

void kokkosp_push_profile_region(const char *label)
{
  wait_for_device();
  begin("region", label);
}
void kokkosp_pop_profile_region()
{
  wait_for_device();
  end();
}

void kokkosp_begin_deep_copy(Kokkos_Profiling_SpaceHandle to, const char *, const void *,
                             Kokkos_Profiling_SpaceHandle from, const char *, const void *,
                             std::uint64_t)
{
  begin("copy", (std::string(from.name) + " to " + to.name).c_str());
}
void kokkosp_end_deep_copy()
{
  end();
}

void kokkosp_begin_fence(const char *label, std::uint32_t, std::uint64_t *)
{
  begin("fence", label);
}
void kokkosp_end_fence(std::uint64_t)
{
  end();
}

void kokkosp_allocate_data(Kokkos_Profiling_SpaceHandle space, const char *label, const void *,
                           std::uint64_t bytes)
{
  change_memory(space, label, [bytes](Memory &memory) { memory.add(bytes); });
}
void kokkosp_deallocate_data(Kokkos_Profiling_SpaceHandle space, const char *label, const void *,
                             std::uint64_t bytes)
{
  change_memory(space, label, [bytes](Memory &memory) { memory.now -= bytes; });
}

void kokkosp_finalize_library()
{
  const char *path = std::getenv("LBS_KERNEL_TIMES");
  std::ofstream out(path != nullptr ? path : "kernel_times.txt");
  for (const auto &[name, count] : record().counts)
    out << name.first << '\t' << name.second << '\t' << count.times << '\t' << count.seconds
        << '\n';
  for (const auto &[name, memory] : record().memory)
    out << name.first << '\t' << name.second << '\t' << 1 << '\t' << memory.most << '\n';
}

}    // extern "C"
