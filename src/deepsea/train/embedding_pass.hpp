// SPDX-License-Identifier: GPL-2.0-only
// The embedding nets of a batch's neighbors, and the gradient of the loss by their numbers.
//
// Where a batch has enough neighbors, a net is evaluated at the points of a grid and interpolated
// (embedding_grid.hpp); else, and always with tolerance 0, at each neighbor.
#pragma once

#include "batch_places.hpp"
#include "dual_net.hpp"
#include "embedding_grid.hpp"
#include "parameters.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace lbs::deepsea {

template <class Real> class EmbeddingPass {
 public:
  EmbeddingPass(const Model &model, double tolerance, int threads);

  // `parameters` as ParameterLayout has them; see DualNet::set().
  void set(const double *parameters);

  // The steps for a batch, in this order; `thread` counts from 0.
  // 1. Evaluates what values() needs.
  void prepare(BatchPlaces<Real> &places);
  // 2. Fills g and slope of a center's neighbors.
  void values(std::size_t pair, PairPlaces<Real> &places, std::size_t center);
  // 3. After begin_gradient() of the thread, adds what a center's neighbors say about the gradient:
  //    `by_a` and `by_a_dot` are the loss's derivatives by A and its tangent, see
  //    descriptor_loops.hpp. The neighbors' g and slope are used up.
  void begin_gradient(int thread);
  void add_gradient(std::size_t pair, PairPlaces<Real> &places, std::size_t center,
                    const Real *by_a, const Real *by_a_dot, int thread);
  // 4. Calls take(begin, end, gradient) for the numbers of each net, in the order of
  //    ParameterLayout, from several threads.
  using Take = std::function<void(std::size_t begin, std::size_t end, const Real *gradient)>;
  void gradient(BatchPlaces<Real> &places, const Take &take);

  // As LossEngine has them.
  double adapt_grids(BatchPlaces<Real> &places);
  [[nodiscard]] std::vector<double> grid_spacings() const;
  void set_grid_spacings(const std::vector<double> &spacings);

 private:
  struct Net {
    DualNet<Real> net;
    std::vector<std::size_t> pairs;    // that share it
    std::size_t place = 0;             // of its numbers
    bool interpolated = false;         // in this batch
    EmbeddingGrid grid;
    typename DualNet<Real>::Rows rows;    // of the grid's points
    AlignedVector<Real> values;           // [point][width]
    std::size_t first = 0;                // of its points among those of all grids
  };
  // For neighbors of a pair in the batch.
  struct Windows {
    std::vector<std::size_t> point;    // the first one of its window
    AlignedVector<Real> weights;       // [place][2][window]
  };
  // Of a thread.
  struct Work {
    typename DualNet<Real>::Rows rows;
    AlignedVector<Real> by_points;    // [points of all grids][width]
    AlignedVector<Real> whole;        // gradient by one net
    AlignedVector<Real> gradient;     // by all nets that are not interpolated
  };

  int channels_;
  int width_;    // of rows of channels, see descriptor_loops.hpp
  int threads_;
  Real factor_;
  double tolerance_;
  std::vector<Net> nets_;
  std::vector<std::size_t> net_of_;    // of each pair
  std::vector<Windows> windows_;       // of each pair
  std::vector<Work> work_;
  std::size_t points_ = 0;    // of all grids
  TaskLists<std::size_t> by_net_, by_gradient_;
  TaskLists<Part> by_points_;    // points of a net
  TaskLists<Part> by_places_;    // places of a pair whose net is not interpolated

  void widen(const Real *from, std::size_t rows, Real *to) const;
  void narrow(const Real *from, std::size_t rows, Real *to) const;
  void lay_out(Net &net, BatchPlaces<Real> &places);
  void evaluate(Net &net, const PairPlaces<Real> &pair, std::size_t begin, std::size_t end,
                typename DualNet<Real>::Rows &rows) const;
  void sum_points(const Part &part);
  void exact_gradient(const Part &part, BatchPlaces<Real> &places, Work &work);
  void net_gradient(const Net &net, Real *gradient) const;
  double interpolation_error(Net &net, BatchPlaces<Real> &places);
};

extern template class EmbeddingPass<double>;
extern template class EmbeddingPass<float>;

}    // namespace lbs::deepsea
