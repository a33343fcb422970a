// SPDX-License-Identifier: GPL-2.0-only
#include "coordination.hpp"

#include <algorithm>
#include <numeric>

namespace lbs::network {

Census count_coordination(const BondGraph &graph, const std::vector<Role> &role,
                          const std::vector<char> &counted)
{
  Census census;
  for (std::size_t i = 0; i < graph.rows(); ++i) {
    if (counted[i] == 0) continue;
    int const bonds = std::min(graph.degree(i), Census::MAX_BONDS);
    if (role[i] == Role::BORON) ++census.boron[bonds];
    else if (role[i] == Role::SILICON) ++census.silicon[bonds];
    else if (role[i] == Role::OXYGEN) ++census.oxygen[bonds];
  }
  return census;
}

std::array<double, CENSUS_VALUES> census_values(const Census &census)
{
  auto const total = [](const Census::Histogram &h) {
    return std::accumulate(h.begin(), h.end(), std::int64_t{0});
  };
  const auto &b = census.boron;
  const auto &si = census.silicon;
  const auto &o = census.oxygen;
  auto const borons = total(b);
  std::array<std::int64_t, CENSUS_VALUES> const counts = {b[2],
                                                          b[3],
                                                          b[4],
                                                          b[5],
                                                          0,
                                                          si[4],
                                                          si[5],
                                                          si[6],
                                                          o[1],
                                                          o[2],
                                                          o[3],
                                                          o[0],
                                                          borons - b[2] - b[3] - b[4] - b[5],
                                                          total(si) - si[4] - si[5] - si[6],
                                                          total(o) - o[0] - o[1] - o[2] - o[3]};
  std::array<double, CENSUS_VALUES> values{};
  std::copy(counts.begin(), counts.end(), values.begin());
  values[FRACTION_4B] = borons > 0 ? static_cast<double>(b[4]) / static_cast<double>(borons) : 0.0;
  return values;
}

}    // namespace lbs::network
