// SPDX-License-Identifier: GPL-2.0-only
// Arrays and teams of the device. All arrays have one index: then the layouts of Kokkos are the
// same, and only the few arrays of LAMMPS differ from machine to machine.
#pragma once

#include "support/input_error.hpp"
#include "support/text.hpp"

#include <Kokkos_Core.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace lbs::deepsea::device {

// Owns its memory; `Space` is an execution space.
template <class T, class Space> using Array = Kokkos::View<T *, Space>;
// What kernels take: an array without its owner, in the memory that `Space` works on. Kernels stay
// below 512 bytes, for Kokkos launches larger ones through memory that it has to wait for, and its
// own arrays without owners are up to twice as large as this.
template <class T, class Space> class Slice {
 public:
  using value_type = T;

  Slice() = default;
  KOKKOS_FUNCTION Slice(T *data, std::size_t count) : data_(data), count_(count) {}
  template <class U, class... Properties>
  Slice(const Kokkos::View<U *, Properties...> &view) : data_(view.data()), count_(view.extent(0))
  {
    using View = Kokkos::View<U *, Properties...>;
    static_assert(Kokkos::SpaceAccessibility<Space, typename View::memory_space>::accessible);
  }
  template <class U>
  KOKKOS_FUNCTION Slice(const Slice<U, Space> &other) : data_(other.data()), count_(other.count())
  {
  }

  template <class Index> KOKKOS_FUNCTION T &operator()(Index index) const
  {
    check(static_cast<std::size_t>(index) < count_);
    return data_[index];
  }
  [[nodiscard]] KOKKOS_FUNCTION T *data() const { return data_; }
  [[nodiscard]] KOKKOS_FUNCTION std::size_t count() const { return count_; }
  // Entries from `first` on.
  [[nodiscard]] KOKKOS_FUNCTION Slice part(std::size_t first, std::size_t count) const
  {
    check(first + count <= count_);
    return {data_ + first, count};
  }
  [[nodiscard]] auto view() const
  {
    return Kokkos::View<T *, Space, Kokkos::MemoryTraits<Kokkos::Unmanaged>>(data_, count_);
  }

 private:
  T *data_ = nullptr;
  std::size_t count_ = 0;

  // Where Kokkos checks its own arrays.
  KOKKOS_FUNCTION static void check([[maybe_unused]] bool inside)
  {
#ifdef KOKKOS_ENABLE_DEBUG_BOUNDS_CHECK
    if (!inside) Kokkos::abort("deepsea: an index is outside of its array");
#endif
  }
};

constexpr std::size_t LARGEST_KERNEL = 512;    // bytes

template <class T, class Space>
using Scratch = Kokkos::View<T *, typename Space::scratch_memory_space,
                             Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
template <class Space> using Team = typename Kokkos::TeamPolicy<Space>::member_type;

// Fresh memory without zeros: kernels write all that others read. Throws InputError if there is not
// enough.
template <class T, class Space>
Array<T, Space> uninitialized(const std::string &label, std::size_t size)
{
  try {
    return Array<T, Space>(Kokkos::view_alloc(label, Kokkos::WithoutInitializing), size);
  } catch (const std::exception &e) {    // which one differs between versions of Kokkos
    double const megabytes = 1.0e-6 * static_cast<double>(sizeof(T) * size);
    throw InputError("there is not enough memory for " + text::number(megabytes, 4) + " MB of '" +
                     label + "' on the device; use a smaller 'chunk_memory' in pair_style " +
                     "deepsea, or more ranks with a device each (" + e.what() + ')');
  }
}

// Makes room, without keeping what is there.
template <class T, class Space>
void make_room(Array<T, Space> &array, const std::string &label, std::size_t size)
{
  if (array.extent(0) >= size) return;
  array = Array<T, Space>();    // before the new one is there, which may need the memory
  array = uninitialized<T, Space>(label, size);
}

// Into the first places of `array`, which has room for them.
template <class Space, class T>
void copy_to_device(const Array<T, Space> &array, const std::vector<T> &numbers)
{
  Kokkos::deep_copy(
      Slice<T, Space>(array).part(0, numbers.size()).view(),
      Kokkos::View<const T *, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>>(
          numbers.data(), numbers.size()));
}

template <class Space, class T>
Array<T, Space> to_device(const std::string &label, const std::vector<T> &numbers)
{
  auto array = uninitialized<T, Space>(label, numbers.size());
  copy_to_device(array, numbers);
  return array;
}

template <class T, class Space>
std::vector<std::remove_const_t<T>> to_host(const Slice<T, Space> &slice)
{
  std::vector<std::remove_const_t<T>> numbers(slice.count());
  Kokkos::deep_copy(
      Kokkos::View<std::remove_const_t<T> *, Kokkos::HostSpace,
                   Kokkos::MemoryTraits<Kokkos::Unmanaged>>(numbers.data(), numbers.size()),
      slice.view());
  return numbers;
}

template <class T, class... Properties>
std::vector<T> to_host(const Kokkos::View<T *, Properties...> &array)
{
  return to_host(Slice<T, typename Kokkos::View<T *, Properties...>::execution_space>(array));
}

// Threads of a team on a host. More than one show in tests whether a barrier is missing.
#ifdef LBS_HOST_TEAM
constexpr int HOST_TEAM = LBS_HOST_TEAM;
#else
constexpr int HOST_TEAM = 1;
#endif

