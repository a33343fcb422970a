// SPDX-License-Identifier: GPL-2.0-only
// One chunk of centers with everything that its kernels take, for tests. Buffers begin poisoned.
#pragma once

#include "device_cluster.hpp"

#include "deepsea/host/descriptor.hpp"
#include "deepsea/host/model_form.hpp"
#include "deepsea/kk/form_evaluator.hpp"

#include <array>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

namespace lbs::deepsea::testing {

// Errors of sums in a precision, relative to the largest number.
template <class Real> constexpr double ROUNDING = std::is_same_v<Real, float> ? 2.0e-6 : 1.0e-13;

// Largest difference relative to the largest expected number, which must be no zero.
template <class Numbers, class Others>
double relative_difference(const Numbers &expected, const Others &found)
{
  EXPECT_EQ(expected.size(), found.size());
  double scale = 0.0;
  double difference = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    scale = std::max(scale, std::fabs(static_cast<double>(expected[i])));
    double const off = std::fabs(static_cast<double>(expected[i]) - static_cast<double>(found[i]));
    difference = std::isfinite(off) ? std::max(difference, off) : HUGE_VAL;
  }
  EXPECT_GT(scale, 1.0e-3);
  return difference / scale;
}

template <class Real, class Space> struct DeviceChunk {
  RandomModel random;
  Model model;
  ModelForm form;
  Cluster cluster;
  DeviceCluster<Space> on_device;
  device::FormEvaluator<Real, Space> evaluator;
  device::Chunk chunk;
  device::Array<device::Segment, Space> segments;
  device::ChunkBuffers<Real, Space> buffers;
  device::LeftOver<Space> left_over;
  device::CenterSlices<Space> centers;
  std::vector<int> center;    // atoms

  DeviceChunk(const ModelShape &shape, Form kind, double apart, double table_error = 1.0e-9)
      : DeviceChunk(RandomModel(5).make(shape), kind, apart, table_error)
  {
  }

  DeviceChunk(const Model &of, Form kind, double apart, double table_error = 1.0e-9)
      : random(6), model(of), form(model, table_error, kind),
        cluster(random, 29, model.types(), 6.5, apart), on_device(cluster, model.types()),
        evaluator(form)
  {
    auto const chunks = device::make_chunks(evaluator.model(), on_device.rows.first(), 1.0e12);
    EXPECT_EQ(chunks.size(), 1U);
    chunk = chunks.front();
    segments = device::to_device<Space>("segments", chunk.segments);
    buffers.fit(chunk);
    for (auto *numbers : {&buffers.moments, &buffers.gtr, &buffers.descriptor, &buffers.passing[0],
                          &buffers.passing[1], &buffers.derivative})
      Kokkos::deep_copy(*numbers, std::numeric_limits<Real>::quiet_NaN());
    Kokkos::deep_copy(buffers.energy, std::numeric_limits<double>::quiet_NaN());
    left_over.rows = poisoned_places(chunk.count);
    left_over.count = device::to_device<Space>("count", std::vector<int>{0});
    centers = {{segments, {}, 0, chunk.count}, on_device.rows.slices(), on_device.atoms};
    center = device::to_host(on_device.rows.slices().center);
    center.resize(chunk.count);
  }

  static device::Array<int, Space> poisoned_places(int count)
  {
    return device::to_device<Space>("places", std::vector<int>(count, -1));
  }

  [[nodiscard]] int type(int c) const { return cluster.type[center[c]]; }

  // Vectors to the neighbors of a type inside the cutoff, as the CPU's loops take them.
  struct Run {
    AlignedVector<double> x, y, z;
    std::vector<int> atom;
    [[nodiscard]] NeighborRun run() const
    {
      return {static_cast<int>(atom.size()), atom.data(), x.data(), y.data(), z.data()};
    }
  };
  [[nodiscard]] Run run_of(int c, int neighbor_type) const
  {
    Run run;
    const auto &from = cluster.x[center[c]];
    for (int const j : cluster.rows[center[c]]) {
      std::array<double, 3> d{};
      for (int a = 0; a < 3; ++a) d[a] = cluster.x[j][a] - from[a];
      if (cluster.type[j] != neighbor_type || std::hypot(d[0], d[1], d[2]) >= model.cutoff)
        continue;
      run.atom.push_back(j);
      run.x.push_back(d[0]);
      run.y.push_back(d[1]);
      run.z.push_back(d[2]);
    }
    while (run.x.size() % LANES<double> != 0 || run.x.empty()) {
      run.x.push_back(model.cutoff);
      run.y.push_back(0.0);
      run.z.push_back(0.0);
    }
    return run;
  }

  // Random numbers into a buffer, and back on the host.
  std::vector<Real> fill(const device::Array<Real, Space> &buffer, std::size_t size)
  {
    std::vector<Real> numbers;
    for (std::size_t i = 0; i < size; ++i) numbers.push_back(static_cast<Real>(random.normal()));
    Kokkos::deep_copy(Kokkos::subview(buffer, std::pair<std::size_t, std::size_t>(0, size)),
                      device::to_device<Space>("numbers", numbers));
    return numbers;
  }
};

// Tests of one kernel, in both arithmetics on all spaces.
template <class Case> class OnDevice : public ::testing::Test {
 public:
  using Real = typename Case::Real;
  using Space = typename Case::Space;
  using Chunk = DeviceChunk<Real, Space>;
};

}    // namespace lbs::deepsea::testing
