// compute boron/coord: coordination of the network formers B and Si by oxygen.
#pragma once

#include "bond_graph.hpp"
#include "coordination.hpp"

#include "compute.h"

#include <string>
#include <vector>

namespace LAMMPS_NS {

class ComputeBoronCoord : public Compute {
 public:
  ComputeBoronCoord(class LAMMPS *lmp, int narg, char **arg);
  ~ComputeBoronCoord() override;

  void init() override;
  void init_list(int id, class NeighList *list) override;
  void compute_peratom() override;
  void compute_vector() override;
  double memory_usage() override;

 private:
  std::vector<lbs::network::Role> type_role_;    // by atom type, index 0 unused
  lbs::network::BondCutoffs cutoffs_;
  class NeighList *list_ = nullptr;
  bool perpetual_ = false;    // list_ is rebuilt with the others, not on demand
  int nmax_ = 0;
  double *coordination_ = nullptr;    // per owned atom
  lbs::network::BondGraph graph_;
  lbs::network::Census census_;
  bigint evaluated_ = -1;    // step of graph_, census_ and coordination_

  void read_types(int narg, char **arg, int &iarg);
  void read_cutoff(int narg, char **arg, int &iarg);
  void check_ghost_shell() const;
  [[nodiscard]] double list_cutoff() const;
  void evaluate();
};

}    // namespace LAMMPS_NS
