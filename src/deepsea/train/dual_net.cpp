// SPDX-License-Identifier: GPL-2.0-only
#include "dual_net.hpp"

#include "dual_loops.hpp"

#include "linalg/blas.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace lbs::deepsea {

std::size_t parameter_count(const DenseNet &net)
{
  std::size_t count = 0;
  for (const DenseLayer &layer : net)
    count += layer.weight.size() + layer.bias.size() + layer.timestep.size();
  return count;
}

namespace {

// Narrower layers are multiplied by BLAS.
constexpr int PACKED_OUTPUTS = 32;

// A batch as packed_matrix.hpp has it, of the calling thread.
template <class Real> struct PackedRows {
  AlignedVector<Real> in, out;
};
template <class Real> PackedRows<Real> &packed_rows()
{
  thread_local PackedRows<Real> rows;
  return rows;
}

template <class Real> int packs_of(int rows)
{
  return padded<Real>(rows) / LANES<Real>;
}

}    // namespace

template <class Real> DualNet<Real>::DualNet(const DenseNet &net, bool packed)
{
  for (const DenseLayer &layer : net) {
    Layer made{};
    made.inputs = layer.inputs;
    made.outputs = layer.outputs;
    made.skips = layer.skips();
    made.activation = layer.activation;
    made.place = parameters_;
    made.has_timestep = !layer.timestep.empty();
    parameters_ += layer.weight.size() + layer.bias.size() + layer.timestep.size();
    if (packed && layer.outputs >= PACKED_OUTPUTS) made.packed.emplace(layer.inputs, layer.outputs);
    layers_.push_back(std::move(made));
  }
  if constexpr (!std::is_same_v<Real, double>) single_.resize(parameters_);
}

template <class Real>
void DualNet<Real>::set_weights(const double *parameters, std::size_t l, int first, int last)
{
  Layer &layer = layers_[l];
  if (layer.packed) {
    layer.packed->fill(first, last, parameters + layer.place);
  } else if constexpr (std::is_same_v<Real, double>) {
    layer.weight = parameters + layer.place;
  } else {
    layer.weight = single_.data() + layer.place;
    auto const [begin, end] = weights(l, first, last);
    std::copy(parameters + begin, parameters + end, single_.data() + begin);
  }
}

template <class Real> void DualNet<Real>::set_weights(const double *parameters, int part, int parts)
{
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    int const inputs = layers_[l].inputs;
    set_weights(parameters, l, inputs * part / parts, inputs * (part + 1) / parts);
  }
}

template <class Real> void DualNet<Real>::set_rest(const double *parameters)
{
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    Layer &layer = layers_[l];
    auto const [begin, end] = rest(l);
    if constexpr (std::is_same_v<Real, double>) {
      layer.bias = parameters + begin;
    } else {
      layer.bias = single_.data() + begin;
      std::copy(parameters + begin, parameters + end, single_.data() + begin);
    }
    layer.timestep = layer.has_timestep ? layer.bias + layer.outputs : nullptr;
  }
}

template <class Real> void DualNet<Real>::set(const double *parameters)
{
  set_weights(parameters, 0, 1);
  set_rest(parameters);
}

template <class Real>
void DualNet<Real>::multiply(const Layer &layer, int count, const Real *in, Real *out)
{
  if (!layer.packed) {
    blas::multiply(count, layer.inputs, layer.outputs, in, layer.weight, out);
    return;
  }
  auto &batch = packed_rows<Real>();
  int const packs = packs_of<Real>(count);
  int const room = whole_groups(layer.outputs);
  grow(batch.in, static_cast<std::size_t>(packs) * layer.inputs * LANES<Real>);
  grow(batch.out, static_cast<std::size_t>(packs) * room * LANES<Real>);
  to_packs(count, layer.inputs, in, layer.inputs, batch.in.data());
  layer.packed->multiply(packs, {0, layer.inputs, batch.in.data(), layer.inputs}, batch.out.data(),
                         false);
  from_packs(count, layer.outputs, batch.out.data(), room, out);
}

template <class Real>
void DualNet<Real>::multiply_back(const Layer &layer, int count, const Real *out, Real *in)
{
  if (!layer.packed) {
    blas::multiply_transposed(count, layer.outputs, layer.inputs, out, layer.weight, in);
    return;
  }
  auto &batch = packed_rows<Real>();
  int const packs = packs_of<Real>(count);
  int const in_room = whole_groups(layer.inputs);
  int const out_room = whole_groups(layer.outputs);
  grow(batch.in, static_cast<std::size_t>(packs) * in_room * LANES<Real>);
  grow(batch.out, static_cast<std::size_t>(packs) * out_room * LANES<Real>);
  to_packs(count, layer.outputs, out, out_room, batch.out.data());
  layer.packed->multiply_transposed(packs, batch.out.data(),
                                    {0, layer.inputs, batch.in.data(), in_room}, false);
  from_packs(count, layer.inputs, batch.in.data(), in_room, in);
}

