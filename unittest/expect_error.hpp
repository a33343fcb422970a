// SPDX-License-Identifier: GPL-2.0-only
// Negative control: a statement must throw InputError with a message that holds given words.
#pragma once

#include "support/input_error.hpp"

#include <gtest/gtest.h>

#include <string>

namespace lbs::test {

template <class Statement> void expect_error(Statement &&statement, const std::string &words)
{
  try {
    statement();
    ADD_FAILURE() << "no error; expected one with: " << words;
  } catch (const InputError &e) {
    EXPECT_NE(std::string(e.what()).find(words), std::string::npos)
        << "message: " << e.what() << "\nexpected words: " << words;
  }
}

}    // namespace lbs::test
