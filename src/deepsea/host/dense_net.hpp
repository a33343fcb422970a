// SPDX-License-Identifier: GPL-2.0-only
// Dense networks on batches, with their derivatives.
#pragma once

#include "deepsea/model/model.hpp"
#include "linalg/packed_matrix.hpp"

#include <cstddef>
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

// A network with one output for a batch of inputs, and the gradients by them; see packed_matrix.hpp
// for the layout of batches. Inputs are long, so they are made and their gradients used up in
// blocks of rows, which never leave the cache:
//
//   net.start(packs, work);
//   for (const RowBlock<Real> &block : work.blocks) {
//     ...                             fill the block's rows of the input
//     net.multiply(packs, block, work);
//   }
//   net.forward(packs, value, work);
//   net.backward(packs, work);
//   for (const RowBlock<Real> &block : work.blocks) {
//     net.multiply_back(packs, block, work);
//     ...                             use the gradients by the block's rows, which stand in it
//   }
template <class Real> class ScalarNet {
 public:
  ScalarNet() = default;
  explicit ScalarNet(const DenseNet &net);

  [[nodiscard]] std::size_t memory_usage() const;

  // Buffers of a caller; one a thread. They grow and are kept.
  struct Workspace {
    std::vector<RowBlock<Real>> blocks;    // of the input; all are in the same place of memory
    AlignedVector<Real> input;             // that place
    std::vector<AlignedVector<Real>> derivative;    // of each layer: of its output by x W
    AlignedVector<Real> passing[2];                 // outputs of layers, then gradients by them

    [[nodiscard]] std::size_t memory_usage() const;
  };

  // Begins with a batch of `packs` packs: makes room and lists the blocks.
  void start(int packs, Workspace &work) const;
  // Adds the product of a block of the input with the first layer's weights.
  void multiply(int packs, const RowBlock<Real> &block, Workspace &work) const;
  // From the product with the whole input to value[pack * lanes + lane] = net(input).
  void forward(int packs, double *value, Workspace &work) const;
  // From the values to the gradients by the first layer's product.
  void backward(int packs, Workspace &work) const;
  // Puts the gradients by a block of the input in its place.
  void multiply_back(int packs, const RowBlock<Real> &block, Workspace &work) const;

 private:
  int inputs_ = 0;
  int block_ = 0;    // rows of the input at a time
  std::vector<HiddenLayer<Real>> hidden_;
  LastLayer<Real> last_;
};

extern template class ScalarNet<double>;
extern template class ScalarNet<float>;

}    // namespace lbs::deepsea
