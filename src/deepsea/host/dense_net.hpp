// SPDX-License-Identifier: GPL-2.0-only
// Dense networks on batches, with their derivatives.
#pragma once

#include "deepsea/model/model.hpp"
#include "linalg/packed_matrix.hpp"
#include "linalg/quartered_matrix.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace lbs::deepsea {

template <class Real> struct HiddenLayer {
  int inputs;
  int outputs;
  int skips;    // copies of the input that are added to the output: 0, 1 or 2
  Activation activation;
  PackedMatrix<Real> weight;
  std::vector<Real> bias;        // whole groups, with zeros at the end
  std::vector<Real> timestep;    // the same, or empty for ones
};

template <class Real> struct LastLayer {
  std::vector<Real> weight;
  double bias;
  Activation activation;
};

// A network with one output, and its gradient by the input, for batches: see packed_matrix.hpp.
template <class Real> class ScalarNet {
 public:
  ScalarNet() = default;
  explicit ScalarNet(const DenseNet &net);

  [[nodiscard]] std::size_t memory_usage() const;

  // Buffers of a caller; one a thread.
  struct Workspace {
    AlignedVector<Real> input;    // a block of it, or one of each of its halves
    typename QuarteredMatrix<Real>::Workspace quarters;
    std::vector<AlignedVector<Real>> derivative;    // of each layer: of its output by x W
    AlignedVector<Real> passing[2];                 // outputs of layers, then gradients by them

    [[nodiscard]] std::size_t memory_usage() const;
  };

  // Fills the rows of a block of the input, or takes the gradient by them. Long inputs are handled
  // in blocks, so that they never leave the cache.
  using Make = std::function<void(const RowBlock<Real> &)>;
  using Take = std::function<void(const RowBlock<const Real> &)>;

  // value[pack * lanes + lane] = net(input).
  void evaluate(int packs, const Make &make, const Take &take, double *value,
                Workspace &work) const;

 private:
  int inputs_ = 0;
  int block_ = 0;    // rows of the input, or of each of its halves, at a time
  std::vector<HiddenLayer<Real>> hidden_;
  std::optional<QuarteredMatrix<Real>> wide_;    // weights of the first one, if that is large
  LastLayer<Real> last_;

  void multiply_input(int packs, const Make &make, Real *out, Workspace &work) const;
  void take_gradient(int packs, const Take &take, Workspace &work) const;
  template <class Visit> void over_blocks(Workspace &work, Visit visit) const;
  template <class Visit> void over_halves(int packs, Workspace &work, Visit visit) const;
};

extern template class ScalarNet<double>;
extern template class ScalarNet<float>;

}    // namespace lbs::deepsea
