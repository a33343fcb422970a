// SPDX-License-Identifier: GPL-2.0-only
// How the computes of this folder get the bond graph: neighbor list, ghost shell, element types.
#pragma once

#include "network/graph/bond_graph.hpp"

#include "pointers.h"

#include <string>
#include <vector>

namespace LAMMPS_NS {

// The words of the input for each entry of BondCutoffs::direct.
constexpr const char *DIRECT_BONDS[] = {"homopolar B B", "homopolar B Si", "homopolar Si Si"};

class BondFinder : protected Pointers {
 public:
  // `name` is that of the compute style, for messages.
  BondFinder(class LAMMPS *lmp, std::string name) : Pointers(lmp), name_(std::move(name)) {}

  std::vector<lbs::network::Role> type_role;    // by atom type, index 0 unused
  lbs::network::BondCutoffs cutoffs;

  // Reads 'types EL ...', 'cutoff EL EL LENGTH' or 'homopolar EL EL LENGTH' at arg[iarg], and moves
  // iarg behind it. The words in `keywords` end the list of types.
  void read_types(int narg, char **arg, int &iarg, const std::vector<std::string> &keywords);
  void read_cutoff(int narg, char **arg, int &iarg);
  void read_homopolar(int narg, char **arg, int &iarg);

  // At the start of a run: checks that ghost atoms reach far enough and asks for a neighbor list.
  void init(class Compute *compute);
  void init_list(class NeighList *list) { list_ = list; }

  // Bonds of the owned atoms at this step; fills `role`, of owned and ghost atoms.
  void find(lbs::network::BondRows which, std::vector<lbs::network::Role> &role,
            lbs::network::BondGraph &graph);

 private:
  std::string name_;
  class NeighList *list_ = nullptr;
  bool perpetual_ = false;    // list_ is rebuilt with the others, not on demand

  [[nodiscard]] double list_cutoff() const;
};

}    // namespace LAMMPS_NS
