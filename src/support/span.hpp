// SPDX-License-Identifier: GPL-2.0-only
// The least and the largest of some numbers.
#pragma once

#include "text.hpp"

#include <algorithm>
#include <string>

namespace lbs {

template <class Number> struct Span {
  Number least = 0, most = 0;

  void add(Number number)
  {
    least = most == 0 ? number : std::min(least, number);
    most = std::max(most, number);
  }
};

// One number if both are the same, else "3 to 5".
template <class Number> std::string to_text(const Span<Number> &numbers)
{
  std::string const least = text::number(numbers.least, 4);
  return numbers.least == numbers.most ? least : least + " to " + text::number(numbers.most, 4);
}

}    // namespace lbs
