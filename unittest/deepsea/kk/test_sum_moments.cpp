// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/kk/sum_moments.hpp"
#include "device_chunk.hpp"

#include <algorithm>
#include <set>

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;

namespace {

template <class Case> class SumMomentsTest : public OnDevice<Case> {
};
TYPED_TEST_SUITE(SumMomentsTest, Everywhere);

template <int LEVEL = 0, class Chunk> void sum_moments(const Chunk &at)
{
  using Kernel = device::SumMoments<typename decltype(at.buffers.moments)::value_type,
                                    typename decltype(at.buffers.moments)::execution_space, LEVEL>;
  Kernel{at.evaluator.model().slices(),
         at.centers,
         at.evaluator.model().most_rows,
         at.buffers.moments,
         at.buffers.reports,
         at.left_over.rows,
         at.left_over.count}
      .launch();
}

// The same by the CPU's loops.
template <class Chunk> std::vector<double> expected_moments(const Chunk &at)
{
  std::vector<double> all(at.chunk.sizes.moments, 0.0);
  RunRows rows;
  Moments moments;
  std::vector<int> outside;
  for (int c = 0; c < at.chunk.count; ++c) {
    int const type = at.type(c);
    const device::Segment &segment = at.chunk.segments[type];
    int const all_rows = at.evaluator.model().centers[type].rows;
    int first_row = 0;
    for (int t = 0; t < at.model.types(); ++t) {
      std::size_t const pair = at.model.pair(type, t);
      auto const run = at.run_of(c, t);
      moments = {};
      moments.fit(at.form.splines[pair].coefficients());
      rows.fit(run.run().count);
      environment_rows(run.run(), at.form.constants[pair], rows);
      if (!at.model.excluded[pair]) project(run.run(), rows, moments, outside);
      if (at.form.padded_out[pair])
        add_moment(0.0, 0, at.form.padding_row.data() + 4 * pair,
                   at.model.selection[t] - run.run().count, moments);
      for (int k = 0; k < 4; ++k)
        for (int row = 0; row < at.form.splines[pair].coefficients(); ++row)
          all[segment.moments + std::size_t(4 * (c - segment.first) + k) * all_rows + first_row +
              row] = moments.sum[4 * row + k];
      first_row += at.form.splines[pair].coefficients();
    }
  }
  return all;
}

TYPED_TEST(SumMomentsTest, AgreesWithTheCpu)
{
  using Real = typename TestFixture::Real;
  for (const ModelShape &shape : smooth_shapes()) {
    typename TestFixture::Chunk at(shape, Form::GENERAL, 0.9);
    sum_moments(at);
    EXPECT_LT(relative_difference(expected_moments(at), device::to_host(at.buffers.moments)),
              ROUNDING<Real>);
    for (const auto &report : device::to_host(at.buffers.reports)) EXPECT_TRUE(report.served);
  }
}

// Of very long tables the sums are not on the chip.
TYPED_TEST(SumMomentsTest, AgreesWithTheCpuByTheOtherScratchMemory)
{
  using Real = typename TestFixture::Real;
  typename TestFixture::Chunk at(ModelShape(), Form::GENERAL, 0.9);
  sum_moments<1>(at);
  EXPECT_LT(relative_difference(expected_moments(at), device::to_host(at.buffers.moments)),
            ROUNDING<Real>);
}

TYPED_TEST(SumMomentsTest, ExcludedNeighborsOnlyTakePlaces)
{
  using Real = typename TestFixture::Real;
  ModelShape const shape;
  typename TestFixture::Chunk with(shape, Form::GENERAL, 0.9);
  sum_moments(with);
  with.model.excluded[1] = 1;
  typename TestFixture::Chunk at(shape, Form::GENERAL, 0.9);
  at.model.excluded[1] = 1;
  at.form.source.excluded[1] = 1;
  device::FormEvaluator<Real, typename TestFixture::Space> const evaluator(at.form);
  device::SumMoments<Real, typename TestFixture::Space>{
      evaluator.model().slices(), at.centers,         evaluator.model().most_rows,
      at.buffers.moments,         at.buffers.reports, at.left_over.rows,
      at.left_over.count}
      .launch();
  auto const expected = expected_moments(at);
  EXPECT_LT(relative_difference(expected, device::to_host(at.buffers.moments)), ROUNDING<Real>);
  EXPECT_GT(relative_difference(expected, device::to_host(with.buffers.moments)), 1.0e-3);
}

// Centers with a neighbor below the limits of the reduced form are left over, and no others.
TYPED_TEST(SumMomentsTest, LeavesCentersOver)
{
  typename TestFixture::Chunk at(wide_shape(), Form::REDUCED, 0.9);
  ASSERT_TRUE(at.evaluator.model().reduces);
  sum_moments(at);
  std::set<int> expected;
  for (int c = 0; c < at.chunk.count; ++c)
    for (int t = 0; t < at.model.types(); ++t) {
      auto const run = at.run_of(c, t);
      for (int n = 0; n < run.run().count; ++n)
        if (std::hypot(run.x[n], run.y[n], run.z[n]) <
            at.form.closest[at.model.pair(at.type(c), t)])
          expected.insert(c);
    }
  ASSERT_GT(expected.size(), 3U);
  ASSERT_LT(expected.size(), at.center.size() - 3);
  int const count = device::to_host(at.left_over.count).front();
  auto rows = device::to_host(at.left_over.rows);
  std::set<int> const found(rows.begin(), rows.begin() + count);
  EXPECT_EQ(found, expected);
  auto const reports = device::to_host(at.buffers.reports);
  auto const moments = device::to_host(at.buffers.moments);
  auto const served = expected_moments(at);
  for (int c = 0; c < at.chunk.count; ++c) {
    EXPECT_EQ(reports[c].served, expected.count(c) == 0);
    const device::Segment &segment = at.chunk.segments[at.type(c)];
    int const length = 4 * at.evaluator.model().centers[at.type(c)].rows;
    std::int64_t const first = segment.moments + std::int64_t{length} * (c - segment.first);
    double most = 0.0;
    for (std::int64_t n = first; n < first + length; ++n) {
      most = std::max(most, std::fabs(static_cast<double>(moments[n])));
      if (reports[c].served) {
        EXPECT_NEAR(moments[n], served[n], 1.0e-5 * std::max(1.0, std::fabs(served[n])));
      }
    }
    EXPECT_EQ(most == 0.0, expected.count(c) == 1);
  }
}

// Pairs closer than in training are counted, and the closest one is told.
TYPED_TEST(SumMomentsTest, TellsOfShortPairs)
{
  using Real = typename TestFixture::Real;
  using Space = typename TestFixture::Space;
  typename TestFixture::Chunk at(ModelShape(), Form::GENERAL, 0.9);
  for (double &bound : at.form.source.shortest) bound = 1.3;
  at.form.source.shortest[0] = 2.6;
  device::FormEvaluator<Real, Space> const evaluator(at.form);
  device::SumMoments<Real, Space>{evaluator.model().slices(),  at.centers,
                                  evaluator.model().most_rows, at.buffers.moments,
                                  at.buffers.reports,          at.left_over.rows,
                                  at.left_over.count}
      .launch();
  auto const reports = device::to_host(at.buffers.reports);
  int all = 0;
  for (int c = 0; c < at.chunk.count; ++c) {
    int count = 0;
    double least = HUGE_VAL;
    for (int t = 0; t < at.model.types(); ++t) {
      double const bound = at.form.source.shortest[at.model.pair(at.type(c), t)];
      auto const run = at.run_of(c, t);
      for (int n = 0; n < run.run().count; ++n) {
        double const r = std::hypot(run.x[n], run.y[n], run.z[n]);
        if (r >= bound) continue;
        ++count;
        least = std::min(least, r / bound);
      }
    }
    EXPECT_EQ(reports[c].short_pairs, count);
    EXPECT_FALSE(reports[c].overlap);
    if (count > 0) {
      EXPECT_NEAR(reports[c].distance / reports[c].bound, least, 1.0e-12);
    }
    all += count;
  }
  EXPECT_GT(all, 5);
}

}    // namespace
