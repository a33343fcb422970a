// SPDX-License-Identifier: GPL-2.0-only
// compute qn/atom: bridging oxygens of the network formers B and Si.
#pragma once

#include "compute_bond_finder.h"
#include "lammps/evaluated_step.h"

#include "network/graph/qn_units.hpp"

#include "compute.h"

#include <vector>

namespace LAMMPS_NS {

class ComputeQnAtom : public Compute {
 public:
  ComputeQnAtom(class LAMMPS *lmp, int narg, char **arg);
  ~ComputeQnAtom() override;

  void init() override;
  void compute_peratom() override;
  void compute_vector() override;
  int pack_forward_comm(int n, int *list, double *buffer, int pbc_flag, int *pbc) override;
  void unpack_forward_comm(int n, int first, double *buffer) override;
  double memory_usage() override;

 private:
  BondFinder bonds_;
  int nmax_ = 0;
  double *bridging_ = nullptr;     // per owned atom
  std::vector<double> formers_;    // of each oxygen, ghosts included
  lbs::network::BondGraph graph_;
  lbs::network::QnCensus census_;
  lbs::EvaluatedStep evaluated_;    // step of all these

  void evaluate();
};

}    // namespace LAMMPS_NS
