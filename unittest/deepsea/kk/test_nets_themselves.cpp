// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/kk/nets_themselves.hpp"
#include "device_chunk.hpp"

#include "deepsea/model/embedding_net.hpp"

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;

namespace {

template <class Case> class NetsThemselvesTest : public OnDevice<Case> {
};
TYPED_TEST_SUITE(NetsThemselvesTest, Everywhere);

// G^T R / N of a model without tables: neighbors and empty places.
template <class Chunk> std::vector<double> expected_gtr(const Chunk &at)
{
  std::vector<double> all(at.chunk.sizes.gtr, 0.0);
  for (int c = 0; c < at.chunk.count; ++c) {
    int const type = at.type(c);
    const device::Segment &segment = at.chunk.segments[type];
    int const channels = at.form.channels[type];
    for (int t = 0; t < at.model.types(); ++t) {
      std::size_t const pair = at.model.pair(type, t);
      auto const vectors = at.run_of(c, t);
      NeighborRun const run = vectors.run();
      auto const add = [&](const double *row, double times) {
        NetSlopes net;
        evaluate_embedding(at.model.embedding_of(type, t), {row[0]}, net);
        for (int k = 0; k < 4; ++k)
          for (int m = 0; m < channels; ++m)
            all[segment.gtr + std::size_t(4 * (c - segment.first) + k) * channels + m] +=
                times * row[k] * net.value[m] / at.form.neighbors;
      };
      RunRows rows;
      rows.fit(run.count);
      environment_rows(run, at.form.constants[pair], rows);
      for (int n = 0; n < run.count; ++n) {
        double const row[4] = {rows.row[0][n], rows.row[1][n], rows.row[2][n], rows.row[3][n]};
        add(row, 1.0);
      }
      if (at.form.padded_out[pair])
        add(at.form.padding_row.data() + 4 * pair, at.model.selection[t] - run.count);
    }
  }
  return all;
}

TYPED_TEST(NetsThemselvesTest, AddToWhatIsThere)
{
  using Real = typename TestFixture::Real;
  using Space = typename TestFixture::Space;
  for (const ModelShape &shape : smooth_shapes()) {
    typename TestFixture::Chunk at(shape, Form::GENERAL, 0.9, 0.0);
    ASSERT_FALSE(at.form.tables_used);
    auto const there = at.fill(at.buffers.gtr, at.chunk.sizes.gtr);
    std::vector<device::CenterReport> reports(at.chunk.count, {true});
    for (auto &report : reports) report.nets = true;
    at.buffers.reports = device::to_device<Space>("reports", reports);
    at.evaluator.add_nets(at.centers, at.buffers);
    auto expected = expected_gtr(at);
    for (std::size_t n = 0; n < expected.size(); ++n) expected[n] += there[n];
    EXPECT_LT(relative_difference(expected, device::to_host(at.buffers.gtr)), ROUNDING<Real>);
    EXPECT_GT(relative_difference(expected, there), 1.0e-3);
  }
  static_assert(std::is_same_v<typename decltype(std::declval<typename TestFixture::Chunk>()
                                                     .buffers.gtr)::execution_space,
                               Space>);
}

}    // namespace
