// SPDX-License-Identifier: GPL-2.0-only
// Packs of numbers that live in vector registers, whatever their width: in one 512-bit register, or
// in two or four narrower ones. Needs the vector extensions of GCC and Clang.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace lbs {

constexpr std::size_t PACK_BYTES = 64;

// Numbers in a pack: 8 doubles or 16 floats. Rows of arrays are padded to whole packs.
template <class Real> constexpr int LANES = static_cast<int>(PACK_BYTES / sizeof(Real));

template <class Real> constexpr int padded(int count)
{
  return (count + LANES<Real> - 1) / LANES<Real> * LANES<Real>;
}

// Arrays that begin at a cache line, so that packs do not lie across two of them.
template <class T> struct LineAllocator {
  using value_type = T;
  LineAllocator() = default;
  template <class U> LineAllocator(const LineAllocator<U> &) {}
  T *allocate(std::size_t count)
  {
    return static_cast<T *>(::operator new(count * sizeof(T), std::align_val_t(PACK_BYTES)));
  }
  void deallocate(T *numbers, std::size_t)
  {
    ::operator delete(numbers, std::align_val_t(PACK_BYTES));
  }
  bool operator==(const LineAllocator &) const { return true; }
  bool operator!=(const LineAllocator &) const { return false; }
};
template <class T> using AlignedVector = std::vector<T, LineAllocator<T>>;

// Makes room in a buffer that is used again and again.
template <class Buffer> void grow(Buffer &buffer, std::size_t size)
{
  if (buffer.size() < size) buffer.resize(size);
}

#define LBS_ALWAYS_INLINE inline __attribute__((always_inline))

// A vector register of BYTES.
template <class Real, int BYTES> struct Register {
  typedef Real type __attribute__((vector_size(BYTES)));
  typedef Real unaligned __attribute__((vector_size(BYTES), aligned(sizeof(Real)), may_alias));
};

// A pack in as many registers as it takes. GCC keeps vectors wider than the machine's registers in
// memory, so functions with packs are compiled for each width by themselves; see LBS_MACHINES.
template <class Real, int BYTES> struct Pack {
  static constexpr int PARTS = static_cast<int>(PACK_BYTES) / BYTES;
  static constexpr int PART = BYTES / static_cast<int>(sizeof(Real));
  typename Register<Real, BYTES>::type part[PARTS] = {};

  LBS_ALWAYS_INLINE void load(const Real *from)
  {
#pragma GCC unroll 4
    for (int p = 0; p < PARTS; ++p)
      part[p] =
          *reinterpret_cast<const typename Register<Real, BYTES>::unaligned *>(from + p * PART);
  }
  LBS_ALWAYS_INLINE void store(Real *to) const
  {
#pragma GCC unroll 4
    for (int p = 0; p < PARTS; ++p)
      *reinterpret_cast<typename Register<Real, BYTES>::unaligned *>(to + p * PART) = part[p];
  }
  // Lanes 2 J and 2 J + 1 of a pack of eight, each four times.
  template <int J> [[nodiscard]] LBS_ALWAYS_INLINE Pack spread() const
  {
    static_assert(PARTS * PART == 8);
    Pack result;
#pragma GCC unroll 4
    for (int p = 0; p < PARTS; ++p)
#pragma GCC unroll 8
      for (int i = 0; i < PART; ++i) {
        int const lane = 2 * J + (p * PART + i) / 4;
        result.part[p][i] = part[lane / PART][lane % PART];
      }
    return result;
  }
  // The lower half of the lanes plus the upper half.
  LBS_ALWAYS_INLINE void store_folded(Real *to) const
  {
    using Half = typename Register<Real, (PARTS > 1 ? BYTES : BYTES / 2)>::unaligned;
    constexpr int HALF = sizeof(Half) / sizeof(Real);
    const auto *const halves = reinterpret_cast<const Half *>(part);
    constexpr int COUNT = static_cast<int>(PACK_BYTES / sizeof(Half)) / 2;
#pragma GCC unroll 2
    for (int h = 0; h < COUNT; ++h)
      *reinterpret_cast<Half *>(to + h * HALF) = halves[h] + halves[h + COUNT];
  }
  LBS_ALWAYS_INLINE void add(const Pack &a)
  {
#pragma GCC unroll 4
    for (int p = 0; p < PARTS; ++p) part[p] += a.part[p];
  }
  LBS_ALWAYS_INLINE void add_product(const Pack &a, Real b)
  {
#pragma GCC unroll 4
    for (int p = 0; p < PARTS; ++p) part[p] += a.part[p] * b;
  }
  LBS_ALWAYS_INLINE void add_product(const Pack &a, const Pack &b)
  {
#pragma GCC unroll 4
    for (int p = 0; p < PARTS; ++p) part[p] += a.part[p] * b.part[p];
  }
  // this = this * factor + term
  LBS_ALWAYS_INLINE void horner(Real factor, const Pack &term)
  {
#pragma GCC unroll 4
    for (int p = 0; p < PARTS; ++p) part[p] = part[p] * factor + term.part[p];
  }
};

