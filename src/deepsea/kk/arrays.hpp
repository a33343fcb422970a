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
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace lbs::deepsea::device {

// Owns its memory; `Space` is an execution space.
template <class T, class Space> using Array = Kokkos::View<T *, Space>;
// What kernels take. They stay below 512 bytes, for Kokkos launches larger ones through memory that
// it has to wait for, and an array without an owner is smaller.
template <class T, class Space>
using Slice = Kokkos::View<T *, Space, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
constexpr std::size_t LARGEST_KERNEL = 512;

template <class T, class Space>
using Scratch = Kokkos::View<T *, typename Space::scratch_memory_space,
                             Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
template <class Space> using Team = typename Kokkos::TeamPolicy<Space>::member_type;

// Fresh memory without zeros: kernels write all that others read.
template <class T, class Space> Array<T, Space> uninitialized(const std::string &label, size_t size)
{
  return Array<T, Space>(Kokkos::view_alloc(label, Kokkos::WithoutInitializing), size);
}

// Makes room, without keeping what is there. Throws InputError if there is not enough memory.
template <class T, class Space>
void make_room(Array<T, Space> &array, const std::string &label, std::size_t size)
{
  if (array.extent(0) >= size) return;
  array = Array<T, Space>();    // before the new one is there, which may need the memory
  try {
    array = uninitialized<T, Space>(label, size);
  } catch (const std::bad_alloc &) {
    throw InputError("there is not enough memory for " +
                     text::number(1.0e-6 * sizeof(T) * size, 4) + " MB of '" + label +
                     "' on the device; use a smaller 'chunk_memory' in "
                     "pair_style deepsea, or more ranks with a device each");
  }
}

template <class Space, class T>
Array<T, Space> to_device(const std::string &label, const std::vector<T> &numbers)
{
  auto array = uninitialized<T, Space>(label, numbers.size());
  Kokkos::deep_copy(
      array, Kokkos::View<const T *, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>>(
                 numbers.data(), numbers.size()));
  return array;
}

template <class T, class Space> std::vector<T> to_host(const Array<T, Space> &array)
{
  std::vector<T> numbers(array.extent(0));
  Kokkos::deep_copy(Kokkos::View<T *, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>>(
                        numbers.data(), numbers.size()),
                    array);
  return numbers;
}

// How kernels are spread over a kind of machine. A host runs the lanes of a thread as a loop, so
// that one of each is enough.
template <class Space> struct Machine {
  static constexpr bool HOST =
      Kokkos::SpaceAccessibility<Kokkos::HostSpace, typename Space::memory_space>::accessible;
#if defined(KOKKOS_ENABLE_HIP)
  static constexpr int GPU_LANES = 64;
#else
  static constexpr int GPU_LANES = 32;
#endif
  static constexpr int LANES = HOST ? 1 : GPU_LANES;
  // Of kernels with a thread (a warp) for each center: threads in a team, as far as the scratch
  // memory of so many goes.
  static constexpr int CENTERS = HOST ? 1 : 4;
  static constexpr std::size_t SCRATCH = 38000;    // bytes a team, below what any GPU has
  // Of kernels with a team for each center.
  static constexpr int TEAM = HOST ? 1 : 128 / GPU_LANES;
};

template <class Policy, class Kernel>
void launch_kernel(const char *label, const Policy &policy, const Kernel &kernel)
{
  static_assert(sizeof(Kernel) < LARGEST_KERNEL);
  Kokkos::parallel_for(label, policy, kernel);
}

// A thread for each of `count` items, with `bytes` of scratch memory for each.
template <class Space> Kokkos::TeamPolicy<Space> thread_each(int count, std::size_t bytes)
{
  using M = Machine<Space>;
  auto const fit = static_cast<int>(M::SCRATCH / std::max<std::size_t>(bytes, 1));
  int const threads = std::clamp(fit, 1, M::CENTERS);
  Kokkos::TeamPolicy<Space> policy((count + threads - 1) / threads, threads, M::LANES);
  return policy.set_scratch_size(0, Kokkos::PerThread(static_cast<int>(bytes)));
}

template <class Member> KOKKOS_INLINE_FUNCTION int item_of_thread(const Member &team)
{
  return team.league_rank() * team.team_size() + team.team_rank();
}

// A team for each of `count` items, with `bytes` of scratch memory for each.
template <class Space> Kokkos::TeamPolicy<Space> team_each(int count, std::size_t bytes)
{
  using M = Machine<Space>;
  Kokkos::TeamPolicy<Space> policy(count, M::TEAM, M::LANES);
  return policy.set_scratch_size(0, Kokkos::PerTeam(static_cast<int>(bytes)));
}

}    // namespace lbs::deepsea::device
