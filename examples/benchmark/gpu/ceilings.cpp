// SPDX-License-Identifier: GPL-2.0-only
// What the machine can do at most, by which the times of kernels are judged: copies, products of
// the sizes of the benchmark's model, launches, waits and atomic sums.
//
//   ceilings [SHARE]
//
// SHARE of the sizes meant for a GPU, for rehearsals. Prints a name, a tab, a number and its unit.
#include "deepsea/kk/multiply.hpp"

#include <Kokkos_Core.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <type_traits>

namespace {

using namespace lbs::deepsea::device;
using Space = Kokkos::DefaultExecutionSpace;

// Seconds of one of several calls, which the device does in turn.
template <class Work> double seconds(int times, Work work)
{
  work();
  Kokkos::fence();
  Kokkos::Timer const timer;
  for (int k = 0; k < times; ++k) work();
  Kokkos::fence();
  return timer.seconds() / times;
}

void print(const char *name, double value, const char *unit)
{
  std::printf("%s\t%.4g %s\n", name, value, unit);
  std::fflush(stdout);
}

struct Empty {
  KOKKOS_FUNCTION void operator()(int) const {}
};

// Sums at places that are far apart for neighboring threads, as forces are.
struct SpreadSums {
  Slice<double, Space> sums;
  KOKKOS_FUNCTION void operator()(int i) const
  {
    auto const at = static_cast<std::uint64_t>(i) * 2654435761U % sums.count();
    Kokkos::atomic_add(&sums(at), 1.0);
  }
};

void copies(double share)
{
  auto const count = static_cast<std::size_t>(share * 1.0e8);
  auto const from = uninitialized<double, Space>("from", count);
  auto const to = uninitialized<double, Space>("to", count);
  Kokkos::deep_copy(from, 1.0);
  double const time = seconds(10, [&] { Kokkos::deep_copy(Space(), to, from); });
  print("copy, read and written", 16.0e-9 * static_cast<double>(count) / time, "GB/s");
}

void launches()
{
  Kokkos::RangePolicy<Space> const one(0, 1);
  double const queued = seconds(1000, [&] { Kokkos::parallel_for("empty", one, Empty()); });
  print("launch, queued", 1.0e6 * queued, "us");
  double const waited = seconds(1000, [&] {
    Kokkos::parallel_for("empty", one, Empty());
    Kokkos::fence();
  });
  print("launch and wait", 1.0e6 * waited, "us");
}

void atomics(double share)
{
  auto const count = static_cast<int>(share * 3.0e7);
  auto const sums = uninitialized<double, Space>("sums", std::max(count / 10, 1));
  Kokkos::deep_copy(sums, 0.0);
  double const time = seconds(10, [&] {
    Kokkos::parallel_for("sums", Kokkos::RangePolicy<Space>(0, count), SpreadSums{sums});
  });
  print("atomic sums", 1.0e-9 * count / time, "1e9/s");
}

template <class Real> void products(double share)
{
  struct Shape {
    const char *name;
    double m;
    int n, k;
  };
  Multiplier<Real, Space> const multiply;
  // Rows of a chunk: descriptors and hidden layers a center, moments four a center.
  for (Shape const shape : {Shape{"first layer", 16896, 240, 1432},
                            {"next layer", 16896, 240, 240},
                            {"moments to channels", 67584, 97, 800},
                            {"channels to moments", 67584, 800, 97}}) {
    auto const m = static_cast<std::int64_t>(std::max(share * shape.m, 8.0));
    auto const a = uninitialized<Real, Space>("a", m * shape.k);
    auto const b = uninitialized<Real, Space>("b", std::size_t(shape.k) * shape.n);
    auto const c = uninitialized<Real, Space>("c", m * shape.n);
    Kokkos::deep_copy(a, Real(0.5));
    Kokkos::deep_copy(b, Real(0.25));
    double const time = seconds(10, [&] {
      multiply({m, shape.n, shape.k, a.data(), b.data(), false, Real(1), Real(0), c.data()});
    });
    char name[80];
    std::snprintf(name, sizeof name, "product, %s, %s", shape.name,
                  std::is_same_v<Real, float> ? "single" : "double");
    print(name, 2.0e-12 * static_cast<double>(m) * shape.n * shape.k / time, "TF/s");
  }
}

}    // namespace

int main(int count, char **words)
{
  Kokkos::ScopeGuard const guard;
  double const share = count > 1 ? std::atof(words[1]) : 1.0;
  copies(share);
  launches();
  atomics(share);
  products<double>(share);
  products<float>(share);
  return 0;
}