// Every other lane from each of two registers, from lane FIRST of both on.
template <int FIRST, class Vector, int... I>
LBS_ALWAYS_INLINE void interleave(const Vector &a, const Vector &b, Vector &result,
                                  std::integer_sequence<int, I...>)
{
  constexpr int COUNT = sizeof...(I);
#if defined(__clang__)
  result = __builtin_shufflevector(a, b, (FIRST + I / 2 + I % 2 * COUNT)...);
#else
  result = __builtin_shuffle(a, b, decltype(a < b){(FIRST + I / 2 + I % 2 * COUNT)...});
#endif
}

// to[4 * lane + k] = rows[k], for all lanes: four packs, transposed.
template <class Real, int BYTES>
LBS_ALWAYS_INLINE void store_transposed(const Pack<Real, BYTES> (&rows)[4], double *to)
{
  using One = Pack<Real, BYTES>;
  using Vector = typename Register<Real, BYTES>::type;
  using Doubles =
      typename Register<double, BYTES / static_cast<int>(sizeof(Real)) * sizeof(double)>::unaligned;
  constexpr int HALF = One::PART / 2;
  constexpr auto ALL = std::make_integer_sequence<int, One::PART>();
#pragma GCC unroll 4
  for (int p = 0; p < One::PARTS; ++p) {
    Vector even[2], odd[2], whole[4];
    interleave<0>(rows[0].part[p], rows[2].part[p], even[0], ALL);
    interleave<HALF>(rows[0].part[p], rows[2].part[p], even[1], ALL);
    interleave<0>(rows[1].part[p], rows[3].part[p], odd[0], ALL);
    interleave<HALF>(rows[1].part[p], rows[3].part[p], odd[1], ALL);
#pragma GCC unroll 2
    for (int h = 0; h < 2; ++h) {
      interleave<0>(even[h], odd[h], whole[2 * h], ALL);
      interleave<HALF>(even[h], odd[h], whole[2 * h + 1], ALL);
    }
#pragma GCC unroll 4
    for (int w = 0; w < 4; ++w)
      *reinterpret_cast<Doubles *>(to + (4 * p + w) * One::PART) =
          __builtin_convertvector(whole[w], Doubles);
  }
}

// Instruction sets with a code of their own.
enum class Machine { PLAIN, AVX2, AVX512 };

inline Machine best_machine()
{
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512cd"))
    return Machine::AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Machine::AVX2;
#endif
  return Machine::PLAIN;
}

// The best one of this processor, unless the environment variable LBS_MACHINE names a lesser one:
// plain or avx2. It cannot name one that the processor lacks; what is no such name changes nothing.
inline Machine this_machine()
{
  static Machine const machine = [] {
    const char *const variable = std::getenv("LBS_MACHINE");
    std::string const name = variable ? variable : "";
    Machine const most = name == "plain"  ? Machine::PLAIN
                         : name == "avx2" ? Machine::AVX2
                                          : Machine::AVX512;
    return std::min(most, best_machine());
  }();
  return machine;
}

// Defines the function `name` with these parameters, which calls name_with<width of registers> of
// these arguments, compiled for the machine that it runs on. `tag` tells overloads apart. Functions
// without packs have no use for the width, but their plain loops become vector code of this width.
#if defined(__x86_64__)
#define LBS_MACHINES(name, tag, parameters, arguments)                                        \
  __attribute__((target("arch=x86-64-v4"), flatten)) static void name##_##tag##_v4 parameters \
  {                                                                                           \
    name##_with<64> arguments;                                                                \
  }                                                                                           \
  __attribute__((target("arch=x86-64-v3"), flatten)) static void name##_##tag##_v3 parameters \
  {                                                                                           \
    name##_with<32> arguments;                                                                \
  }                                                                                           \
  __attribute__((flatten)) static void name##_##tag##_plain parameters                        \
  {                                                                                           \
    name##_with<16> arguments;                                                                \
  }                                                                                           \
  static auto *const name##_##tag =                                                           \
      lbs::this_machine() == lbs::Machine::AVX512 ? name##_##tag##_v4                         \
      : lbs::this_machine() == lbs::Machine::AVX2 ? name##_##tag##_v3                         \
                                                  : name##_##tag##_plain;                     \
  void name parameters                                                                        \
  {                                                                                           \
    name##_##tag arguments;                                                                   \
  }
#else
#define LBS_MACHINES(name, tag, parameters, arguments) \
  void name parameters                                 \
  {                                                    \
    name##_with<16> arguments;                         \
  }
#endif

}    // namespace lbs
