// SPDX-License-Identifier: GPL-2.0-only
// All that an evaluator computes for a cluster, for tests.
#pragma once

#include "deepsea/host/evaluator.hpp"
#include "deepsea/random_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace lbs::deepsea::testing {

struct Evaluated {
  double energy;
  std::vector<double> atom_energy;
  std::vector<std::array<double, 3>> force;
  std::array<double, 9> virial;
  std::vector<std::array<double, 9>> atom_virial;
  std::vector<std::array<double, 6>> shared_virial;
};

inline Evaluated evaluate(Evaluator &evaluator, const Cluster &cluster)
{
  auto const n = cluster.x.size();
  Evaluated e{0.0, std::vector<double>(n), {}, {}, {}, {}};
  e.force.assign(n, {});
  e.atom_virial.assign(n, {});
  e.shared_virial.assign(n, {});
  Results results;
  results.atom_energy = e.atom_energy.data();
  results.force = reinterpret_cast<double(*)[3]>(e.force.data());
  results.atom_virial = reinterpret_cast<double(*)[9]>(e.atom_virial.data());
  results.shared_virial = reinterpret_cast<double(*)[6]>(e.shared_virial.data());
  evaluator.evaluate(cluster.atoms(), results);
  e.energy = results.energy;
  std::copy(std::begin(results.virial), std::end(results.virial), e.virial.begin());
  return e;
}

inline double largest_difference(const Evaluated &a, const Evaluated &b)
{
  double most = 0.0;
  for (std::size_t i = 0; i < a.force.size(); ++i)
    for (int k = 0; k < 3; ++k) most = std::max(most, std::fabs(a.force[i][k] - b.force[i][k]));
  return most;
}

inline double largest_force(const Evaluated &e)
{
  double most = 0.0;
  for (auto const &force : e.force)
    for (double const f : force) most = std::max(most, std::fabs(f));
  return most;
}

}    // namespace lbs::deepsea::testing