template <class Real> void DualNet<Real>::fit(Rows &rows, std::size_t count, bool tangents) const
{
  std::size_t const depth = layers_.size();
  rows.count = count;
  rows.tangents = tangents;
  std::size_t const parts = tangents ? 2 : 1;
  for (auto *set : {&rows.state, &rows.adjoint}) {
    if (set->size() <= depth) set->resize(depth + 1);
    for (std::size_t l = 0; l <= depth; ++l) grow((*set)[l], parts * count * width(l));
  }
  for (auto *set : {&rows.by_z, &rows.z_dot, &rows.slope, &rows.bend, &rows.plain})
    if (set->size() < depth) set->resize(depth);
  for (std::size_t l = 0; l < depth; ++l) {
    std::size_t const size = count * width(l + 1);
    for (auto *set : {&rows.slope, &rows.bend}) grow((*set)[l], size);
    if (tangents) grow(rows.z_dot[l], size);
    grow(rows.by_z[l], parts * size);
    if (layers_[l].has_timestep) grow(rows.plain[l], 2 * size);
  }
}

template <class Real> Real *DualNet<Real>::value(Rows &rows, std::size_t index) const
{
  return rows.state[index].data();
}

template <class Real> Real *DualNet<Real>::dot(Rows &rows, std::size_t index) const
{
  return rows.state[index].data() + rows.count * width(index);
}

template <class Real> Real *DualNet<Real>::by_value(Rows &rows, std::size_t index) const
{
  return rows.adjoint[index].data();
}

template <class Real> Real *DualNet<Real>::by_dot(Rows &rows, std::size_t index) const
{
  return rows.adjoint[index].data() + rows.count * width(index);
}

// From z to y and its derivatives.
template <class Real>
void DualNet<Real>::activate(const Layer &layer, std::size_t l, Rows &rows, std::size_t begin,
                             std::size_t end) const
{
  std::size_t const out = begin * layer.outputs;
  Real *const plain = layer.timestep ? rows.plain[l].data() + out : nullptr;
  CurveBuffers<Real> const to = {value(rows, l + 1) + out, rows.slope[l].data() + out,
                                 rows.bend[l].data() + out, plain,
                                 plain ? plain + rows.count * layer.outputs : nullptr};
  auto const count = static_cast<int>(end - begin);
  activate_rows(layer.activation, count, layer.outputs, layer.bias, layer.timestep, to);
  skip_forward(layer.inputs, layer.skips, count, value(rows, l) + begin * layer.inputs, to.y);
}

template <class Real>
void DualNet<Real>::forward(Rows &rows, std::size_t begin, std::size_t end) const
{
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer &layer = layers_[l];
    multiply(layer, static_cast<int>(end - begin), value(rows, l) + begin * layer.inputs,
             value(rows, l + 1) + begin * layer.outputs);
    activate(layer, l, rows, begin, end);
  }
}

template <class Real>
void DualNet<Real>::backward(Rows &rows, std::size_t begin, std::size_t end) const
{
  auto const count = static_cast<int>(end - begin);
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const Layer &layer = layers_[l];
    std::size_t const out = begin * layer.outputs;
    const Real *const by_out = by_dot(rows, l + 1) + out;
    Real *const by_in = by_dot(rows, l) + begin * layer.inputs;
    Real *const by_z = rows.by_z[l].data() + rows.count * layer.outputs + out;
    multiply_each(static_cast<std::size_t>(count) * layer.outputs, by_out,
                  rows.slope[l].data() + out, by_z);
    multiply_back(layer, count, by_z, by_in);
    skip_back(layer.inputs, layer.skips, count, by_out, by_in);
  }
}

template <class Real>
void DualNet<Real>::tangent(Rows &rows, std::size_t begin, std::size_t end) const
{
  auto const count = static_cast<int>(end - begin);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer &layer = layers_[l];
    std::size_t const out = begin * layer.outputs;
    const Real *const x_dot = dot(rows, l) + begin * layer.inputs;
    Real *const z_dot = rows.z_dot[l].data() + out;
    Real *const y_dot = dot(rows, l + 1) + out;
    multiply(layer, count, x_dot, z_dot);
    multiply_each(static_cast<std::size_t>(count) * layer.outputs, z_dot,
                  rows.slope[l].data() + out, y_dot);
    skip_forward(layer.inputs, layer.skips, count, x_dot, y_dot);
  }
}

template <class Real>
void DualNet<Real>::adjoint(Rows &rows, std::size_t begin, std::size_t end) const
{
  auto const count = static_cast<int>(end - begin);
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const Layer &layer = layers_[l];
    std::size_t const out = begin * layer.outputs;
    const Real *const by_out = by_value(rows, l + 1) + out;
    Real *const by_in = by_value(rows, l) + begin * layer.inputs;
    Real *const by_z = rows.by_z[l].data() + out;
    bend_back(static_cast<std::size_t>(count) * layer.outputs, by_out, rows.slope[l].data() + out,
              by_dot(rows, l + 1) + out, rows.bend[l].data() + out, rows.z_dot[l].data() + out,
              by_z);
    multiply_back(layer, count, by_z, by_in);
    skip_back(layer.inputs, layer.skips, count, by_out, by_in);
  }
}

