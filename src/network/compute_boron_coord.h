// SPDX-License-Identifier: GPL-2.0-only
// compute boron/coord: coordination of the network formers B and Si by oxygen.
#pragma once

#include "compute_bond_finder.h"
#include "lammps/evaluated_step.h"

#include "network/graph/coordination.hpp"

#include "compute.h"

#include <vector>

namespace LAMMPS_NS {

class ComputeBoronCoord : public Compute {
 public:
  ComputeBoronCoord(class LAMMPS *lmp, int narg, char **arg);
  ~ComputeBoronCoord() override;

  void init() override;
  void compute_peratom() override;
  void compute_vector() override;
  double memory_usage() override;

 protected:
  BondFinder bonds_;
  double *coordination_ = nullptr;    // per owned atom
  lbs::network::Census census_;       // of this rank

  void grow_coordination();
  virtual void find_census();            // fills census_
  virtual void find_coordination() {}    // fills coordination_, after find_census() at this step

 private:
  int nmax_ = 0;
  lbs::network::BondGraph graph_;
  lbs::EvaluatedStep evaluated_;    // step of graph_, census_ and coordination_

  void evaluate();
};

}    // namespace LAMMPS_NS
