// SPDX-License-Identifier: GPL-2.0-only
// compute ring/stats: rings of the network while it moves, on any number of ranks.
#pragma once

#include "compute_bond_finder.h"
#include "lammps/evaluated_step.h"

#include "network/rings/ring_census.hpp"
#include "network/rings/ring_search.hpp"

#include "compute.h"

#include <memory>
#include <string>
#include <vector>

namespace LAMMPS_NS {

class ComputeRingStats : public Compute {
 public:
  ComputeRingStats(class LAMMPS *lmp, int narg, char **arg);
  ~ComputeRingStats() override;

  void init() override;
  void compute_vector() override;
  void compute_array() override;
  void compute_peratom() override;
  void compute_local() override;
  int pack_forward_comm(int n, int *list, double *buf, int pbc_flag, int *pbc) override;
  void unpack_forward_comm(int n, int first, double *buf) override;
  double memory_usage() override;

  // For compute ring/persist. Brings the rings up to this step; collective.
  void evaluate();
  [[nodiscard]] int max_formers() const { return max_; }
  [[nodiscard]] bool has_direct_bonds() const { return bonds_.cutoffs.longest_direct() > 0.0; }
  // Rings that this rank owns, as sites of domain_of_rings().
  [[nodiscard]] const lbs::network::RingList &rings() const { return rings_; }
  [[nodiscard]] const lbs::network::RingDomain &domain_of_rings() const { return domain_; }

 private:
  // Of each atom or image: where its owner has it, how many cells away, and its bonds to oxygen.
  struct Home {
    lbs::network::Owner owner;
    lbs::network::ImageShift shift;
    int coordination;
  };

  BondFinder bonds_;
  int max_ = 8;
  bool counts_wrapped_ = true;
  lbs::network::Definition definition_ = lbs::network::Definition::PRIMITIVE;
  std::unique_ptr<lbs::network::RingSearch> search_;

  lbs::EvaluatedStep evaluated_;    // step of all that follows
  lbs::network::BondGraph bond_graph_;
  lbs::network::RingDomain domain_;
  lbs::network::RingList rings_;
  lbs::network::RingCounts counts_;    // of all ranks
  std::vector<lbs::network::RingsOfSite> marks_;

  std::vector<lbs::network::Role> role_;
  std::vector<Home> home_;

  int nmax_ = 0;
  double **per_atom_ = nullptr;
  int rows_ = 0;    // allocated of local_
  double **local_ = nullptr;

  void read_arguments(int narg, char **arg);
  void choose_formers(const std::vector<std::string> &formers, const std::string &oxygen);
  void check_cell() const;
  void find_homes();
  [[nodiscard]] lbs::network::NetworkAtom atom_at(int i) const;
  lbs::network::RankBuffers exchange(const lbs::network::RankBuffers &send,
                                     const std::string &trouble, bool &more) const;
  lbs::network::RankBuffers exchange(const lbs::network::RankBuffers &send,
                                     const std::string &trouble) const;
  void gather_domain(std::string trouble);
  [[nodiscard]] std::string find_heap() const;
  [[nodiscard]] std::string search_rings(lbs::network::RingCounts &counts);
  void finish_counts(lbs::network::RingCounts &counts, std::string trouble);
};

}    // namespace LAMMPS_NS
