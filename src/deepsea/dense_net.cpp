#include "../support/vector_math.hpp"

#include "dense_net.hpp"

#include "../support/blas.hpp"
#include "../support/simd.hpp"

#include <algorithm>
#include <type_traits>

namespace lbs::deepsea {

namespace {

int skips_of(const DenseLayer &layer)
{
  if (!layer.skip) return 0;
  return layer.outputs == layer.inputs ? 1 : layer.outputs == 2 * layer.inputs ? 2 : 0;
}

template <Activation A> using Choice = std::integral_constant<Activation, A>;

// Numbers z become y = a(z), and d = a'(z); one loop for each activation, so that it becomes
// vector code.
template <Activation A, class Real>
LBS_ALWAYS_INLINE void activate_each(std::size_t count, Real *y, Real *d)
{
#pragma omp simd
  for (std::size_t i = 0; i < count; ++i) {
    Slope<Real> const a = activate(A, y[i]);
    y[i] = a.value;
    d[i] = a.derivative;
  }
}

template <class Real>
LBS_ALWAYS_INLINE void activate_any(Activation activation, std::size_t count, Real *y, Real *d)
{
  const auto with = [&](auto choice) { activate_each<decltype(choice)::value>(count, y, d); };
  switch (activation) {
    case Activation::LINEAR: return with(Choice<Activation::LINEAR>());
    case Activation::TANH: return with(Choice<Activation::TANH>());
    case Activation::GELU: return with(Choice<Activation::GELU>());
    case Activation::RELU: return with(Choice<Activation::RELU>());
    case Activation::RELU6: return with(Choice<Activation::RELU6>());
    case Activation::SOFTPLUS: return with(Choice<Activation::SOFTPLUS>());
    case Activation::SIGMOID: return with(Choice<Activation::SIGMOID>());
    case Activation::SILU: return with(Choice<Activation::SILU>());
  }
}

// Rows of the input at a time, if it is not needed as a whole: of whole groups; those of a batch
// and the matrix's share fill half of a second-level cache of 1 MB.
constexpr int MOST_ROWS = 10 * ROW_GROUP;

template <class Real> constexpr std::size_t pack_size(int rows)
{
  return static_cast<std::size_t>(whole_groups(rows)) * LANES<Real>;
}

// Loops over packs do all that is to be done to one while it is in the cache.

// Rows of y become the layer's biases, to which x W is added.
template <class Real>
LBS_ALWAYS_INLINE void begin_any(const HiddenLayer<Real> &layer, int packs, Real *y)
{
  for (int pack = 0; pack < packs; ++pack)
    for (std::size_t o = 0; o < layer.bias.size(); ++o, y += LANES<Real>)
      for (int lane = 0; lane < LANES<Real>; ++lane) y[lane] = layer.bias[o];
}

// y = x W + b becomes the layer's output, d what gradients by it are multiplied by on the way back.
template <class Real>
LBS_ALWAYS_INLINE void finish_any(const HiddenLayer<Real> &layer, int packs, const Real *x, Real *y,
                                  Real *d)
{
  std::size_t const size = pack_size<Real>(layer.outputs);
  std::size_t const copied = static_cast<std::size_t>(layer.inputs) * LANES<Real>;
  for (int pack = 0; pack < packs; ++pack) {
    activate_any(layer.activation, size, y, d);
    for (std::size_t o = 0; o < layer.timestep.size(); ++o)
      for (int lane = 0; lane < LANES<Real>; ++lane) {
        y[o * LANES<Real> + lane] *= layer.timestep[o];
        d[o * LANES<Real> + lane] *= layer.timestep[o];
      }
    for (int copy = 0; copy < layer.skips; ++copy)
      for (std::size_t k = 0; k < copied; ++k) y[copy * copied + k] += x[k];
    x += pack_size<Real>(layer.inputs);
    y += size;
    d += size;
  }
}

// From the gradient by a layer's output to that by x W, in d; and what goes past the layer to its
// input, in `next`.
template <class Real>
LBS_ALWAYS_INLINE void back_any(const HiddenLayer<Real> &layer, int packs, const Real *gradient,
                                Real *d, Real *next)
{
  std::size_t const size = pack_size<Real>(layer.outputs);
  std::size_t const copied = static_cast<std::size_t>(layer.inputs) * LANES<Real>;
  for (int pack = 0; pack < packs; ++pack) {
    for (std::size_t i = 0; i < size; ++i) d[i] *= gradient[i];
    if (layer.skips == 1)
      for (std::size_t k = 0; k < copied; ++k) next[k] = gradient[k];
    if (layer.skips == 2)
      for (std::size_t k = 0; k < copied; ++k) next[k] = gradient[k] + gradient[copied + k];
    gradient += size;
    d += size;
    next += pack_size<Real>(layer.inputs);
  }
}

// The net's values from the output x of the last hidden layer, and their gradients by it.
template <class Real>
LBS_ALWAYS_INLINE void last_any(const LastLayer<Real> &layer, int packs, const Real *x,
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
LBS_KERNEL activate_all(Activation activation, std::size_t count, double *y, double *d)
{ activate_any(activation, count, y, d); }
LBS_KERNEL begin_layer(const HiddenLayer<double> &layer, int packs, double *y)
{ begin_any(layer, packs, y); }
LBS_KERNEL begin_layer(const HiddenLayer<float> &layer, int packs, float *y)
{ begin_any(layer, packs, y); }
LBS_KERNEL finish_layer(const HiddenLayer<double> &layer, int packs, const double *x, double *y,
                        double *d)
{ finish_any(layer, packs, x, y, d); }
LBS_KERNEL finish_layer(const HiddenLayer<float> &layer, int packs, const float *x, float *y,
                        float *d)
{ finish_any(layer, packs, x, y, d); }
LBS_KERNEL back_through(const HiddenLayer<double> &layer, int packs, const double *gradient,
                        double *d, double *next)
{ back_any(layer, packs, gradient, d, next); }
LBS_KERNEL back_through(const HiddenLayer<float> &layer, int packs, const float *gradient,
                        float *d, float *next)
{ back_any(layer, packs, gradient, d, next); }
LBS_KERNEL last_layer(const LastLayer<double> &layer, int packs, const double *x, double *value,
                      double *gradient)
{ last_any(layer, packs, x, value, gradient); }
LBS_KERNEL last_layer(const LastLayer<float> &layer, int packs, const float *x, double *value,
                      float *gradient)
{ last_any(layer, packs, x, value, gradient); }
// clang-format on

template <class Real> RowBlock<const Real> read_only(const RowBlock<Real> &block)
{
  return {block.first, block.count, block.numbers, block.room};
}

template <class Real> void grow(AlignedVector<Real> &buffer, std::size_t size)
{
  if (buffer.size() < size) buffer.resize(size);
}

}    // namespace

void evaluate_embedding(const DenseNet &net, const std::vector<double> &at, NetSlopes &result)
{
  auto const rows = static_cast<int>(at.size());
  std::vector<double> value = at;
  std::vector<double> slope(at.size(), 1.0);
  std::vector<double> derivative;
  for (const DenseLayer &layer : net) {
    auto const width = static_cast<std::size_t>(layer.outputs);
    std::size_t const size = at.size() * width;
    result.value.resize(size);
    result.slope.resize(size);
    derivative.resize(size);
    blas::multiply(rows, layer.inputs, layer.outputs, value.data(), layer.weight.data(),
                   result.value.data());
    blas::multiply(rows, layer.inputs, layer.outputs, slope.data(), layer.weight.data(),
                   result.slope.data());
    for (std::size_t i = 0; i < size; ++i) result.value[i] += layer.bias[i % width];
    activate_all(layer.activation, size, result.value.data(), derivative.data());
    int const skips = skips_of(layer);
    for (std::size_t i = 0; i < size; ++i) {
      double const step = layer.timestep.empty() ? 1.0 : layer.timestep[i % width];
      result.value[i] *= step;
      result.slope[i] *= derivative[i] * step;
      if (skips == 0) continue;
      std::size_t const from = i / width * layer.inputs + i % width % layer.inputs;
      result.value[i] += value[from];
      result.slope[i] += slope[from];
    }
    value = result.value;
    slope = result.slope;
  }
}

template <class Real> ScalarNet<Real>::ScalarNet(const DenseNet &net)
{
  for (auto layer = net.begin(); layer != net.end() - 1; ++layer) {
    std::vector<Real> const weight(layer->weight.begin(), layer->weight.end());
    hidden_.push_back({layer->inputs, layer->outputs, skips_of(*layer), layer->activation,
                       PackedMatrix<Real>(layer->inputs, layer->outputs, weight.data()),
                       std::vector<Real>(layer->bias.begin(), layer->bias.end()),
                       std::vector<Real>(layer->timestep.begin(), layer->timestep.end())});
    hidden_.back().bias.resize(whole_groups(layer->outputs));
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
  std::size_t numbers = input.capacity() + gradient.capacity() + spare.capacity();
  for (const auto &layer : output) numbers += layer.capacity();
  for (const auto &layer : derivative) numbers += layer.capacity();
  return numbers * sizeof(Real);
}

template <class Real>
void ScalarNet<Real>::evaluate(int packs, const Make &make, const Take &take, double *value,
                               Workspace &work) const
{
  std::size_t const depth = hidden_.size();
  int const room = whole_groups(block_);
  work.output.resize(depth);
  work.derivative.resize(depth);
  int widest = inputs_ == block_ ? inputs_ : 0;
  for (std::size_t l = 0; l < depth; ++l) {
    int const width = hidden_[l].outputs;
    widest = std::max(widest, width);
    grow(work.output[l], packs * pack_size<Real>(width));
    grow(work.derivative[l], packs * pack_size<Real>(width));
  }
  grow(work.input, packs * pack_size<Real>(block_));
  grow(work.gradient, packs * pack_size<Real>(widest));
  grow(work.spare, packs * pack_size<Real>(widest));
  Real *const input = work.input.data();
  const auto block_at = [&](int first) {
    return RowBlock<Real>{first, std::min(block_, inputs_ - first), input, room};
  };

  for (std::size_t l = 0; l < depth; ++l) begin_layer(hidden_[l], packs, work.output[l].data());
  for (int first = 0; first < inputs_; first += block_) {
    RowBlock<Real> const block = block_at(first);
    make(block);
    if (depth > 0) hidden_[0].weight.multiply(packs, read_only(block), work.output[0].data());
  }
  const Real *x = input;
  for (std::size_t l = 0; l < depth; ++l) {
    const HiddenLayer<Real> &layer = hidden_[l];
    Real *const y = work.output[l].data();
    if (l > 0) layer.weight.multiply(packs, {0, layer.inputs, x, whole_groups(layer.inputs)}, y);
    finish_layer(layer, packs, x, y, work.derivative[l].data());
    x = y;
  }

  Real *gradient = work.gradient.data();
  Real *next = work.spare.data();
  last_layer(last_, packs, x, value, depth > 0 ? gradient : input);
  for (std::size_t l = depth; l-- > 0;) {
    const HiddenLayer<Real> &layer = hidden_[l];
    Real *const d = work.derivative[l].data();
    back_through(layer, packs, gradient, d, l > 0 ? next : input);
    if (l == 0) break;
    layer.weight.multiply_transposed(packs, d, {0, layer.inputs, next, whole_groups(layer.inputs)},
                                     layer.skips > 0);
    std::swap(gradient, next);
  }
  for (int first = 0; first < inputs_; first += block_) {
    RowBlock<Real> const block = block_at(first);
    if (depth > 0)
      hidden_[0].weight.multiply_transposed(packs, work.derivative[0].data(), block,
                                            hidden_[0].skips > 0);
    take(read_only(block));
  }
}

template class ScalarNet<double>;
template class ScalarNet<float>;

}    // namespace lbs::deepsea
