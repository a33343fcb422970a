// SPDX-License-Identifier: GPL-2.0-only
// Graphs for the tests of the ring search.
#pragma once

#include "network/graph/periodic_graph.hpp"

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

inline int random_below(int n, std::mt19937 &random)
{
  return static_cast<int>(random() % n);
}

// In one of three cases a bond leads to another cell.
inline network::ImageShift random_shift(std::mt19937 &random)
{
  if (random_below(3, random) != 0) return 0;
  int const a = random_below(3, random) - 1;
  int const b = random_below(3, random) - 1;
  return network::pack_shift(a, b, random_below(2, random));
}

// Bonds of a random network: oxygens with one to three bonds each; some bonds lead to other cells
// if `periodic`. No bond is there twice.
inline std::vector<Bond> random_bonds(int formers, int oxygens, bool periodic, std::mt19937 &random)
{
  std::vector<Bond> bonds;
  for (int o = 0; o < oxygens; ++o) {
    int const degree = 1 + random_below(3, random);
    for (int k = 0; k < degree; ++k) {
      Bond bond{random_below(formers, random), formers + o};
      if (periodic) bond.shift = random_shift(random);
      bool known = false;
      for (const auto &b : bonds) known |= b.a == bond.a && b.b == bond.b && b.shift == bond.shift;
      if (!known) bonds.push_back(bond);
    }
  }
  return bonds;
}

inline network::PeriodicGraph random_network(int formers, int oxygens, bool periodic,
                                             std::mt19937 &random)
{
  return make_graph(formers + oxygens, random_bonds(formers, oxygens, periodic, random));
}

// Up to `count` bonds between formers; none is there twice, and none joins an atom to itself.
inline std::vector<Bond> random_direct_bonds(int formers, int count, bool periodic,
                                             std::mt19937 &random)
{
  std::vector<Bond> bonds;
  for (int k = 0; k < count; ++k) {
    Bond bond{random_below(formers, random), random_below(formers, random)};
    if (periodic) bond.shift = random_shift(random);
    bool known = bond.a == bond.b && bond.shift == 0;
    for (const auto &b : bonds) {
      known |= b.a == bond.a && b.b == bond.b && b.shift == bond.shift;
      known |= b.a == bond.b && b.b == bond.a && b.shift == -bond.shift;
    }
    if (!known) bonds.push_back(bond);
  }
  return bonds;
}

// The network that its direct bonds stand for: with an atom more in the middle of each. They follow
// the other `atoms`.
inline network::PeriodicGraph with_middles(int atoms, std::vector<Bond> bonds,
                                           const std::vector<Bond> &direct)
{
  for (const auto &bond : direct) {
    bonds.push_back({bond.a, atoms});
    bonds.push_back({atoms, bond.b, bond.shift});
    ++atoms;
  }
  return make_graph(atoms, bonds);
}

}    // namespace lbs::test
