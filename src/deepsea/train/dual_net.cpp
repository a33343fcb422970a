// SPDX-License-Identifier: GPL-2.0-only
#include "dual_loops.hpp"

#include "dual_net.hpp"

#include "linalg/blas.hpp"

#include <algorithm>

namespace lbs::deepsea {

std::size_t parameter_count(const DenseNet &net)
{
  std::size_t count = 0;
  for (const DenseLayer &layer : net)
    count += layer.weight.size() + layer.bias.size() + layer.timestep.size();
  return count;
}

template <class Real> DualNet<Real>::DualNet(const DenseNet &net)
{
  std::vector<double> numbers;
  for (const DenseLayer &layer : net) {
    Layer made{};
    made.inputs = layer.inputs;
    made.outputs = layer.outputs;
    made.skips = layer.skips();
    made.activation = layer.activation;
    made.place = numbers.size();
    made.has_timestep = !layer.timestep.empty();
    for (const auto *part : {&layer.weight, &layer.bias, &layer.timestep})
      numbers.insert(numbers.end(), part->begin(), part->end());
    layers_.push_back(std::move(made));
  }
  parameters_ = numbers.size();
  set(numbers.data());
}

template <class Real> void DualNet<Real>::set(const double *parameters)
{
  for (Layer &layer : layers_) {
    const double *from = parameters + layer.place;
    const auto take = [&](AlignedVector<Real> &to, std::size_t count) {
      to.assign(from, from + count);
      from += count;
    };
    auto const outputs = static_cast<std::size_t>(layer.outputs);
    take(layer.weight, layer.inputs * outputs);
    take(layer.bias, outputs);
    if (layer.has_timestep) take(layer.timestep, outputs);
  }
}

template <class Real> std::size_t DualNet<Real>::Rows::memory_usage() const
{
  std::size_t numbers = 0;
  for (const auto *set : {&value, &dot, &by_dot, &by_value, &slope, &bend, &plain, &plain_slope,
                          &z_dot, &by_z_dot, &by_z})
    for (const auto &buffer : *set) numbers += buffer.capacity();
  return numbers * sizeof(Real);
}

template <class Real> void DualNet<Real>::fit(Rows &rows, std::size_t count) const
{
  const auto grow_all = [&](std::vector<AlignedVector<Real>> &set, std::size_t place, int width) {
    if (set.size() <= place) set.resize(place + 1);
    grow(set[place], count * static_cast<std::size_t>(width));
  };
  for (std::size_t l = 0; l <= layers_.size(); ++l) {
    int const width = l == 0 ? layers_[0].inputs : layers_[l - 1].outputs;
    for (auto *set : {&rows.value, &rows.dot, &rows.by_dot, &rows.by_value})
      grow_all(*set, l, width);
  }
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    for (auto *set : {&rows.slope, &rows.bend, &rows.z_dot, &rows.by_z_dot, &rows.by_z})
      grow_all(*set, l, layers_[l].outputs);
    for (auto *set : {&rows.plain, &rows.plain_slope})
      grow_all(*set, l, layers_[l].has_timestep ? layers_[l].outputs : 0);
  }
}

template <class Real>
void DualNet<Real>::forward(Rows &rows, std::size_t begin, std::size_t end) const
{
  auto const count = static_cast<int>(end - begin);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer &layer = layers_[l];
    std::size_t const in = begin * layer.inputs;
    std::size_t const out = begin * layer.outputs;
    Real *const y = rows.value[l + 1].data() + out;
    blas::multiply(count, layer.inputs, layer.outputs, rows.value[l].data() + in,
                   layer.weight.data(), y);
    CurveBuffers<Real> const to = {y, rows.slope[l].data() + out, rows.bend[l].data() + out,
                                   layer.has_timestep ? rows.plain[l].data() + out : nullptr,
                                   layer.has_timestep ? rows.plain_slope[l].data() + out : nullptr};
    activate_rows(layer.activation, count, layer.outputs, layer.bias.data(),
                  layer.has_timestep ? layer.timestep.data() : nullptr, to);
    skip_forward(layer.inputs, layer.skips, count, rows.value[l].data() + in, y);
  }
}

