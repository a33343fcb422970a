// SPDX-License-Identifier: GPL-2.0-only
// Structural units of a borosilicate network: Q^n of silicon, and the same for boron.
#pragma once

#include "bond_graph.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace lbs::network {

// A bridging oxygen is bonded to this many formers or more.
constexpr int BRIDGES_FROM = 2;

// Numbers of formers by their bridging oxygens n; sums over ranks are sums of these.
struct QnCensus {
  std::array<std::int64_t, 5> silicon{};    // four-coordinated, Q0 to Q4
  std::array<std::int64_t, 4> boron3{};     // three-coordinated, n = 0 to 3
  std::array<std::int64_t, 5> boron4{};     // four-coordinated, n = 0 to 4
  std::int64_t other_silicon = 0;           // of any other coordination
  std::int64_t other_boron = 0;
};

// The bridging oxygens of each row that is a former, 0 of the others. `formers` has the number of
// formers that an oxygen is bonded to, for all atoms that are neighbors (images included).
std::vector<int> bridging_oxygens(const BondGraph &graph, const std::vector<Role> &role,
                                  const std::vector<double> &formers);

// Census of the rows for which `counted` is true; `bridging` is what bridging_oxygens() gives.
QnCensus count_qn(const BondGraph &graph, const std::vector<Role> &role,
                  const std::vector<char> &counted, const std::vector<int> &bridging);

// The sixteen global values of compute qn/atom, in the order of its documentation.
constexpr int QN_VALUES = 16;
std::vector<std::int64_t> qn_values(const QnCensus &census);

}    // namespace lbs::network
