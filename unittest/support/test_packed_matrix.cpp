#include "support/packed_matrix.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace {

template <class Real> class PackedMatrixOf : public ::testing::Test {
};
using Reals = ::testing::Types<double, float>;
TYPED_TEST_SUITE(PackedMatrixOf, Reals);

// Sizes around those of tiles, panels and blocks.
TYPED_TEST(PackedMatrixOf, EqualsThePlainProduct)
{
  using Real = TypeParam;
  std::mt19937 random(8);
  std::normal_distribution<double> normal;
  double const tolerance = sizeof(Real) == 8 ? 1e-13 : 1e-5;
  for (int const rows : {1, 7, 8, 17})
    for (int const inner : {1, 5, 400, 1481})
      for (int const columns : {1, 23, 24, 49}) {
        std::vector<Real> matrix(inner * columns);
        for (auto &number : matrix) number = static_cast<Real>(normal(random) / std::sqrt(inner));
        std::vector<Real> transpose(matrix.size());
        for (int k = 0; k < inner; ++k)
          for (int c = 0; c < columns; ++c) transpose[c * inner + k] = matrix[k * columns + c];
        lbs::PackedMatrix<Real> const packed(inner, columns, matrix.data(), false);
        lbs::PackedMatrix<Real> const same(inner, columns, transpose.data(), true);
        int const in_stride = inner + 3;
        int const groups = lbs::whole_groups(rows);
        std::vector<Real> in(groups * in_stride);
        for (auto &number : in) number = static_cast<Real>(normal(random));
        std::vector<Real> out(groups * packed.stride(), Real(7));
        std::vector<Real> twice(out.size());
        packed.multiply(rows, in.data(), in_stride, out.data(), false);
        same.multiply(rows, in.data(), in_stride, twice.data(), false);
        EXPECT_EQ(out, twice);
        packed.multiply(rows, in.data(), in_stride, twice.data(), true);
        double most = 0.0;
        for (int r = 0; r < rows; ++r)
          for (int c = 0; c < columns; ++c) {
            double expected = 0.0;
            for (int k = 0; k < inner; ++k)
              expected += static_cast<double>(in[r * in_stride + k]) * matrix[k * columns + c];
            EXPECT_NEAR(out[r * packed.stride() + c], expected, tolerance);
            EXPECT_NEAR(twice[r * packed.stride() + c], 2 * expected, 2 * tolerance);
            most = std::max(most, std::fabs(expected));
          }
        EXPECT_GT(most, 1e-3);
      }
}

}    // namespace
