// SPDX-License-Identifier: GPL-2.0-only
#include "linalg/packed_matrix.hpp"
#include "linalg/simd.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using lbs::Machine;

// The variable is read once, so each run of this program looks at one value of it.
TEST(Machine, IsTheBestOrALesserOneThatIsAskedFor)
{
  const char *const variable = std::getenv("LBS_MACHINE");
  std::string const name = variable ? variable : "";
  Machine expected = lbs::best_machine();
  if (name == "plain") expected = Machine::PLAIN;
  if (name == "avx2" && expected == Machine::AVX512) expected = Machine::AVX2;
  EXPECT_EQ(lbs::this_machine(), expected);
}

#if defined(__x86_64__) && !defined(__FMA__)
// (1 + e)^2 - 1 - 2 e is e^2 where product and sum are rounded once, as with AVX2 and AVX-512; it
// is 0 where the product is rounded by itself.
TEST(Machine, ItsCodeIsTheOneThatRuns)
{
  double const e = std::ldexp(1.0, -40);
  double const factor = 1.0 + e;
  lbs::PackedMatrix<double> const matrix(1, 1, &factor);
  constexpr int NUMBERS = lbs::ROW_GROUP * lbs::LANES<double>;
  std::vector<double> const in(NUMBERS, factor);
  std::vector<double> out(NUMBERS, -1.0 - 2.0 * e);
  matrix.multiply(1, {0, 1, in.data(), lbs::ROW_GROUP}, out.data(), true);
  EXPECT_EQ(out[0], lbs::this_machine() == Machine::PLAIN ? 0.0 : e * e);
}
#endif

}    // namespace
