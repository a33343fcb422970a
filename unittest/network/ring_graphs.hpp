// Graphs for the tests of the ring search.
#pragma once

#include "network/periodic_graph.hpp"

#include <random>
#include <utility>
#include <vector>

namespace lbs::test {

struct Bond {
  int a, b;
  network::ImageShift shift = 0;    // cells from a to b
};

inline network::PeriodicGraph make_graph(int atoms, const std::vector<Bond> &bonds)
{
  std::vector<std::vector<std::pair<int, network::ImageShift>>> rows(atoms);
  for (const auto &bond : bonds) {
    rows[bond.a].emplace_back(bond.b, bond.shift);
    rows[bond.b].emplace_back(bond.a, -bond.shift);
  }
  network::PeriodicGraph graph;
  graph.start.push_back(0);
  for (const auto &row : rows) {
    for (const auto &[neighbor, shift] : row) {
      graph.neighbor.push_back(neighbor);
      graph.shift.push_back(shift);
    }
    graph.start.push_back(graph.neighbor.size());
  }
  return graph;
}

// A network of formers 0..formers-1 with an oxygen in the middle of each edge.
inline network::PeriodicGraph bridged(int formers, const std::vector<std::pair<int, int>> &edges)
{
  std::vector<Bond> bonds;
  int oxygen = formers;
  for (const auto &[a, b] : edges) {
    bonds.push_back({a, oxygen});
    bonds.push_back({b, oxygen});
    ++oxygen;
  }
  return make_graph(oxygen, bonds);
}

// Random network: oxygens with one to three bonds each; some bonds lead to other cells if
// `periodic`. No bond is there twice.
inline network::PeriodicGraph random_network(int formers, int oxygens, bool periodic,
                                             std::mt19937 &random)
{
  auto const below = [&random](int n) { return static_cast<int>(random() % n); };
  std::vector<Bond> bonds;
  for (int o = 0; o < oxygens; ++o) {
    int const degree = 1 + below(3);
    for (int k = 0; k < degree; ++k) {
      Bond bond{below(formers), formers + o};
      if (periodic && below(3) == 0)
        bond.shift = network::pack_shift(below(3) - 1, below(3) - 1, below(2));
      bool known = false;
      for (const auto &b : bonds) known |= b.a == bond.a && b.b == bond.b && b.shift == bond.shift;
      if (!known) bonds.push_back(bond);
    }
  }
  return make_graph(formers + oxygens, bonds);
}

}    // namespace lbs::test
