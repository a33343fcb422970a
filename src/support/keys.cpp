// SPDX-License-Identifier: GPL-2.0-only
#include "keys.hpp"

#include <algorithm>
#include <numeric>

namespace lbs {

int edit_distance(const std::string &a, const std::string &b)
{
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      int const change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

std::string closest_name(const std::string &name, const std::vector<std::string> &known)
{
  auto const closest =
      std::min_element(known.begin(), known.end(), [&](const std::string &a, const std::string &b) {
        return edit_distance(name, a) < edit_distance(name, b);
      });
  return closest == known.end() ? std::string() : *closest;
}

}    // namespace lbs
