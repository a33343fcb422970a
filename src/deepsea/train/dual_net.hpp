// SPDX-License-Identifier: GPL-2.0-only
// Dense nets on rows of inputs, with everything that the gradient of a loss on energies and forces
// takes: values, tangents along a direction of the inputs, and the derivatives of both by inputs
// and weights.
//
// For one row with input x and tangent x' let y(x) be the output and y' = (dy/dx) x' its tangent,
// and let a scalar P depend on both. The passes are
//   forward()   y
//   backward()  dP/dx' from dP/dy'; with dP/dy' = 1 and one output this is dy/dx
//   tangent()   y' from x'
//   adjoint()   dP/dx from dP/dy, dP/dy' and what the other passes left
//   gradient()  dP/dweights
// so that no second derivative is ever formed: the weights' gradient of a directional derivative
// of y is what backward() and adjoint() give together.
#pragma once

#include "deepsea/model/model.hpp"

#include "linalg/packed_matrix.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace lbs::deepsea {

// Numbers of a net, layer by layer: weight (inputs x outputs, row by row), bias, timestep if the
// layer has one.
std::size_t parameter_count(const DenseNet &net);

template <class Real> class DualNet {
 public:
  DualNet() = default;
  // Widths, activations and skips; set() gives the numbers. With `packed` the wide layers' weights
  // are kept in the order in which many rows are multiplied fastest.
  explicit DualNet(const DenseNet &net, bool packed = false);

  [[nodiscard]] std::size_t parameters() const { return parameters_; }
  [[nodiscard]] int inputs() const { return layers_.front().inputs; }
  [[nodiscard]] int outputs() const { return layers_.back().outputs; }
  [[nodiscard]] std::size_t depth() const { return layers_.size(); }
  // Takes numbers in the order of parameter_count(), which must stay where they are until the next
  // call: the weights of inputs [first, last) of a layer, share `part` of `parts` of all weights,
  // or all else. Different weights may be taken by several threads at once.
  void set_weights(const double *parameters, std::size_t layer, int first, int last);
  void set_weights(const double *parameters, int part, int parts);
  void set_rest(const double *parameters);
  void set(const double *parameters);    // all

  // Buffers for rows, all row by row. Index 0 is the input, depth() the output; in each buffer the
  // numbers of the tangent, if there is one, follow those of the value, so that one product serves
  // both.
  struct Rows {
    std::size_t count = 0;
    bool tangents = true;
    std::vector<AlignedVector<Real>> state;      // y and y' of each layer
    std::vector<AlignedVector<Real>> adjoint;    // dP/dy and dP/dy'
    std::vector<AlignedVector<Real>> by_z;       // [layer] dP/dz and dP/dz', z = x W + b
    std::vector<AlignedVector<Real>> z_dot;      // z'
    std::vector<AlignedVector<Real>> slope;      // dy/dz
    std::vector<AlignedVector<Real>> bend;       // d2y/dz2
    std::vector<AlignedVector<Real>> plain;      // a(z) and a'(z), where a timestep multiplies them
  };
  // Room for `count` rows, with tangents or without; what was in them is lost.
  void fit(Rows &rows, std::size_t count, bool tangents = true) const;
  [[nodiscard]] Real *value(Rows &rows, std::size_t index) const;
  [[nodiscard]] Real *dot(Rows &rows, std::size_t index) const;
  [[nodiscard]] Real *by_value(Rows &rows, std::size_t index) const;
  [[nodiscard]] Real *by_dot(Rows &rows, std::size_t index) const;

  // Each for the rows from `begin` to before `end`; several threads may work on different rows.
  void forward(Rows &rows, std::size_t begin, std::size_t end) const;
  void backward(Rows &rows, std::size_t begin, std::size_t end) const;
  void tangent(Rows &rows, std::size_t begin, std::size_t end) const;
  void adjoint(Rows &rows, std::size_t begin, std::size_t end) const;
  // adjoint() where nothing has a tangent, without the input's.
  void plain_adjoint(Rows &rows, std::size_t begin, std::size_t end) const;
  // forward() and tangent() of all rows at once; backward() and adjoint(), without the input's.
  void forward_both(Rows &rows) const;
  void backward_both(Rows &rows) const;
  // The numbers [begin, end) of the net that are the weights of inputs [first, last) of a layer,
  // and those that are its bias and timestep.
  struct Numbers {
    std::size_t begin, end;
  };
  [[nodiscard]] Numbers weights(std::size_t layer, int first, int last) const;
  [[nodiscard]] Numbers rest(std::size_t layer) const;
  // gradient = or += (`add`) that by these numbers, summed over all rows; `gradient` points to that
  // by the first of them.
  void weight_gradient(const Rows &rows, std::size_t layer, int first, int last, bool add,
                       Real *gradient) const;
  void rest_gradient(const Rows &rows, std::size_t layer, bool add, Real *gradient) const;
  // Both for all layers; `gradient` points to that by the net's first number.
  void gradient(const Rows &rows, bool add, Real *gradient) const;
  [[nodiscard]] int inputs_of(std::size_t layer) const { return layers_[layer].inputs; }

 private:
  struct Layer {
    int inputs;
    int outputs;
    int skips;
    Activation activation;
    std::size_t place;    // of its weights among the net's numbers
    bool has_timestep;
    const Real *weight;    // null if it is packed
    const Real *bias;
    const Real *timestep;    // null if it has none
    std::optional<PackedMatrix<Real>> packed;
  };
  std::vector<Layer> layers_;
  std::size_t parameters_ = 0;
  std::vector<Real> single_;    // the numbers that are not packed, where they are not in double

  [[nodiscard]] std::size_t width(std::size_t index) const
  {
    return static_cast<std::size_t>(index == 0 ? layers_[0].inputs : layers_[index - 1].outputs);
  }
  // out = in W and in = out W^T, for `count` rows.
  static void multiply(const Layer &layer, int count, const Real *in, Real *out);
  static void multiply_back(const Layer &layer, int count, const Real *out, Real *in);
  void activate(const Layer &layer, std::size_t l, Rows &rows, std::size_t begin,
                std::size_t end) const;
};

extern template class DualNet<double>;
extern template class DualNet<float>;

}    // namespace lbs::deepsea
