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

template <class Real> std::vector<Real> steps_of(const DenseLayer &layer)
{
  if (layer.timestep.empty()) return std::vector<Real>(layer.outputs, Real(1));
  return std::vector<Real>(layer.timestep.begin(), layer.timestep.end());
}

template <Activation A> using Choice = std::integral_constant<Activation, A>;

// Rows of z = x W become y = a(z + bias) * step and d = a'(z + bias) * step; one loop for each
// activation, so that it becomes vector code.
template <Activation A, class Real>
LBS_ALWAYS_INLINE void activate_rows(int rows, int width, std::size_t stride, const Real *bias,
                                     const Real *step, Real *y, Real *d)
{
  for (int row = 0; row < rows; ++row, y += stride, d += stride) {
#pragma omp simd
    for (int o = 0; o < width; ++o) {
      Slope<Real> const a = activate(A, y[o] + bias[o]);
      y[o] = a.value * step[o];
      d[o] = a.derivative * step[o];
    }
  }
}

template <class Real>
LBS_ALWAYS_INLINE void activate_any(Activation activation, int rows, int width, std::size_t stride,
                                    const Real *bias, const Real *step, Real *y, Real *d)
{
  const auto with = [&](auto choice) {
    activate_rows<decltype(choice)::value>(rows, width, stride, bias, step, y, d);
  };
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

// clang-format off
LBS_KERNEL activate_batch(Activation activation, int rows, int width, std::size_t stride,
                          const double *bias, const double *step, double *y, double *d)
{ activate_any(activation, rows, width, stride, bias, step, y, d); }
LBS_KERNEL activate_batch(Activation activation, int rows, int width, std::size_t stride,
                          const float *bias, const float *step, float *y, float *d)
{ activate_any(activation, rows, width, stride, bias, step, y, d); }
// clang-format on

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
    auto const step = steps_of<double>(layer);
    activate_batch(layer.activation, rows, layer.outputs, width, layer.bias.data(), step.data(),
                   result.value.data(), derivative.data());
    int const skips = skips_of(layer);
    for (std::size_t i = 0; i < size; ++i) {
      result.slope[i] *= derivative[i];
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
                       PackedMatrix<Real>(layer->inputs, layer->outputs, weight.data(), false),
                       PackedMatrix<Real>(layer->outputs, layer->inputs, weight.data(), true),
                       std::vector<Real>(layer->bias.begin(), layer->bias.end()),
                       steps_of<Real>(*layer)});
  }
  const DenseLayer &last = net.back();
  last_weight_.assign(last.weight.begin(), last.weight.end());
  last_bias_ = last.bias.front();
  last_activation_ = last.activation;
  input_stride_ = hidden_.empty() ? last.inputs : hidden_.front().backward.stride();
}

template <class Real> std::size_t ScalarNet<Real>::memory_usage() const
{
  std::size_t bytes = 0;
  for (const auto &layer : hidden_)
    bytes += layer.forward.memory_usage() + layer.backward.memory_usage();
  return bytes;
}

template <class Real>
void ScalarNet<Real>::through(const Layer &layer, int rows, const Real *x, int stride, Real *y,
                              Real *d) const
{
  layer.forward.multiply(rows, x, stride, y, false);
  auto const out_stride = static_cast<std::size_t>(layer.forward.stride());
  activate_batch(layer.activation, rows, layer.outputs, out_stride, layer.bias.data(),
                 layer.timestep.data(), y, d);
  for (int row = 0; row < rows; ++row)
    for (int copy = 0; copy < layer.skips; ++copy) {
      Real *const to = y + row * out_stride + copy * layer.inputs;
      const Real *const from = x + static_cast<std::size_t>(row) * stride;
      for (int k = 0; k < layer.inputs; ++k) to[k] += from[k];
    }
}

// `gradient` is by the layer's output; `out`, by its input, may be the same memory.
template <class Real>
void ScalarNet<Real>::back_through(const Layer &layer, int rows, Real *gradient, Real *d,
                                   Real *out) const
{
  auto const stride = static_cast<std::size_t>(layer.forward.stride());
  for (std::size_t i = 0; i < stride * rows; ++i) d[i] *= gradient[i];
  // What goes past the layer; in place, because it is read from no earlier than it is written to.
  auto const in_stride = static_cast<std::size_t>(layer.backward.stride());
  for (int row = 0; row < rows && layer.skips > 0; ++row)
    for (int k = 0; k < layer.inputs; ++k) {
      const Real *const from = gradient + row * stride + k;
      out[row * in_stride + k] = layer.skips == 1 ? from[0] : from[0] + from[layer.inputs];
    }
  layer.backward.multiply(rows, d, static_cast<int>(stride), out, layer.skips > 0);
}

template <class Real>
void ScalarNet<Real>::evaluate(int rows, Real *in, double *value, Workspace &work) const
{
  std::size_t const depth = hidden_.size();
  auto const room = static_cast<std::size_t>(whole_groups(rows));
  work.output.resize(depth);
  work.derivative.resize(depth);
  const Real *x = in;
  int stride = input_stride_;
  std::size_t widest = stride;
  for (std::size_t l = 0; l < depth; ++l) {
    int const out_stride = hidden_[l].forward.stride();
    widest = std::max(widest, static_cast<std::size_t>(out_stride));
    grow(work.output[l], room * out_stride);
    grow(work.derivative[l], room * out_stride);
    through(hidden_[l], rows, x, stride, work.output[l].data(), work.derivative[l].data());
    x = work.output[l].data();
    stride = out_stride;
  }

  grow(work.gradient, room * widest);
  Real *gradient = depth > 0 ? work.gradient.data() : in;
  auto const inputs = last_weight_.size();
  for (int row = 0; row < rows; ++row) {
    const Real *const x_row = x + static_cast<std::size_t>(row) * stride;
    double sum = last_bias_;
    for (std::size_t k = 0; k < inputs; ++k) sum += static_cast<double>(x_row[k]) * last_weight_[k];
    Slope<double> const last = activate(last_activation_, sum);
    value[row] = last.value;
    for (std::size_t k = 0; k < inputs; ++k)
      gradient[static_cast<std::size_t>(row) * stride + k] =
          static_cast<Real>(last.derivative) * last_weight_[k];
  }
  for (std::size_t l = depth; l-- > 0;)
    back_through(hidden_[l], rows, gradient, work.derivative[l].data(), l > 0 ? gradient : in);
}

template class ScalarNet<double>;
template class ScalarNet<float>;

}    // namespace lbs::deepsea
