// Packs of numbers that the compiler turns into whole vector registers, whatever their width: one
// 512-bit register, or two or four narrower ones. Needs the vector extensions of GCC and Clang.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
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

#define LBS_ALWAYS_INLINE inline __attribute__((always_inline))

template <class Real> struct PackOf;
template <> struct PackOf<double> {
  typedef double type __attribute__((vector_size(PACK_BYTES)));
  typedef double unaligned __attribute__((vector_size(PACK_BYTES), aligned(8), may_alias));
};
template <> struct PackOf<float> {
  typedef float type __attribute__((vector_size(PACK_BYTES)));
  typedef float unaligned __attribute__((vector_size(PACK_BYTES), aligned(4), may_alias));
};
template <class Real> using Pack = typename PackOf<Real>::type;

// References instead of values, because how a function takes a pack by value depends on the
// instruction set it is compiled for.
template <class Real> LBS_ALWAYS_INLINE void load(Pack<Real> &pack, const Real *from)
{
  pack = *reinterpret_cast<const typename PackOf<Real>::unaligned *>(from);
}

template <class Real> LBS_ALWAYS_INLINE void store(Real *to, const Pack<Real> &pack)
{
  *reinterpret_cast<typename PackOf<Real>::unaligned *>(to) = pack;
}

template <class Real> LBS_ALWAYS_INLINE Real sum(const Pack<Real> &pack)
{
  Real lane[LANES<Real>];
  std::memcpy(lane, &pack, sizeof(lane));
  for (int width = LANES<Real> / 2; width > 0; width /= 2)
    for (int i = 0; i < width; ++i) lane[i] += lane[i + width];
  return lane[0];
}

}    // namespace lbs
