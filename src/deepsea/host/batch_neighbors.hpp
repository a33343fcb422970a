// SPDX-License-Identifier: GPL-2.0-only
// The neighbors of a batch of centers, sorted by type, with the checks of their distances.
#pragma once

#include "batch_sums.hpp"
#include "descriptor.hpp"
#include "model_form.hpp"

#include "deepsea/model/atoms.hpp"
#include "deepsea/model/model.hpp"
#include "linalg/simd.hpp"

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

class BatchNeighbors {
 public:
  // `form`, which is kept by reference, says which neighbors are too near: their centers are left
  // over.
  explicit BatchNeighbors(const ModelForm &form);

  void clear();
  // Adds the neighbors inside the cutoff of a center, an index into the atoms, whose type in the
  // model is `type`. Pairs that are too close are entered into `sums`. False: the center is left
  // over, which is entered there, too, and nothing is added.
  bool add(const Atoms &atoms, int type, int center, BatchSums &sums);

  // Neighbors of one type of the center that was added as number `center`.
  [[nodiscard]] NeighborRun run(int center, int neighbor_type) const;
  [[nodiscard]] std::size_t memory_usage() const;

 private:
  const Model &model_;
  const std::vector<double> &closest_;
  std::vector<double> least2_;    // [type][neighbor's type + 1]: squares of distances below which
                                  // a pair is checked; the last one is for what is not of
                                  // this model

  struct Run {
    std::size_t start;
    int count;
  };
  std::vector<Run> runs_;    // [center][type]
  std::vector<int> atom_;
  AlignedVector<double> x_, y_, z_;    // relative to the center, A
  std::size_t used_ = 0;               // of these

  std::vector<int> near_;            // one center's neighbors inside the cutoff
  std::vector<std::size_t> next_;    // [type]: their number, then where the next one goes

  int find_near(const Atoms &atoms, int center);
  void make_runs(const Atoms &atoms, int near);
  bool fill_runs(const Atoms &atoms, int type, int center, int near);
  [[nodiscard]] double distance(std::size_t place) const;
  [[nodiscard]] bool serves(int type, std::size_t first_run) const;
  void check_distances(int type, int neighbor_type, int center, const Run &run,
                       BatchSums &sums) const;
};

}    // namespace lbs::deepsea
