// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/kk/descriptors.hpp"
#include "device_chunk.hpp"

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;

namespace {

template <class Case> class DescriptorsTest : public OnDevice<Case> {
};
TYPED_TEST_SUITE(DescriptorsTest, Everywhere);

// Centers of one type in the order of the CPU's batches.
template <class Real> struct Batch {
  int packs;
  lbs::AlignedVector<Real> gtr;         // [pack][channel][4][lane]
  lbs::AlignedVector<Real> numbers;     // [pack][number][lane]
  lbs::AlignedVector<Real> gradient;    // as gtr

  static constexpr int LANE = lbs::LANES<Real>;

  [[nodiscard]] static std::size_t place(int c, int m, int k, int channels)
  {
    return ((std::size_t(c / LANE) * channels + m) * 4 + k) * LANE + c % LANE;
  }
  [[nodiscard]] static std::size_t number(int c, int p, int numbers)
  {
    return (std::size_t(c / LANE) * numbers + p) * LANE + c % LANE;
  }

  Batch(const device::Segment &segment, int channels, int count, const std::vector<Real> &from)
      : packs(lbs::padded<Real>(segment.count) / LANE)
  {
    gtr.assign(std::size_t(packs) * channels * 4 * LANE, Real(0));
    gradient.assign(gtr.size(), Real(0));
    numbers.assign(std::size_t(packs) * count * LANE, Real(0));
    for (int c = 0; c < segment.count; ++c)
      for (int k = 0; k < 4; ++k)
        for (int m = 0; m < channels; ++m)
          gtr[place(c, m, k, channels)] = from[segment.gtr + std::size_t(4 * c + k) * channels + m];
  }
};

TYPED_TEST(DescriptorsTest, AgreeWithTheCpuThereAndBack)
{
  using Real = typename TestFixture::Real;
  using Space = typename TestFixture::Space;
  for (const ModelShape &shape : smooth_shapes()) {
    typename TestFixture::Chunk at(shape, Form::GENERAL, 1.7);
    const auto &model = at.evaluator.model();
    auto const gtr = at.fill(at.buffers.gtr, at.chunk.sizes.gtr);
    device::DescriptorSlices<Real, Space> const slices = {model.slices(), at.centers,
                                                          model.factors,  model.most_channels,
                                                          at.buffers.gtr, at.buffers.descriptor};
    device::MakeDescriptors<Real, Space>{slices}.launch();
    auto const found = device::to_host(at.buffers.descriptor);
    auto const by_number = at.fill(at.buffers.descriptor, at.chunk.sizes.descriptor);
    device::BackThroughDescriptors<Real, Space>{slices, model.first_numbers, at.model.axis_neurons}
        .launch();
    auto const back = device::to_host(at.buffers.gtr);

    std::vector<Real> expected(found.size());
    std::vector<Real> expected_back(back.size());
    for (int t = 0; t < at.model.types(); ++t) {
      const device::Segment &segment = at.chunk.segments[t];
      int const channels = at.form.channels[t];
      const std::vector<int> &rows = at.form.fitting_input[t].rows;
      int const numbers = rows.back();
      Batch<Real> batch(segment, channels, numbers, gtr);
      lbs::RowBlock<Real> const block = {0, numbers, batch.numbers.data(), numbers};
      make_descriptor(rows, batch.packs, channels, batch.gtr.data(), block);
      for (int c = 0; c < segment.count; ++c)
        for (int p = 0; p < numbers; ++p) {
          std::size_t const at_device = segment.descriptor + std::size_t(c) * numbers + p;
          expected[at_device] = batch.numbers[batch.number(c, p, numbers)];
          batch.numbers[batch.number(c, p, numbers)] = by_number[at_device];
        }
      add_descriptor_gradient(rows, batch.packs, channels, batch.gtr.data(), read_only(block),
                              batch.gradient.data());
      for (int c = 0; c < segment.count; ++c)
        for (int k = 0; k < 4; ++k)
          for (int m = 0; m < channels; ++m)
            expected_back[segment.gtr + std::size_t(4 * c + k) * channels + m] =
                batch.gradient[batch.place(c, m, k, channels)];
    }
    EXPECT_LT(relative_difference(expected, found), ROUNDING<Real>);
    EXPECT_LT(relative_difference(expected_back, back), ROUNDING<Real>);
  }
}

}    // namespace
