// SPDX-License-Identifier: GPL-2.0-only
#include "qn_units.hpp"

namespace lbs::network {

std::vector<int> bridging_oxygens(const BondGraph &graph, const std::vector<Role> &role,
                                  const std::vector<double> &formers)
{
  std::vector<int> bridging(graph.rows(), 0);
  for (std::size_t i = 0; i < graph.rows(); ++i) {
    if (!is_former(role[i])) continue;
    for (auto e = graph.start[i]; e < graph.start[i + 1]; ++e)
      bridging[i] += static_cast<int>(formers[graph.neighbor[e]] >= BRIDGES_FROM);
  }
  return bridging;
}

QnCensus count_qn(const BondGraph &graph, const std::vector<Role> &role,
                  const std::vector<char> &counted, const std::vector<int> &bridging)
{
  QnCensus census;
  for (std::size_t i = 0; i < graph.rows(); ++i) {
    if (counted[i] == 0) continue;
    int const oxygens = graph.degree(i);
    if (role[i] == Role::SILICON) {
      ++(oxygens == 4 ? census.silicon[bridging[i]] : census.other_silicon);
    } else if (role[i] == Role::BORON) {
      ++(oxygens == 3   ? census.boron3[bridging[i]]
         : oxygens == 4 ? census.boron4[bridging[i]]
                        : census.other_boron);
    }
  }
  return census;
}

std::vector<std::int64_t> qn_values(const QnCensus &census)
{
  std::vector<std::int64_t> values(census.silicon.begin(), census.silicon.end());
  values.push_back(census.other_silicon);
  values.insert(values.end(), census.boron3.begin(), census.boron3.end());
  values.insert(values.end(), census.boron4.begin(), census.boron4.end());
  values.push_back(census.other_boron);
  return values;
}

}    // namespace lbs::network
