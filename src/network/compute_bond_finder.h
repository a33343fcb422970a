// SPDX-License-Identifier: GPL-2.0-only
// How the computes of this folder get the bond graph: element types, cutoffs, ghost atoms.
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

  // Reads all words of a compute that has the keywords types and cutoff only, and tells the
  // cutoffs. Stops if no type is oxygen, "so" that happens.
  void read(int narg, char **arg, const std::string &so);

  // Reads 'types EL ...', 'cutoff EL EL LENGTH' or 'homopolar EL EL LENGTH' at arg[iarg], and moves
  // iarg behind it. The words in `keywords` end the list of types.
  void read_types(int narg, char **arg, int &iarg, const std::vector<std::string> &keywords);
  void read_cutoff(int narg, char **arg, int &iarg);
  void read_homopolar(int narg, char **arg, int &iarg);

  // At the start of a run: what masses or labels tell of another order of elements.
  void look_at_types();

  // Takes the labels of the types for their elements, where 'types' was not given. Stops if a type
  // has none, or one that is no element's symbol.
  void take_labels();
  [[nodiscard]] bool has_type(lbs::network::Role role) const;

  // Bonds of the owned atoms at this step; fills `role`, of owned and ghost atoms. Stops if ghost
  // atoms do not reach far enough. Returns what is wrong with an atom of this rank, for a message:
  // it is nowhere, or is not to become a ghost atom.
  [[nodiscard]] std::string find(lbs::network::BondRows which,
                                 std::vector<lbs::network::Role> &role,
                                 lbs::network::BondGraph &graph);

  // The same of all rows for a compute, which stops if something is wrong on any rank.
  void find_all(std::vector<lbs::network::Role> &role, lbs::network::BondGraph &graph);

  // The two checks of find() alone: stops if ghost atoms do not reach far enough; what is wrong
  // with an atom of this rank.
  void check_ghosts() const;
  [[nodiscard]] std::string find_trouble() const;
  [[nodiscard]] int border_bit() const;    // of the group to which ghost atoms are restricted

  [[nodiscard]] double bytes() const { return search_.bytes(); }

 private:
  std::string name_;
  std::vector<std::string> elements_;    // as 'types' names them
  std::string doubt_;                    // that has been told about them
  lbs::network::BondSearch search_;

  [[nodiscard]] double ghost_reach(int type) const;
};

}    // namespace LAMMPS_NS