template <class Real>
void DualNet<Real>::backward(Rows &rows, std::size_t begin, std::size_t end) const
{
  auto const count = static_cast<int>(end - begin);
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const Layer &layer = layers_[l];
    std::size_t const in = begin * layer.inputs;
    std::size_t const out = begin * layer.outputs;
    const Real *const by_out = rows.by_dot[l + 1].data() + out;
    Real *const by_in = rows.by_dot[l].data() + in;
    Real *const by_z = rows.by_z_dot[l].data() + out;
    multiply_each(static_cast<std::size_t>(count) * layer.outputs, by_out,
                  rows.slope[l].data() + out, by_z);
    blas::multiply_transposed(count, layer.outputs, layer.inputs, by_z, layer.weight.data(), by_in);
    skip_back(layer.inputs, layer.skips, count, by_out, by_in);
  }
}

template <class Real>
void DualNet<Real>::tangent(Rows &rows, std::size_t begin, std::size_t end) const
{
  auto const count = static_cast<int>(end - begin);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer &layer = layers_[l];
    std::size_t const in = begin * layer.inputs;
    std::size_t const out = begin * layer.outputs;
    Real *const z_dot = rows.z_dot[l].data() + out;
    Real *const y_dot = rows.dot[l + 1].data() + out;
    blas::multiply(count, layer.inputs, layer.outputs, rows.dot[l].data() + in, layer.weight.data(),
                   z_dot);
    multiply_each(static_cast<std::size_t>(count) * layer.outputs, z_dot,
                  rows.slope[l].data() + out, y_dot);
    skip_forward(layer.inputs, layer.skips, count, rows.dot[l].data() + in, y_dot);
  }
}

template <class Real>
void DualNet<Real>::adjoint(Rows &rows, std::size_t begin, std::size_t end, bool to_input) const
{
  auto const count = static_cast<int>(end - begin);
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const Layer &layer = layers_[l];
    std::size_t const in = begin * layer.inputs;
    std::size_t const out = begin * layer.outputs;
    const Real *const by_out = rows.by_value[l + 1].data() + out;
    Real *const by_z = rows.by_z[l].data() + out;
    bend_back(static_cast<std::size_t>(count) * layer.outputs, by_out, rows.slope[l].data() + out,
              rows.by_dot[l + 1].data() + out, rows.bend[l].data() + out,
              rows.z_dot[l].data() + out, by_z);
    if (l == 0 && !to_input) break;
    Real *const by_in = rows.by_value[l].data() + in;
    blas::multiply_transposed(count, layer.outputs, layer.inputs, by_z, layer.weight.data(), by_in);
    skip_back(layer.inputs, layer.skips, count, by_out, by_in);
  }
}

template <class Real>
void DualNet<Real>::gradient(const Rows &rows, std::size_t begin, std::size_t end, std::size_t l,
                             int first, int last, bool add, Real *gradient) const
{
  const Layer &layer = layers_[l];
  auto const count = static_cast<int>(end - begin);
  auto const outputs = static_cast<std::size_t>(layer.outputs);
  std::size_t const in = begin * layer.inputs + first;
  std::size_t const out = begin * outputs;
  Real *const weight = gradient + layer.place;
  Real *const part = weight + first * outputs;
  // W = x^T dP/dz + x'^T dP/dz'
  blas::multiply_first_transposed(last - first, count, layer.outputs, rows.value[l].data() + in,
                                  layer.inputs, rows.by_z[l].data() + out, add, part);
  blas::multiply_first_transposed(last - first, count, layer.outputs, rows.dot[l].data() + in,
                                  layer.inputs, rows.by_z_dot[l].data() + out, true, part);
  if (first > 0) return;
  Real *const bias = weight + layer.inputs * outputs;
  if (!add) std::fill_n(bias, outputs * (layer.has_timestep ? 2 : 1), Real(0));
  add_rows(count, layer.outputs, rows.by_z[l].data() + out, bias);
  if (!layer.has_timestep) return;
  Real *const timestep = bias + outputs;
  add_row_products(count, layer.outputs, rows.by_value[l + 1].data() + out,
                   rows.plain[l].data() + out, timestep);
  // y' = timestep a'(z) z'
  for (std::size_t k = out; k < out + count * outputs; ++k)
    timestep[k % outputs] += rows.by_dot[l + 1][k] * rows.plain_slope[l][k] * rows.z_dot[l][k];
}

template class DualNet<double>;
template class DualNet<float>;

}    // namespace lbs::deepsea
