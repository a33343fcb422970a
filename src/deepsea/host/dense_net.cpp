// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/model/activation_loops.hpp"

#include "dense_net.hpp"

#include <algorithm>

namespace lbs::deepsea {

namespace {

// Rows of the input at a time if it is not needed as a whole: whole groups. Those of a batch fill a
// tenth of a second-level cache of 1 MB.
constexpr int MOST_ROWS = 8 * ROW_GROUP;

template <class Real> constexpr std::size_t pack_size(int rows)
{
  return static_cast<std::size_t>(whole_groups(rows)) * LANES<Real>;
}

// y = x W becomes the layer's output, d its derivative by x W; by groups of rows, which stay in the
// cache from one loop to the next.
template <int, class Real>
LBS_ALWAYS_INLINE void finish_layer_with(const HiddenLayer<Real> &layer, int packs, const Real *x,
                                         Real *y, Real *d)
{
  constexpr int LANE = LANES<Real>;
  int const rows = whole_groups(layer.outputs);
  for (int pack = 0; pack < packs; ++pack)
    for (int first = 0; first < rows; first += ROW_GROUP) {
      for (int o = 0; o < ROW_GROUP; ++o)
        for (int lane = 0; lane < LANE; ++lane) y[o * LANE + lane] += layer.bias[first + o];
      activate_any(layer.activation, ROW_GROUP * LANE, y, d);
      for (int o = 0; o < ROW_GROUP && !layer.timestep.empty(); ++o)
        for (int lane = 0; lane < LANE; ++lane) {
          y[o * LANE + lane] *= layer.timestep[first + o];
          d[o * LANE + lane] *= layer.timestep[first + o];
        }
      int const skipped = layer.skips > 0 ? std::min(ROW_GROUP, layer.outputs - first) : 0;
      for (int o = 0; o < skipped; ++o) {
        const Real *const from =
            x + pack * pack_size<Real>(layer.inputs) + (first + o) % layer.inputs * LANE;
        for (int lane = 0; lane < LANE; ++lane) y[o * LANE + lane] += from[lane];
      }
      y += ROW_GROUP * LANE;
      d += ROW_GROUP * LANE;
    }
}

// From the gradient by a layer's output to that by x W, in d, and to what goes past the layer to
// its input, in `next`. That may be the gradient itself where the widths are equal.
template <int, class Real>
LBS_ALWAYS_INLINE void back_through_with(const HiddenLayer<Real> &layer, int packs,
                                         const Real *gradient, Real *d, Real *next)
{
  std::size_t const size = pack_size<Real>(layer.outputs);
  std::size_t const copied = static_cast<std::size_t>(layer.inputs) * LANES<Real>;
  for (int pack = 0; pack < packs; ++pack, gradient += size, d += size) {
    for (std::size_t i = 0; i < size; ++i) d[i] *= gradient[i];
    if (layer.skips == 0) continue;
    Real *const to = next + pack * pack_size<Real>(layer.inputs);
    if (to == gradient) continue;
    for (std::size_t k = 0; k < copied; ++k)
      to[k] = layer.skips == 1 ? gradient[k] : gradient[k] + gradient[copied + k];
  }
}

// The net's values from the output x of the last hidden layer, and their gradients by it.
template <int, class Real>
LBS_ALWAYS_INLINE void last_layer_with(const LastLayer<Real> &layer, int packs, const Real *x,
                                       double *value, Real *gradient)
{
  constexpr int LANE = LANES<Real>;
  auto const inputs = layer.weight.size();
  for (int pack = 0; pack < packs; ++pack) {
    double sum[LANE];
    Real slope[LANE];
    for (int lane = 0; lane < LANE; ++lane) sum[lane] = layer.bias;
    for (std::size_t k = 0; k < inputs; ++k)
      for (int lane = 0; lane < LANE; ++lane)
        sum[lane] += static_cast<double>(x[k * LANE + lane]) * layer.weight[k];
    for (int lane = 0; lane < LANE; ++lane) {
      Slope<double> const last = activate(layer.activation, sum[lane]);
      value[lane] = last.value;
      slope[lane] = static_cast<Real>(last.derivative);
    }
    for (std::size_t k = 0; k < inputs; ++k)
      for (int lane = 0; lane < LANE; ++lane)
        gradient[k * LANE + lane] = slope[lane] * layer.weight[k];
    x += pack_size<Real>(static_cast<int>(inputs));
    gradient += pack_size<Real>(static_cast<int>(inputs));
    value += LANE;
  }
}

// clang-format off
LBS_MACHINES(finish_layer, in_double,
             (const HiddenLayer<double> &layer, int packs, const double *x, double *y,
              double *d),
             (layer, packs, x, y, d))
LBS_MACHINES(back_through, in_double,
             (const HiddenLayer<double> &layer, int packs, const double *gradient, double *d,
              double *next),
             (layer, packs, gradient, d, next))
LBS_MACHINES(last_layer, in_double,
             (const LastLayer<double> &layer, int packs, const double *x, double *value,
              double *gradient),
             (layer, packs, x, value, gradient))
LBS_MACHINES(finish_layer, in_float,
             (const HiddenLayer<float> &layer, int packs, const float *x, float *y,
              float *d),
             (layer, packs, x, y, d))
LBS_MACHINES(back_through, in_float,
             (const HiddenLayer<float> &layer, int packs, const float *gradient, float *d,
              float *next),
             (layer, packs, gradient, d, next))
LBS_MACHINES(last_layer, in_float,
             (const LastLayer<float> &layer, int packs, const float *x, double *value,
              float *gradient),
             (layer, packs, x, value, gradient))
// clang-format on

}    // namespace

template <class Real> ScalarNet<Real>::ScalarNet(const DenseNet &net)
{
  for (auto layer = net.begin(); layer != net.end() - 1; ++layer) {
    std::vector<Real> const weight(layer->weight.begin(), layer->weight.end());
    hidden_.push_back({layer->inputs,
                       layer->outputs,
                       layer->skips(),
                       layer->activation,
                       {},
                       std::vector<Real>(layer->bias.begin(), layer->bias.end()),
                       std::vector<Real>(layer->timestep.begin(), layer->timestep.end())});
    HiddenLayer<Real> &hidden = hidden_.back();
    hidden.bias.resize(whole_groups(layer->outputs));
    if (!layer->timestep.empty()) hidden.timestep.resize(whole_groups(layer->outputs));
    hidden.weight = PackedMatrix<Real>(layer->inputs, layer->outputs, weight.data());
  }
  const DenseLayer &last = net.back();
  last_ = {std::vector<Real>(last.weight.begin(), last.weight.end()), last.bias.front(),
           last.activation};
  inputs_ = net.front().inputs;
  bool const at_once = hidden_.empty() || hidden_.front().skips > 0;
  block_ = at_once ? inputs_ : std::min(inputs_, MOST_ROWS);
}

template <class Real> std::size_t ScalarNet<Real>::memory_usage() const
{
  std::size_t bytes = 0;
  for (const auto &layer : hidden_) bytes += layer.weight.memory_usage();
  return bytes;
}

template <class Real> std::size_t ScalarNet<Real>::Workspace::memory_usage() const
{
  std::size_t numbers = input.capacity() + passing[0].capacity() + passing[1].capacity();
  for (const auto &layer : derivative) numbers += layer.capacity();
  return numbers * sizeof(Real);
}

template <class Real> void ScalarNet<Real>::start(int packs, Workspace &work) const
{
  int widest = 0;
  work.derivative.resize(hidden_.size());
  for (std::size_t l = 0; l < hidden_.size(); ++l) {
    widest = std::max(widest, hidden_[l].outputs);
    grow(work.derivative[l], packs * pack_size<Real>(hidden_[l].outputs));
  }
  grow(work.input, packs * pack_size<Real>(block_));
  for (auto &passing : work.passing) grow(passing, packs * pack_size<Real>(widest));
  work.blocks.clear();
  for (int first = 0; first < inputs_; first += block_)
    work.blocks.push_back(
        {first, std::min(block_, inputs_ - first), work.input.data(), whole_groups(block_)});
}

template <class Real>
void ScalarNet<Real>::multiply(int packs, const RowBlock<Real> &block, Workspace &work) const
{
  if (hidden_.empty()) return;
  hidden_.front().weight.multiply(packs, read_only(block), work.passing[0].data(), block.first > 0);
}

template <class Real> void ScalarNet<Real>::forward(int packs, double *value, Workspace &work) const
{
  const Real *x = work.input.data();
  for (std::size_t l = 0; l < hidden_.size(); ++l) {
    const HiddenLayer<Real> &layer = hidden_[l];
    Real *const y = work.passing[l % 2].data();
    if (l > 0)
      layer.weight.multiply(packs, {0, layer.inputs, x, whole_groups(layer.inputs)}, y, false);
    finish_layer(layer, packs, x, y, work.derivative[l].data());
    x = y;
  }
  AlignedVector<Real> &gradient = hidden_.empty() ? work.input : work.passing[hidden_.size() % 2];
  last_layer(last_, packs, x, value, gradient.data());
}

template <class Real> void ScalarNet<Real>::backward(int packs, Workspace &work) const
{
  Real *gradient = work.passing[hidden_.size() % 2].data();
  Real *other = work.passing[(hidden_.size() + 1) % 2].data();
  for (std::size_t l = hidden_.size(); l-- > 0;) {
    const HiddenLayer<Real> &layer = hidden_[l];
    Real *const d = work.derivative[l].data();
    // What goes past a layer of equal widths stays where it is.
    Real *const next = l == 0 ? work.input.data() : layer.skips == 1 ? gradient : other;
    back_through(layer, packs, gradient, d, next);
    if (l == 0) return;    // the caller goes on with blocks
    layer.weight.multiply_transposed(packs, d, {0, layer.inputs, next, whole_groups(layer.inputs)},
                                     layer.skips > 0);
    if (next == other) std::swap(gradient, other);
  }
}

template <class Real>
void ScalarNet<Real>::multiply_back(int packs, const RowBlock<Real> &block, Workspace &work) const
{
  if (hidden_.empty()) return;
  const HiddenLayer<Real> &first = hidden_.front();
  first.weight.multiply_transposed(packs, work.derivative[0].data(), block, first.skips > 0);
}

template class ScalarNet<double>;
template class ScalarNet<float>;

}    // namespace lbs::deepsea