// How kernels are spread over a kind of machine. A host runs the lanes of a thread as a loop, so
// that one of each is enough.
template <class Space> struct Machine {
  // Memory of a device that the host can access, too, makes it no host.
  static constexpr bool HOST = std::is_same_v<typename Space::memory_space, Kokkos::HostSpace>;
  // Other devices want teams of other sizes.
#if defined(KOKKOS_ENABLE_CUDA) || defined(KOKKOS_ENABLE_HIP) || defined(KOKKOS_ENABLE_OPENMPTARGET)
  static constexpr bool KNOWN = true;
#else
  static constexpr bool KNOWN = HOST;
#endif
  // Lanes of a thread, as many as run in step: 64 on AMD's accelerators, 32 on its other GPUs.
#if defined(KOKKOS_ENABLE_HIP)
  static constexpr int GPU_LANES = Kokkos::Impl::HIPTraits::WarpSize;
#else
  static constexpr int GPU_LANES = 32;
#endif
#if defined(KOKKOS_ENABLE_OPENMPTARGET)
  // The backend that plays a GPU on a processor has no lanes, no teams below 32 threads, and any
  // amount of scratch memory.
  static constexpr int LANES = 1;
  static constexpr int CENTERS = HOST ? 1 : 32;
  static constexpr std::size_t SCRATCH = 32000000;
  static constexpr int TEAM = HOST ? HOST_TEAM : 32;
#else
  static constexpr int LANES = HOST ? 1 : GPU_LANES;
  // Of kernels with a thread (a warp) for each center: threads in a team, as far as the scratch
  // memory of so many goes.
  static constexpr int CENTERS = HOST ? 1 : 4;
  static constexpr std::size_t SCRATCH = 38000;    // bytes a team, below what any GPU has
  // Of kernels with a team for each center.
  static constexpr int TEAM = HOST ? HOST_TEAM : 128 / GPU_LANES;
#endif
};

template <class Policy, class Kernel>
void launch_kernel(const char *label, const Policy &policy, const Kernel &kernel)
{
  static_assert(sizeof(Kernel) < LARGEST_KERNEL);
  Kokkos::parallel_for(label, policy, kernel);
}

// A thread for each of `count` items, with `bytes` of scratch memory for each. Level 0 is that on
// the chip; see on_chip().
template <class Space> auto thread_each(int count, std::size_t bytes, int level = 0)
{
  using M = Machine<Space>;
  auto const fit = static_cast<int>(M::SCRATCH / std::max<std::size_t>(bytes, 1));
  int const threads = level > 0 ? M::CENTERS : std::clamp(fit, 1, M::CENTERS);
  // Registers for 512 lanes in a multiprocessor, whatever the size of a team: 128 a lane on
  // NVIDIA's GPUs, 256 on AMD's. How many teams fit is left to the scratch memory.
  using Bounds = Kokkos::LaunchBounds<512, 1>;
  Kokkos::TeamPolicy<Space, Bounds> policy((count + threads - 1) / threads, threads, M::LANES);
  return policy.set_scratch_size(level, Kokkos::PerThread(static_cast<int>(bytes)));
}

// Whether so much scratch memory for a thread is there on the chip.
template <class Space> bool on_chip(std::size_t bytes)
{
  return bytes <= Machine<Space>::SCRATCH;
}

template <class Member> KOKKOS_INLINE_FUNCTION int item_of_thread(const Member &team)
{
  return team.league_rank() * team.team_size() + team.team_rank();
}

// Lanes of a thread see from here on what the others have written. Kokkos has that at the end of
// each loop over lanes for CUDA, but not for HIP (kokkos issue 9511).
KOKKOS_INLINE_FUNCTION void lanes_meet()
{
#ifdef __HIP_DEVICE_COMPILE__
  __builtin_amdgcn_fence(__ATOMIC_ACQ_REL, "wavefront");
  __builtin_amdgcn_wave_barrier();
#endif
}

// body(n) for each n below `count`, by the lanes of a thread, which meet at the end.
template <class Member, class Body>
KOKKOS_INLINE_FUNCTION void over_lanes(const Member &team, int count, const Body &body)
{
  Kokkos::parallel_for(Kokkos::ThreadVectorRange(team, count), body);
  lanes_meet();
}

// body() by one of them; the others wait for what it writes.
template <class Member, class Body>
KOKKOS_INLINE_FUNCTION void by_one_lane(const Member &team, const Body &body)
{
  Kokkos::single(Kokkos::PerThread(team), body);
  lanes_meet();
}

// A team for each of `count` items, with `bytes` of scratch memory for each.
template <class Space> Kokkos::TeamPolicy<Space> team_each(int count, std::size_t bytes)
{
  using M = Machine<Space>;
  if (!M::HOST && bytes > M::SCRATCH)
    throw InputError("a layer of the model is too wide for the device: its kernels need " +
                     text::number(1e-3 * static_cast<double>(bytes), 3) +
                     " kB of memory on the chip; use pair_style deepsea without /kk");
  Kokkos::TeamPolicy<Space> policy(count, M::TEAM, M::LANES);
  return policy.set_scratch_size(0, Kokkos::PerTeam(static_cast<int>(bytes)));
}

}    // namespace lbs::deepsea::device
