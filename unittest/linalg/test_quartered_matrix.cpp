// SPDX-License-Identifier: GPL-2.0-only
#include "linalg/quartered_matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace {

template <class Real> class QuarteredMatrixOf : public ::testing::Test {
};
using Reals = ::testing::Types<double, float>;
TYPED_TEST_SUITE(QuarteredMatrixOf, Reals);

// Some numbers for each row of a batch.
template <class Real> struct Batch {
  int rows;
  lbs::AlignedVector<Real> numbers;

  Batch(int rows, int packs)
      : rows(rows), numbers(static_cast<std::size_t>(rows) * packs * lbs::LANES<Real>)
  {
  }
  Real &at(int column, int row)
  {
    constexpr int LANE = lbs::LANES<Real>;
    return numbers[(static_cast<std::size_t>(column) / LANE * rows + row) * LANE + column % LANE];
  }
};

// Numbers of packs with and without partners; halves of inputs that are not equal, in blocks of
// which the last one has no row of the lower half; the rest of what blocks hold is no number.
TYPED_TEST(QuarteredMatrixOf, EqualsThePlainProducts)
{
  using Real = TypeParam;
  using Matrix = lbs::QuarteredMatrix<Real>;
  constexpr int LANE = lbs::LANES<Real>;
  constexpr Real UNSET = std::numeric_limits<Real>::quiet_NaN();
  double const tolerance = sizeof(Real) == 8 ? 1e-13 : 3e-5;
  std::mt19937 random(9);
  std::normal_distribution<double> normal;
  for (int const packs : {1, 2, 3, 4, 5, 8, 11})
    for (int const inputs : {12, 25, 144, 145})
      for (int const outputs : {24, 72})
        for (int const block : {12, 36, 72, 84}) {
          std::vector<Real> numbers(static_cast<std::size_t>(inputs) * outputs);
          for (auto &number : numbers)
            number = static_cast<Real>(normal(random) / std::sqrt(inputs));
          Matrix const matrix(inputs, outputs, numbers.data());
          int const half = matrix.half();
          ASSERT_GE(2 * half, inputs);
          typename Matrix::Workspace work;
          Batch<Real> in(inputs, packs);
          Batch<Real> out(outputs, packs);
          for (auto &number : in.numbers) number = static_cast<Real>(normal(random));
          Batch<Real> upper(block, packs);
          Batch<Real> lower(block, packs);
          const auto over_blocks = [&](auto visit) {
            for (int first = 0; first < half; first += block) {
              int const count = std::min(block, half - first);
              int const rest = std::max(0, std::min(count, inputs - half - first));
              visit(lbs::RowBlock<Real>{first, count, upper.numbers.data(), block},
                    lbs::RowBlock<Real>{half + first, rest, lower.numbers.data(), block});
            }
          };

          over_blocks([&](const auto &above, const auto &below) {
            std::fill(upper.numbers.begin(), upper.numbers.end(), UNSET);
            std::fill(lower.numbers.begin(), lower.numbers.end(), UNSET);
            for (int c = 0; c < packs * LANE; ++c) {
              for (int i = 0; i < above.count; ++i) upper.at(c, i) = in.at(c, above.first + i);
              for (int i = 0; i < below.count; ++i) lower.at(c, i) = in.at(c, below.first + i);
            }
            matrix.multiply(packs, above, below, above.first > 0, work);
          });
          matrix.combine(packs, work, out.numbers.data());
          double most = 0.0;
          for (int c = 0; c < packs * LANE; ++c)
            for (int o = 0; o < outputs; ++o) {
              double sum = 0.0;
              for (int i = 0; i < inputs; ++i)
                sum += static_cast<double>(in.at(c, i)) * numbers[i * outputs + o];
              ASSERT_NEAR(out.at(c, o), sum, tolerance);
              most = std::max(most, std::fabs(sum));
            }
          EXPECT_GT(most, 0.1);

          matrix.divide(packs, out.numbers.data(), work);
          most = 0.0;
          over_blocks([&](const auto &above, const auto &below) {
            std::fill(upper.numbers.begin(), upper.numbers.end(), UNSET);
            std::fill(lower.numbers.begin(), lower.numbers.end(), UNSET);
            matrix.multiply_transposed(packs, above, below, work);
            for (auto const &part : {above, below})
              for (int c = 0; c < packs * LANE; ++c)
                for (int i = 0; i < part.count; ++i) {
                  double sum = 0.0;
                  for (int o = 0; o < outputs; ++o)
                    sum +=
                        static_cast<double>(out.at(c, o)) * numbers[(part.first + i) * outputs + o];
                  Batch<Real> &from = part.first < half ? upper : lower;
                  ASSERT_NEAR(from.at(c, i), sum, outputs * tolerance);
                  most = std::max(most, std::fabs(sum));
                }
          });
          EXPECT_GT(most, 0.1);
        }
}

}    // namespace
