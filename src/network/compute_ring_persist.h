// SPDX-License-Identifier: GPL-2.0-only
// compute ring/persist: which rings of a reference exist now.
#pragma once

#include "lammps/evaluated_step.h"

#include "network/rings/ring_memory.hpp"

#include "compute.h"

#include <cstdint>
#include <string>
#include <vector>

namespace LAMMPS_NS {

class ComputeRingPersist : public Compute {
 public:
  ComputeRingPersist(class LAMMPS *lmp, int narg, char **arg);
  ~ComputeRingPersist() override;

  void init() override;
  double compute_scalar() override;
  void compute_vector() override;
  void compute_array() override;
  double memory_usage() override;

 private:
  enum class Source { FILE, STEP, FIRST };

  std::string rings_id_, file_;
  std::string store_id_;    // of the fix that brings the reference into restart files; empty: none
  class ComputeRingStats *rings_ = nullptr;
  Source source_ = Source::FIRST;
  bigint step_ = -1;    // of the reference; -1: the last one of the file
  bool remembers_ = false;
  bigint step_of_reference_ = -1;    // whose rings are remembered, unless they are from a file

  // The part of the reference that this rank keeps, and of the rings of this step.
  lbs::network::RingRecords reference_, now_;
  lbs::network::RingPresence presence_;
  lbs::EvaluatedStep evaluated_;

  void read_arguments(int narg, char **arg);
  void find_rings();
  void evaluate();
  void read_reference();
  [[nodiscard]] std::string find_trouble(const lbs::network::RingFrame &frame) const;
  [[nodiscard]] std::vector<lbs::network::Role>
  roles_of(const std::vector<std::int64_t> &ids) const;
  void store_reference();
  void restore_reference();
  [[nodiscard]] class FixStoreGlobal *store() const;
  void share_out(const lbs::network::RingRecords &records, lbs::network::RingRecords &kept);
};

}    // namespace LAMMPS_NS
