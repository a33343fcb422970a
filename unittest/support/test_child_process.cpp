// SPDX-License-Identifier: GPL-2.0-only
#include "support/child_process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

using lbs::made_by_child;

TEST(ChildProcess, GivesTheTextWhateverItsLength)
{
  EXPECT_EQ(made_by_child([] { return std::string(); }), "");
  EXPECT_EQ(made_by_child([] { return std::string("a\0b", 3); }), std::string("a\0b", 3));
  std::string const large(3000001, 'x');    // more than a pipe holds
  EXPECT_EQ(made_by_child([&] { return large; }), large);
}

TEST(ChildProcess, WhatItChangesStaysThere)
{
  int value = 1;
  EXPECT_EQ(made_by_child([&] { return std::to_string(++value); }), "2");
  EXPECT_EQ(value, 1);
}

TEST(ChildProcess, ItsCrashGivesNothing)
{
  for (int const number : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGXCPU})
    EXPECT_FALSE(made_by_child([=]() -> std::string {
      std::signal(number, SIG_DFL);    // a sanitizer's own handler ends it, too, but more slowly
      std::raise(number);
      return "survived";
    }));
  EXPECT_FALSE(made_by_child([]() -> std::string { throw std::runtime_error("thrown"); }));
  EXPECT_FALSE(made_by_child([]() -> std::string { std::_Exit(3); }));
}
