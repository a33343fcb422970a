// SPDX-License-Identifier: GPL-2.0-only
// Energies and forces of some centers of one type: descriptors, the fitting net for all of them at
// once, and the way back.
#pragma once

#include "evaluator.hpp"
#include "prepared_model.hpp"

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

// Packs of centers in a batch: enough for matrix products at full speed, few enough for blocks of
// the fitting net's input to stay in the cache.
constexpr int MOST_PACKS = 12;

// What a thread adds to; the arrays of Results may be its own.
struct BatchSums {
  Results results;
  ShortPair shortest;
  int bad_center = -1;
  std::vector<int> left_over;    // centers that the form of the model does not serve
};

// Workspace of one thread; buffers grow and are kept.
template <class Real> class CenterBatch {
 public:
  explicit CenterBatch(const PreparedModel<Real> &model);

  // Centers: indices into the atoms, all of one type of the model.
  void evaluate(const Atoms &atoms, int type, const int *centers, int count, BatchSums &sums);

  [[nodiscard]] std::size_t memory_usage() const;

 private:
  const PreparedModel<Real> &model_;

  // Neighbors inside the cutoff of all centers of the batch; runs are [center][type].
  struct Run {
    std::size_t start;
    int count;
  };
  std::vector<Run> runs_;
  std::vector<int> atom_;
  AlignedVector<double> x_, y_, z_;
  std::size_t used_ = 0;    // of these

  std::vector<int> near_;            // one center's neighbors inside the cutoff
  std::vector<std::size_t> next_;    // [type]: their number, then where the next one goes
  std::vector<double> least2_;    // [type][neighbor's type + 1]: squares of distances below which
                                  // a pair is checked; the last one is for what is not of
                                  // this model
  std::vector<int> served_;       // the centers that are not left over

  // Of the type at work.
  int channels_ = 0;
  int stride_ = 0;

  RunRows rows_;
  Moments moments_;
  std::vector<int> outside_;      // neighbors of a run that no table covers
  std::vector<double> places_;    // their s
  NetSlopes exact_;
  std::vector<Real> compact_;
  AlignedVector<double> q_;
  AlignedVector<double> gradient_;    // by the vectors of a run

  AlignedVector<Real> gtr_;               // [lane][4][stride]: G^T R of a pack of centers
  AlignedVector<Real> p_;                 // [lane][4][stride]: the gradients by it
  AlignedVector<Real> gtr_batch_;         // [pack][channel][4][lane]: G^T R / N of all
  AlignedVector<Real> gradient_batch_;    // by these
  std::vector<double> energy_;
  typename ScalarNet<Real>::Workspace net_;

  bool find_neighbors(const Atoms &atoms, int type, int center, BatchSums &sums);
  [[nodiscard]] bool serves(int type, std::size_t first_run) const;
  void check_distances(int type, int neighbor_type, int center, const Run &run,
                       BatchSums &sums) const;
  [[nodiscard]] double distance(std::size_t place) const;
  [[nodiscard]] NeighborRun run_of(int center, int neighbor_type) const;
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
  void add_forces(int type, int center, int atom, double scale, const Real *p, BatchSums &sums);
  void scatter(const NeighborRun &run, int atom, double scale, BatchSums &sums) const;
};

extern template class CenterBatch<double>;
extern template class CenterBatch<float>;

}    // namespace lbs::deepsea
