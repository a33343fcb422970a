// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/file/torch/failure.hpp"
#include "expect_error.hpp"

#include <stdexcept>

using namespace lbs::deepsea;
using lbs::test::expect_error;

TEST(Failure, SuccessIsNone)
{
  int runs = 0;
  auto const failure = failure_of([&] { ++runs; });
  EXPECT_FALSE(failure.has_value());
  EXPECT_EQ(runs, 1);
  EXPECT_NO_THROW(throw_if(failure));
}

TEST(Failure, AnExceptionWithoutTextIsOne)
{
  auto const failure = failure_of([] { throw std::runtime_error(""); });
  ASSERT_TRUE(failure.has_value());
  expect_error([&] { throw_if(failure); }, "libtorch failed and gives no reason");
  EXPECT_THROW(throw_if(Failure("")), std::exception);
}

TEST(Failure, EverythingThatIsThrownIsOne)
{
  expect_error([] { throw_if(failure_of([] { throw std::logic_error("a reason"); })); },
               "a reason");
  expect_error([] { throw_if(failure_of([] { throw std::bad_alloc(); })); }, "not enough memory");
  expect_error([] { throw_if(failure_of([] { throw 1; })); }, "for an unknown reason");
}
