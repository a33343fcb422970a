// SPDX-License-Identifier: GPL-2.0-only
// Coordination census of a borosilicate network.
#pragma once

#include "bond_graph.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace lbs::network {

// Numbers of atoms by kind and coordination; sums over ranks are sums of these.
struct Census {
  // [n]: atoms with n bonds, the last entry those with more
  static constexpr int MAX_BONDS = 7;
  using Histogram = std::array<std::int64_t, MAX_BONDS + 1>;
  Histogram boron{};      // by oxygens
  Histogram silicon{};    // by oxygens
  Histogram oxygen{};     // by formers: 0 free, 1 non-bridging, 2 bridging, 3 three-coordinated
};

// Census of the rows for which `counted` is true.
Census count_coordination(const BondGraph &graph, const std::vector<Role> &role,
                          const std::vector<char> &counted);

// The fifteen global values of compute boron/coord, in the order of its documentation.
constexpr int CENSUS_VALUES = 15;
constexpr int FRACTION_4B = 4;    // index of the only value that is no count
std::array<double, CENSUS_VALUES> census_values(const Census &census);

}    // namespace lbs::network