template <class Real>
void DualNet<Real>::plain_adjoint(Rows &rows, std::size_t begin, std::size_t end) const
{
  auto const count = static_cast<int>(end - begin);
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const Layer &layer = layers_[l];
    std::size_t const out = begin * layer.outputs;
    const Real *const by_out = by_value(rows, l + 1) + out;
    Real *const by_z = rows.by_z[l].data() + out;
    multiply_each(static_cast<std::size_t>(count) * layer.outputs, by_out,
                  rows.slope[l].data() + out, by_z);
    if (l == 0) break;
    Real *const by_in = by_value(rows, l) + begin * layer.inputs;
    multiply_back(layer, count, by_z, by_in);
    skip_back(layer.inputs, layer.skips, count, by_out, by_in);
  }
}

template <class Real> void DualNet<Real>::forward_both(Rows &rows) const
{
  auto const count = static_cast<int>(rows.count);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer &layer = layers_[l];
    std::size_t const size = rows.count * layer.outputs;
    blas::multiply(2 * count, layer.inputs, layer.outputs, value(rows, l), layer.weight,
                   value(rows, l + 1));
    activate(layer, l, rows, 0, rows.count);
    Real *const y_dot = dot(rows, l + 1);
    std::copy_n(y_dot, size, rows.z_dot[l].data());
    multiply_each(size, rows.z_dot[l].data(), rows.slope[l].data(), y_dot);
    skip_forward(layer.inputs, layer.skips, count, dot(rows, l), y_dot);
  }
}

template <class Real> void DualNet<Real>::backward_both(Rows &rows) const
{
  auto const count = static_cast<int>(rows.count);
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const Layer &layer = layers_[l];
    std::size_t const size = rows.count * layer.outputs;
    Real *const by_z = rows.by_z[l].data();
    bend_back(size, by_value(rows, l + 1), rows.slope[l].data(), by_dot(rows, l + 1),
              rows.bend[l].data(), rows.z_dot[l].data(), by_z);
    multiply_each(size, by_dot(rows, l + 1), rows.slope[l].data(), by_z + size);
    if (l == 0) break;
    blas::multiply_transposed(2 * count, layer.outputs, layer.inputs, by_z, layer.weight,
                              by_value(rows, l));
    skip_back(layer.inputs, layer.skips, 2 * count, by_value(rows, l + 1), by_value(rows, l));
  }
}

template <class Real>
typename DualNet<Real>::Numbers DualNet<Real>::weights(std::size_t l, int first, int last) const
{
  auto const outputs = static_cast<std::size_t>(layers_[l].outputs);
  return {layers_[l].place + first * outputs, layers_[l].place + last * outputs};
}

template <class Real> typename DualNet<Real>::Numbers DualNet<Real>::rest(std::size_t l) const
{
  const Layer &layer = layers_[l];
  std::size_t const begin = weights(l, 0, layer.inputs).end;
  return {begin, begin + static_cast<std::size_t>(layer.outputs) * (layer.has_timestep ? 2 : 1)};
}

template <class Real>
void DualNet<Real>::weight_gradient(const Rows &rows, std::size_t l, int first, int last, bool add,
                                    Real *gradient) const
{
  const Layer &layer = layers_[l];
  auto const count = static_cast<int>(rows.count);
  // x^T dP/dz + x'^T dP/dz'
  blas::multiply_first_transposed(last - first, rows.tangents ? 2 * count : count, layer.outputs,
                                  rows.state[l].data() + first, layer.inputs, rows.by_z[l].data(),
                                  add, gradient);
}

template <class Real>
void DualNet<Real>::rest_gradient(const Rows &rows, std::size_t l, bool add, Real *gradient) const
{
  const Layer &layer = layers_[l];
  auto const count = static_cast<int>(rows.count);
  auto const outputs = static_cast<std::size_t>(layer.outputs);
  if (!add) std::fill_n(gradient, outputs * (layer.has_timestep ? 2 : 1), Real(0));
  add_rows(count, layer.outputs, rows.by_z[l].data(), gradient);
  if (!layer.has_timestep) return;
  Real *const timestep = gradient + outputs;
  add_row_products(count, layer.outputs, rows.adjoint[l + 1].data(), rows.plain[l].data(),
                   timestep);
  if (!rows.tangents) return;
  // y' = timestep a'(z) z'
  std::size_t const size = rows.count * outputs;
  for (std::size_t k = 0; k < size; ++k)
    timestep[k % outputs] +=
        rows.adjoint[l + 1][size + k] * rows.plain[l][size + k] * rows.z_dot[l][k];
}

template <class Real> void DualNet<Real>::gradient(const Rows &rows, bool add, Real *gradient) const
{
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    int const inputs = layers_[l].inputs;
    weight_gradient(rows, l, 0, inputs, add, gradient + weights(l, 0, inputs).begin);
    rest_gradient(rows, l, add, gradient + rest(l).begin);
  }
}

template class DualNet<double>;
template class DualNet<float>;

}    // namespace lbs::deepsea
