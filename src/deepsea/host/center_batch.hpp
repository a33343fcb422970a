// SPDX-License-Identifier: GPL-2.0-only
// Energies and forces of some centers of one type: descriptors, the fitting net for all of them at
// once, and the way back.
#pragma once

#include "batch_neighbors.hpp"
#include "batch_sums.hpp"
#include "prepared_model.hpp"

#include "deepsea/model/atoms.hpp"

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

// Packs of centers in a batch: enough for matrix products at full speed, few enough for blocks of
// the fitting net's input to stay in the cache.
constexpr int MOST_PACKS = 12;

// Workspace of one thread; buffers grow and are kept.
template <class Real> class CenterBatch {
 public:
  explicit CenterBatch(const PreparedModel<Real> &model);

  // Centers: indices into the atoms, all of one type of the model.
  void evaluate(const Atoms &atoms, int type, const int *centers, int count, BatchSums &sums);

  [[nodiscard]] std::size_t memory_usage() const;

 private:
  const PreparedModel<Real> &model_;

  BatchNeighbors neighbors_;
  std::vector<int> served_;    // the centers that are not left over

  // Of the type at work.
  int channels_ = 0;
  int stride_ = 0;

  RunRows rows_;
  Moments moments_;
  SplineBlocks blocks_;           // of the way back
  std::vector<int> outside_;      // neighbors of a run that no table covers
  std::vector<double> places_;    // their s
  NetSlopes exact_;
  UsedMoments<Real> used_;
  AlignedVector<double> q_;
  AlignedVector<double> gradient_;    // by the vectors of a run

  AlignedVector<Real> gtr_;               // [lane][4][stride]: G^T R of a pack of centers
  AlignedVector<Real> p_;                 // [lane][4][stride]: the gradients by it
  AlignedVector<Real> gtr_batch_;         // [pack][channel][4][lane]: G^T R / N of all
  AlignedVector<Real> gradient_batch_;    // by these
  std::vector<double> energy_;
  typename ScalarNet<Real>::Workspace net_;

  int sum_environments(const Atoms &atoms, int type, const int *centers, int count,
                       BatchSums &sums);
  void add_energies(int type, BatchSums &sums) const;
  void add_forces(int type, BatchSums &sums);

  [[nodiscard]] std::size_t center_size() const { return 4 * std::size_t(stride_); }
  [[nodiscard]] std::size_t pack_size() const { return 4 * std::size_t(channels_) * LANES<Real>; }
  void sum_environment(int type, int center, Real *gtr);
  void enter_lanes(int pack);
  void leave_lanes(int pack);
  template <class Visit> void over_lanes(Visit visit) const;
  void add_padding(std::size_t pair, int places, Real *gtr);
  void evaluate_outside(int type, int neighbor_type);
  void add_outside(Real *gtr);
  void collect_outside(std::size_t pair, const Real *p);
  void add_forces_of(int type, int center, double scale, const Real *p, BatchSums &sums);
  void scatter(const NeighborRun &run, int atom, double scale, BatchSums &sums) const;
};

extern template class CenterBatch<double>;
extern template class CenterBatch<float>;

}    // namespace lbs::deepsea
