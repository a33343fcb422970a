// SPDX-License-Identifier: GPL-2.0-only
#include "bond_graph.hpp"

namespace lbs::network {

Role role_of(const std::string &symbol)
{
  if (symbol == "O") return Role::OXYGEN;
  if (symbol == "B") return Role::BORON;
  if (symbol == "Si") return Role::SILICON;
  return Role::OTHER;
}

namespace {

// Squared cutoffs between two roles, 0 where there are no bonds: never two oxygens.
class SquaredCutoffs {
 public:
  explicit SquaredCutoffs(const BondCutoffs &cutoffs)
  {
    for (Role const former : {Role::BORON, Role::SILICON}) {
      double const cut = cutoffs.of(former);
      table_[index(former)][index(Role::OXYGEN)] = cut * cut;
      table_[index(Role::OXYGEN)][index(former)] = cut * cut;
      for (Role const other : {Role::BORON, Role::SILICON}) {
        double const direct = cutoffs.direct[BondCutoffs::pair(former, other)];
        table_[index(former)][index(other)] = direct * direct;
      }
    }
  }
  [[nodiscard]] const double *row(Role role) const { return table_[index(role)]; }
  static int index(Role role) { return static_cast<int>(role); }

 private:
  double table_[4][4] = {};
};

}    // namespace

void build_bond_graph(int rows, const double (*x)[3], const std::vector<Role> &role,
                      const FullNeighborList &list, const BondCutoffs &cutoffs, BondRows which,
                      BondGraph &graph)
{
  // The list may name the atoms in any order, so the rows are found first.
  std::vector<int> listed(rows, -1);
  for (int ii = 0; ii < list.inum; ++ii)
    if (list.ilist[ii] < rows) listed[list.ilist[ii]] = ii;

  SquaredCutoffs const squared(cutoffs);
  graph.start.reserve(static_cast<std::size_t>(rows) + 1);
  graph.start.assign(1, 0);
  graph.neighbor.clear();
  std::vector<int> bonded;    // of one atom
  for (int i = 0; i < rows; ++i) {
    bool const wanted = which == BondRows::FORMERS ? is_former(role[i]) : role[i] != Role::OTHER;
    if (listed[i] >= 0 && wanted) {
      const int *neighbors = list.firstneigh[i];
      const double *limits = squared.row(role[i]);
      int count = 0;
      bonded.resize(std::max(bonded.size(), static_cast<std::size_t>(list.numneigh[i])));
      for (int jj = 0; jj < list.numneigh[i]; ++jj) {
        int const j = neighbors[jj] & list.index_mask;
        // a test of the role, or of the distance, would be a branch that nobody can foretell
        double const limit = limits[SquaredCutoffs::index(role[j])];
        double const dx = x[i][0] - x[j][0];
        double const dy = x[i][1] - x[j][1];
        double const dz = x[i][2] - x[j][2];
        bonded[count] = j;
        count += static_cast<int>(dx * dx + dy * dy + dz * dz < limit);
      }
      graph.neighbor.insert(graph.neighbor.end(), bonded.begin(), bonded.begin() + count);
    }
    graph.start.push_back(graph.neighbor.size());
  }
}

}    // namespace lbs::network
