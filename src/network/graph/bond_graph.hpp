// SPDX-License-Identifier: GPL-2.0-only
// Bonds between network formers and oxygen, and on demand between two formers, as a graph in
// compressed rows.
#pragma once

#include "cell_grid.hpp"

#include "support/buffer_bytes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace lbs::network {

// What an atom type is in the network.
enum class Role : unsigned char { OTHER, OXYGEN, BORON, SILICON };

// Role of an element symbol: B and Si are network formers, O is oxygen, all else is OTHER.
Role role_of(const std::string &symbol);

inline bool is_former(Role role)
{
  return role == Role::BORON || role == Role::SILICON;
}

// Bond lengths (A) up to which a former and an oxygen, or two formers, count as bonded; 0: never.
struct BondCutoffs {
  double boron = 0.0;
  double silicon = 0.0;
  std::array<double, 3> direct = {};    // two formers, by the number of silicons among them

  [[nodiscard]] double of(Role former) const
  {
    return former == Role::BORON ? boron : former == Role::SILICON ? silicon : 0.0;
  }
  // Place in `direct` of two formers.
  static int pair(Role a, Role b)
  {
    return static_cast<int>(a == Role::SILICON) + static_cast<int>(b == Role::SILICON);
  }
  [[nodiscard]] double longest_direct() const
  {
    return *std::max_element(direct.begin(), direct.end());
  }
  [[nodiscard]] double longest() const { return std::max({boron, silicon, longest_direct()}); }
};

// Squared cutoffs (A^2) between two roles, by their numbers; 0 where there are no bonds: never
// between two oxygens.
struct SquaredCutoffs {
  explicit SquaredCutoffs(const BondCutoffs &cutoffs);
  double table[4][4] = {};
};

// Rows of atoms 0..rows-1, entries up to all atoms (ghosts included): the neighbors that are
// bonded, in the order of the cells that BondSearch sorts atoms into.
struct BondGraph {
  std::vector<std::size_t> start;    // rows + 1
  std::vector<int> neighbor;

  [[nodiscard]] std::size_t rows() const { return start.empty() ? 0 : start.size() - 1; }
  [[nodiscard]] int degree(std::size_t i) const
  {
    return static_cast<int>(start[i + 1] - start[i]);
  }
  [[nodiscard]] double bytes() const { return buffer_bytes(start, neighbor); }
  // Those of the bonds that lead from a former to oxygen or the reverse.
  [[nodiscard]] int coordination(std::size_t i, const std::vector<Role> &role) const
  {
    bool const former = is_former(role[i]);
    int count = 0;
    for (auto e = start[i]; e < start[i + 1]; ++e)
      count += static_cast<int>(is_former(role[neighbor[e]]) != former);
    return count;
  }
};

// Whose rows are made. Those of the formers hold every bond, as no two oxygens are bonded.
enum class BondRows : unsigned char { ALL, FORMERS };

// Finds bonds by their lengths, with atoms sorted into cells as wide as the longest cutoff. It
// takes no neighbor list, for those of LAMMPS lack the pairs that neigh_modify exclude and
// special_bonds take out. The arrays are kept from step to step.
class BondSearch {
 public:
  // Graph over the first `rows` of `atoms` atoms; the others (images) are neighbors only. x holds
  // the positions (A) of all atoms, `role` an entry for each. An atom may be bonded to several
  // images of one other atom, or to its own. Atoms whose position is not finite have no bonds.
  void find(int rows, int atoms, const double (*x)[3], const std::vector<Role> &role,
            const BondCutoffs &cutoffs, BondRows which, BondGraph &graph);

  [[nodiscard]] double bytes() const;

 private:
  struct Entry {
    double x[3];
    int atom;
    Role role;
  };
  CellGrid grid_;
  std::vector<std::size_t> cell_start_;    // cells + 1
  std::vector<Entry> entry_;               // sorted by cell, x running fastest
  std::vector<int> candidate_, cell_of_candidate_;
  std::vector<int> bonded_;    // of one atom

  // False if there is nothing to bond.
  bool lay_grid(int rows, int atoms, const double (*x)[3], const std::vector<Role> &role,
                BondRows which, double longest);
  void sort_into_cells(int atoms, const double (*x)[3], const std::vector<Role> &role,
                       const bool (&wanted)[4]);
};

}    // namespace lbs::network
