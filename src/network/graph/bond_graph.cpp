// SPDX-License-Identifier: GPL-2.0-only
#include "bond_graph.hpp"

#include <cmath>
#include <limits>
#include <numeric>

namespace lbs::network {

Role role_of(const std::string &symbol)
{
  if (symbol == "O") return Role::OXYGEN;
  if (symbol == "B") return Role::BORON;
  if (symbol == "Si") return Role::SILICON;
  return Role::OTHER;
}

namespace {

int index(Role role)
{
  return static_cast<int>(role);
}

bool has_row(Role role, BondRows which)
{
  return which == BondRows::FORMERS ? is_former(role) : role != Role::OTHER;
}

bool is_finite(const double (&x)[3])
{
  return std::isfinite(x[0]) && std::isfinite(x[1]) && std::isfinite(x[2]);
}

}    // namespace

SquaredCutoffs::SquaredCutoffs(const BondCutoffs &cutoffs)
{
  for (Role const former : {Role::BORON, Role::SILICON}) {
    double const cut = cutoffs.of(former);
    table[index(former)][index(Role::OXYGEN)] = cut * cut;
    table[index(Role::OXYGEN)][index(former)] = cut * cut;
    for (Role const other : {Role::BORON, Role::SILICON}) {
      double const direct = cutoffs.direct[BondCutoffs::pair(former, other)];
      table[index(former)][index(other)] = direct * direct;
    }
  }
}

void BondSearch::find(int rows, int atoms, const double (*x)[3], const std::vector<Role> &role,
                      const BondCutoffs &cutoffs, BondRows which, BondGraph &graph)
{
  graph.start.reserve(static_cast<std::size_t>(rows) + 1);
  graph.start.assign(1, 0);
  graph.neighbor.clear();
  if (!lay_grid(rows, atoms, x, role, which, cutoffs.longest())) {
    graph.start.resize(static_cast<std::size_t>(rows) + 1, 0);
    return;
  }
  SquaredCutoffs const squared(cutoffs);
  // Without direct bonds the rows of formers need the oxygens only.
  bool const formers_too = which == BondRows::ALL || cutoffs.longest_direct() > 0.0;
  sort_into_cells(atoms, x, role, {false, true, formers_too, formers_too});

  for (int i = 0; i < rows; ++i) {
    if (has_row(role[i], which) && is_finite(x[i])) {
      const double *limits = squared.table[index(role[i])];
      int const cx = grid_.along(0, x[i][0]);
      int const cy = grid_.along(1, x[i][1]);
      int const cz = grid_.along(2, x[i][2]);
      auto const from = static_cast<std::size_t>(std::max(cx - 1, 0));
      auto const to = static_cast<std::size_t>(std::min(cx + 2, grid_.cells[0]));
      std::size_t count = 0;
      for (int z = std::max(cz - 1, 0); z <= std::min(cz + 1, grid_.cells[2] - 1); ++z)
        for (int y = std::max(cy - 1, 0); y <= std::min(cy + 1, grid_.cells[1] - 1); ++y) {
          auto const line = static_cast<std::size_t>(grid_.first_of_line(y, z));
          auto const begin = cell_start_[line + from];
          auto const end = cell_start_[line + to];
          if (bonded_.size() < count + (end - begin)) bonded_.resize(count + (end - begin));
          for (auto e = begin; e < end; ++e) {
            const Entry &other = entry_[e];
            double const dx = x[i][0] - other.x[0];
            double const dy = x[i][1] - other.x[1];
            double const dz = x[i][2] - other.x[2];
            bool const near = dx * dx + dy * dy + dz * dz < limits[index(other.role)];
            // Written always and kept if bonded: a branch here would be mispredicted too often.
            bonded_[count] = other.atom;
            count += static_cast<std::size_t>(near && other.atom != i);
          }
        }
      graph.neighbor.insert(graph.neighbor.end(), bonded_.begin(),
                            bonded_.begin() + static_cast<std::ptrdiff_t>(count));
    }
    graph.start.push_back(graph.neighbor.size());
  }
}

// The cells cover all that is within the longest cutoff of an atom with a row.
bool BondSearch::lay_grid(int rows, int atoms, const double (*x)[3], const std::vector<Role> &role,
                          BondRows which, double longest)
{
  double low[3], high[3];
  std::fill(low, low + 3, std::numeric_limits<double>::infinity());
  std::fill(high, high + 3, -std::numeric_limits<double>::infinity());
  for (int i = 0; i < rows; ++i) {
    if (!has_row(role[i], which) || !is_finite(x[i])) continue;
    for (int k = 0; k < 3; ++k) {
      low[k] = std::min(low[k], x[i][k]);
      high[k] = std::max(high[k], x[i][k]);
    }
  }
  if (low[0] > high[0] || longest <= 0.0) return false;
  grid_ = lay_cells(low, high, longest, atoms);
  return true;
}

void BondSearch::sort_into_cells(int atoms, const double (*x)[3], const std::vector<Role> &role,
                                 const bool (&wanted)[4])
{
  cell_start_.assign(static_cast<std::size_t>(grid_.size()) + 1, 0);
  candidate_.clear();
  cell_of_candidate_.clear();
  for (int i = 0; i < atoms; ++i) {
    if (!wanted[index(role[i])]) continue;
    int const cell = grid_.of(x[i][0], x[i][1], x[i][2]);
    if (cell < 0) continue;
    candidate_.push_back(i);
    cell_of_candidate_.push_back(cell);
    ++cell_start_[cell];
  }
  std::partial_sum(cell_start_.begin(), cell_start_.end(), cell_start_.begin());
  entry_.resize(candidate_.size());
  // From the end of each cell down, which leaves cell_start_ at the beginnings.
  for (std::size_t c = candidate_.size(); c-- > 0;) {
    int const i = candidate_[c];
    entry_[--cell_start_[cell_of_candidate_[c]]] = {{x[i][0], x[i][1], x[i][2]}, i, role[i]};
  }
}

double BondSearch::bytes() const
{
  return buffer_bytes(cell_start_, entry_, candidate_, cell_of_candidate_, bonded_);
}

}    // namespace lbs::network
