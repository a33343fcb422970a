// SPDX-License-Identifier: GPL-2.0-only
#include "linalg/packed_matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace {

template <class Real> class PackedMatrixOf : public ::testing::Test {
};
using Reals = ::testing::Types<double, float>;
TYPED_TEST_SUITE(PackedMatrixOf, Reals);

template <class Real> std::vector<Real> random_numbers(std::size_t count, double scale)
{
  static std::mt19937 random(8);
  std::normal_distribution<double> normal;
  std::vector<Real> numbers(count);
  for (auto &number : numbers) number = static_cast<Real>(scale * normal(random));
  return numbers;
}

// Sizes around those of tiles and groups; inputs in blocks as long as they are and shorter.
TYPED_TEST(PackedMatrixOf, EqualsThePlainProducts)
{
  using Real = TypeParam;
  constexpr int LANE = lbs::LANES<Real>;
  double const tolerance = sizeof(Real) == 8 ? 1e-13 : 1e-5;
  for (int const packs : {1, 2, 5})
    for (int const inputs : {1, 12, 145})
      for (int const outputs : {1, 23, 24, 49})
        for (int const block : {inputs, 24}) {
          auto const matrix = random_numbers<Real>(inputs * outputs, 1.0 / std::sqrt(inputs));
          lbs::PackedMatrix<Real> const packed(inputs, outputs, matrix.data());
          int const in_rows = lbs::whole_groups(block);
          int const out_rows = lbs::whole_groups(outputs);
          auto const start = random_numbers<Real>(packs * out_rows * LANE, 1.0);
          auto out = start;
          auto const place = [&](int rows, int column, int row) {
            return (column / LANE * rows + row) * LANE + column % LANE;
          };
          auto expected = std::vector<double>(out.begin(), out.end());
          double most = 0.0;
          for (int first = 0; first < inputs; first += block) {
            int const count = std::min(block, inputs - first);
            auto in = random_numbers<Real>(packs * in_rows * LANE, 1.0);
            packed.multiply(packs, {first, count, in.data(), in_rows}, out.data(), true);
            for (int c = 0; c < packs * LANE; ++c)
              for (int o = 0; o < outputs; ++o)
                for (int i = 0; i < count; ++i)
                  expected[place(out_rows, c, o)] += static_cast<double>(in[place(in_rows, c, i)]) *
                                                     matrix[(first + i) * outputs + o];

            // The other way round, once in place of what is there and once added to it.
            auto const before = in;
            packed.multiply_transposed(packs, start.data(), {first, count, in.data(), in_rows},
                                       true);
            for (int c = 0; c < packs * LANE; ++c)
              for (int i = 0; i < count; ++i) {
                double sum = 0.0;
                for (int o = 0; o < outputs; ++o)
                  sum += static_cast<double>(start[place(out_rows, c, o)]) *
                         matrix[(first + i) * outputs + o];
                std::size_t const at = place(in_rows, c, i);
                EXPECT_NEAR(in[at], before[at] + sum, 8 * tolerance);
                most = std::max(most, std::fabs(sum));
              }
            auto again = in;
            packed.multiply_transposed(packs, start.data(), {first, count, again.data(), in_rows},
                                       false);
            EXPECT_NEAR(again[0] + before[0], in[0], 8 * tolerance);
          }
          auto const ones = std::vector<Real>(packs * in_rows * LANE, Real(1));
          auto anew = start;
          packed.multiply(packs, {0, 1, ones.data(), in_rows}, anew.data(), false);
          EXPECT_EQ(anew[0], matrix[0]);
          for (int c = 0; c < packs * LANE; ++c)
            for (int o = 0; o < outputs; ++o) {
              std::size_t const at = place(out_rows, c, o);
              EXPECT_NEAR(out[at], expected[at], 8 * tolerance);
              most = std::max(most, std::fabs(expected[at] - start[at]));
            }
          EXPECT_GT(most, 1e-2);
        }
}

}    // namespace
