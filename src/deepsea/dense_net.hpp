// Dense networks on batches of rows, with their derivatives.
#pragma once

#include "model.hpp"

#include "../support/packed_matrix.hpp"

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

// Values and slopes of an embedding net at `count` places: both count x M, row by row, in double.
struct NetSlopes {
  std::vector<double> value;
  std::vector<double> slope;
};
void evaluate_embedding(const DenseNet &net, const std::vector<double> &at, NetSlopes &result);

// A network with one output, and its gradient by the input, for batches of rows.
template <class Real> class ScalarNet {
 public:
  ScalarNet() = default;
  explicit ScalarNet(const DenseNet &net);

  // Length of rows of the input in memory: the inputs, and some more that are overwritten.
  [[nodiscard]] int input_stride() const { return input_stride_; }
  [[nodiscard]] std::size_t memory_usage() const;

  // Buffers of a caller; one a thread.
  struct Workspace {
    std::vector<AlignedVector<Real>> output;        // of each hidden layer: rows x stride
    std::vector<AlignedVector<Real>> derivative;    // of the activation times the time step
    AlignedVector<Real> gradient;                   // by the output of a layer
  };

  // value[row] = net(in[row]); then in[row] is overwritten by the gradient by it. There must be
  // room for whole groups of rows (packed_matrix.hpp).
  void evaluate(int rows, Real *in, double *value, Workspace &work) const;

 private:
  struct Layer {
    int inputs;
    int outputs;
    int skips;    // copies of the input that are added to the output: 0, 1 or 2
    Activation activation;
    PackedMatrix<Real> forward;
    PackedMatrix<Real> backward;
    std::vector<Real> bias;
    std::vector<Real> timestep;    // ones if the layer has none
  };
  int input_stride_ = 0;
  std::vector<Layer> hidden_;
  std::vector<Real> last_weight_;
  double last_bias_ = 0.0;
  Activation last_activation_ = Activation::LINEAR;

  void through(const Layer &layer, int rows, const Real *x, int stride, Real *y, Real *d) const;
  void back_through(const Layer &layer, int rows, Real *gradient, Real *d, Real *out) const;
};

extern template class ScalarNet<double>;
extern template class ScalarNet<float>;

}    // namespace lbs::deepsea
