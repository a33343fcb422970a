// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/kk/multiply.hpp"
#include "device_chunk.hpp"

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;

namespace {

template <class Case> class MultiplyTest : public OnDevice<Case> {
};
TYPED_TEST_SUITE(MultiplyTest, Everywhere);

struct Sizes {
  int m, n, k;
};

TYPED_TEST(MultiplyTest, AgreesWithThreeLoops)
{
  using Real = typename TestFixture::Real;
  using Space = typename TestFixture::Space;
  RandomModel random(2);
  auto const numbers = [&](int count) {
    std::vector<Real> made;
    for (int i = 0; i < count; ++i) made.push_back(static_cast<Real>(random.normal()));
    return made;
  };
  for (Sizes const s : {Sizes{1, 1, 1}, {4, 8, 5}, {13, 17, 31}, {3, 9, 1}, {40, 7, 64}})
    for (bool const transposed : {false, true})
      for (double const beta : {0.0, 1.0, -0.5}) {
        auto const a = numbers(s.m * s.k);
        auto const b = numbers(s.k * s.n);
        // with beta = 0, what was there before may be no number
        auto const c = beta == 0.0 ? std::vector<Real>(std::size_t(s.m) * s.n,
                                                       std::numeric_limits<Real>::quiet_NaN())
                                   : numbers(s.m * s.n);
        auto const device_a = device::to_device<Space>("a", a);
        auto const device_b = device::to_device<Space>("b", b);
        auto const device_c = device::to_device<Space>("c", c);
        device::Multiplier<Real, Space> const multiply;
        multiply({s.m, s.n, s.k, device_a.data(), device_b.data(), transposed, Real(0.75),
                  static_cast<Real>(beta), device_c.data()});
        std::vector<double> expected(c.size());
        for (int i = 0; i < s.m; ++i)
          for (int j = 0; j < s.n; ++j) {
            double sum = 0.0;
            for (int k = 0; k < s.k; ++k)
              sum += double(a[i * s.k + k]) * double(b[transposed ? j * s.k + k : k * s.n + j]);
            expected[i * s.n + j] =
                0.75 * sum + (beta == 0.0 ? 0.0 : beta * double(c[i * s.n + j]));
          }
        EXPECT_LT(relative_difference(expected, device::to_host(device_c)), ROUNDING<Real>)
            << s.m << ' ' << s.n << ' ' << s.k << ' ' << transposed << ' ' << beta;
      }
}

// No numbers to sum: zeros. No rows: nothing happens.
TYPED_TEST(MultiplyTest, OfNothing)
{
  using Real = typename TestFixture::Real;
  using Space = typename TestFixture::Space;
  auto const c = poisoned<Real, Space>("c", 6);
  device::Multiplier<Real, Space> const multiply;
  multiply({0, 3, 2, nullptr, nullptr, false, Real(1), Real(0), c.data()});
  EXPECT_TRUE(std::isnan(device::to_host(c)[0]));
  multiply({2, 3, 0, nullptr, nullptr, false, Real(1), Real(0), c.data()});
  for (Real const number : device::to_host(c)) EXPECT_EQ(number, Real(0));
}

}    // namespace
