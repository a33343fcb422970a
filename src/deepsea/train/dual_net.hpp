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

#include "linalg/simd.hpp"

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

// Numbers of a net, layer by layer: weight (inputs x outputs, row by row), bias, timestep if the
// layer has one.
std::size_t parameter_count(const DenseNet &net);

template <class Real> class DualNet {
 public:
  DualNet() = default;
  // Widths, activations and skips; the numbers are `net`'s until set() is called.
  explicit DualNet(const DenseNet &net);

  [[nodiscard]] std::size_t parameters() const { return parameters_; }
  [[nodiscard]] int inputs() const { return layers_.front().inputs; }
  [[nodiscard]] int outputs() const { return layers_.back().outputs; }
  [[nodiscard]] std::size_t depth() const { return layers_.size(); }
  // In the order of parameter_count().
  void set(const double *parameters);

  // Buffers for rows, all row by row. Index 0 is the input, depth() the output.
  struct Rows {
    std::vector<AlignedVector<Real>> value;          // y of each layer
    std::vector<AlignedVector<Real>> dot;            // y'
    std::vector<AlignedVector<Real>> by_dot;         // dP/dy'
    std::vector<AlignedVector<Real>> by_value;       // dP/dy
    std::vector<AlignedVector<Real>> slope;          // [layer] dy/dz, z = x W + b
    std::vector<AlignedVector<Real>> bend;           // d2y/dz2
    std::vector<AlignedVector<Real>> plain;          // a(z), where a timestep multiplies it
    std::vector<AlignedVector<Real>> plain_slope;    // and a'(z)
    std::vector<AlignedVector<Real>> z_dot;          // z'
    std::vector<AlignedVector<Real>> by_z_dot;       // dP/dz'
    std::vector<AlignedVector<Real>> by_z;           // dP/dz

    [[nodiscard]] std::size_t memory_usage() const;    // bytes
  };
  // Room for `count` rows.
  void fit(Rows &rows, std::size_t count) const;

  // Each for the rows from `begin` to before `end`; several threads may work on different rows.
  void forward(Rows &rows, std::size_t begin, std::size_t end) const;
  void backward(Rows &rows, std::size_t begin, std::size_t end) const;
  void tangent(Rows &rows, std::size_t begin, std::size_t end) const;
  // Leaves dP/dx in by_value[0] if `to_input`.
  void adjoint(Rows &rows, std::size_t begin, std::size_t end, bool to_input) const;
  // gradient = or += (`add`) that by the weights of the inputs [first, last) of a layer, summed
  // over rows [begin, end); with first = 0 also those by bias and timestep. `gradient` points to
  // the net's first number.
  void gradient(const Rows &rows, std::size_t begin, std::size_t end, std::size_t layer, int first,
                int last, bool add, Real *gradient) const;
  [[nodiscard]] int inputs_of(std::size_t layer) const { return layers_[layer].inputs; }

 private:
  struct Layer {
    int inputs;
    int outputs;
    int skips;
    Activation activation;
    std::size_t place;    // of its weights among the net's numbers
    bool has_timestep;
    AlignedVector<Real> weight, bias, timestep;
  };
  std::vector<Layer> layers_;
  std::size_t parameters_ = 0;
};

extern template class DualNet<double>;
extern template class DualNet<float>;

}    // namespace lbs::deepsea
