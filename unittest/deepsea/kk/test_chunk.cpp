// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/kk/chunk.hpp"
#include "device_cluster.hpp"

#include <numeric>

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;

namespace {

using Space = Kokkos::DefaultExecutionSpace;
using DeviceModel = device::DeviceModel<double, Space>;

double bytes_of(const device::Chunk &chunk)
{
  const device::BufferSizes &s = chunk.sizes;
  return 8.0 * static_cast<double>(s.moments + s.gtr + s.descriptor + 2 * s.passing + s.derivative);
}

// Every center is in one chunk, in order; no chunk takes more than the budget, and none is much
// smaller than the others.
TEST(Chunks, ShareTheBudget)
{
  DeviceModel const model(ModelForm(RandomModel(1).make(ModelShape()), 1.0e-7, Form::GENERAL));
  std::vector<int> const first = {0, 1000, 1000, 1700};    // no center of the second type
  double const all = bytes_of(device::make_chunks(model, first, 1.0e15).front());
  for (double const budget : {2.0 * all, 0.6 * all, 0.11 * all, 0.013 * all}) {
    auto const chunks = device::make_chunks(model, first, budget);
    int row = 0;
    std::vector<int> found(3, 0);
    for (const device::Chunk &chunk : chunks) {
      EXPECT_EQ(chunk.first, row);
      EXPECT_LE(bytes_of(chunk), budget);
      EXPECT_GT(bytes_of(chunk), std::min(all, budget) * (&chunk == &chunks.back() ? 0.2 : 0.45));
      int in_chunk = 0;
      for (int t = 0; t < 3; ++t) {
        const device::Segment &segment = chunk.segments[t];
        if (segment.count == 0) continue;
        EXPECT_EQ(segment.first, in_chunk);
        EXPECT_EQ(segment.moments == 0, in_chunk == 0);
        EXPECT_EQ(chunk.first + segment.first, first[t] + found[t]);
        in_chunk += segment.count;
        found[t] += segment.count;
      }
      EXPECT_EQ(chunk.count, in_chunk);
      row += chunk.count;
    }
    EXPECT_EQ(row, 1700);
    EXPECT_EQ(chunks.size() == 1, budget > all);
  }
}

TEST(Chunks, HaveOneCenterAtLeast)
{
  DeviceModel const model(ModelForm(RandomModel(1).make(ModelShape()), 1.0e-7, Form::GENERAL));
  auto const chunks = device::make_chunks(model, {0, 2, 3, 5}, 1.0);
  ASSERT_EQ(chunks.size(), 5U);
  for (int c = 0; c < 5; ++c) {
    EXPECT_EQ(chunks[c].first, c);
    EXPECT_EQ(chunks[c].count, 1);
  }
  EXPECT_TRUE(device::make_chunks(model, {0, 0, 0, 0}, 1.0e9).empty());
}

}    // namespace
