// SPDX-License-Identifier: GPL-2.0-only
// The layers of the fitting nets between their matrix products. A team has a center; one launch is
// for a layer of all types. Types with fewer layers have nothing to do in the last ones.
#pragma once

#include "chunk.hpp"

namespace lbs::deepsea::device {

template <class Real, class Space> struct NetSlices {
  ModelSlices<Space> model;
  CenterSlices<Space> centers;
  Slice<const LayerRecord, Space> layers;
  Slice<const Real, Space> weights;

  [[nodiscard]] KOKKOS_INLINE_FUNCTION int type_of(int center) const
  {
    return centers.atoms(centers.atom(center)).type;
  }
};

// Where a layer's derivatives begin in their buffer, of a segment.
KOKKOS_INLINE_FUNCTION std::int64_t derivatives_of_layer(const Segment &segment,
                                                         const CenterRecord &record, int layer,
                                                         const LayerRecord *layers)
{
  std::int64_t place = segment.derivative;
  for (int l = 0; l < layer; ++l)
    place += std::int64_t{segment.count} * layers[record.first_layer + l].outputs;
  return place;
}

// A layer of one center: its numbers.
template <class Real> struct LayerPlace {
  const LayerRecord *layer;    // null: this type has no such layer
  const Real *weights;
  std::int64_t input;         // of the center, in the array of inputs
  std::int64_t output;        // in the array of outputs
  std::int64_t derivative;    // in that of derivatives
};

template <class Real, class Space>
KOKKOS_INLINE_FUNCTION LayerPlace<Real> layer_place(const NetSlices<Real, Space> &net, int layer,
                                                    int center)
{
  int const type = net.type_of(center);
  CenterRecord const &record = net.model.centers(type);
  if (layer >= record.layers) return {nullptr, nullptr, 0, 0, 0};
  Segment const &segment = net.centers.chunk.segments(type);
  LayerRecord const &l = net.layers(record.first_layer + layer);
  std::int64_t const c = center - segment.first;
  std::int64_t const input = (layer == 0 ? segment.descriptor : segment.passing) + c * l.inputs;
  return {&l, net.weights.data(), input, segment.passing + c * l.outputs,
          derivatives_of_layer(segment, record, layer, net.layers.data()) + c * l.outputs};
}

// y = x W becomes the layer's output, and its derivatives by x W are kept.
template <class Real, class Space> struct FinishLayer {
  NetSlices<Real, Space> net;
  int layer = 0;
  Slice<const Real, Space> x;
  Slice<Real, Space> y;
  Slice<Real, Space> derivative;

  void launch() const
  {
    if (net.centers.chunk.count > 0)
      launch_kernel("deepsea::FinishLayer", team_each<Space>(net.centers.chunk.count, 0), *this);
  }

  KOKKOS_FUNCTION void operator()(const Team<Space> &team) const
  {
    LayerPlace<Real> const place = layer_place(net, layer, team.league_rank());
    if (place.layer == nullptr) return;
    LayerRecord const &l = *place.layer;
    Kokkos::parallel_for(Kokkos::TeamVectorRange(team, l.outputs), [&](int o) {
      Slope<Real> const a = activate(l.activation, y(place.output + o) + place.weights[l.bias + o]);
      Real const step = l.timestep < 0 ? Real(1) : place.weights[l.timestep + o];
      Real const passed = l.skips > 0 ? x(place.input + o % l.inputs) : Real(0);
      y(place.output + o) = a.value * step + passed;
      derivative(place.derivative + o) = a.derivative * step;
    });
  }
};

// The energies of the centers from the outputs of the last hidden layer, or from the descriptor if
// there is none, and the gradients by these, which take their place.
template <class Real, class Space> struct LastLayer {
  NetSlices<Real, Space> net;
  Slice<Real, Space> descriptor;
  Slice<Real, Space> passing[2];    // outputs of layers with an even number, an odd one
  Slice<double, Space> energy;      // [center]

  void launch() const
  {
    if (net.centers.chunk.count > 0)
      launch_kernel("deepsea::LastLayer", team_each<Space>(net.centers.chunk.count, 0), *this);
  }

  KOKKOS_FUNCTION void operator()(const Team<Space> &team) const
  {
    int const center = team.league_rank();
    int const type = net.type_of(center);
    CenterRecord const &record = net.model.centers(type);
    Segment const &segment = net.centers.chunk.segments(type);
    std::int64_t const c = center - segment.first;
    bool const hidden = record.layers > 0;
    // Not by an index: arguments of kernels that have one are copied to slow memory.
    Slice<Real, Space> const &outputs = record.layers % 2 == 1 ? passing[0] : passing[1];
    Slice<Real, Space> const &x = hidden ? outputs : descriptor;
    std::int64_t const first =
        (hidden ? segment.passing : segment.descriptor) + c * record.last_inputs;
    const Real *const weight = net.weights.data() + record.last_weight;
    double sum = 0.0;
    Kokkos::parallel_reduce(
        Kokkos::TeamVectorRange(team, record.last_inputs),
        [&](int k, double &part) {
          part += static_cast<double>(x(first + k)) * static_cast<double>(weight[k]);
        },
        sum);
    Slope<double> const last = activate(record.last_activation, sum + record.last_bias);
    Kokkos::single(Kokkos::PerTeam(team), [&]() { energy(center) = last.value; });
    auto const slope = static_cast<Real>(last.derivative);
    Kokkos::parallel_for(Kokkos::TeamVectorRange(team, record.last_inputs),
                         [&](int k) { x(first + k) = slope * weight[k]; });
  }
};

// From the gradient by a layer's output to that by x W, in the place of the derivatives, and to
// what goes past the layer to its input, in `next`.
template <class Real, class Space> struct BackThroughLayer {
  NetSlices<Real, Space> net;
  int layer = 0;
  Slice<const Real, Space> gradient;
  Slice<Real, Space> derivative;
  Slice<Real, Space> next;

  void launch() const
  {
    if (net.centers.chunk.count > 0)
      launch_kernel("deepsea::BackThroughLayer", team_each<Space>(net.centers.chunk.count, 0),
                    *this);
  }

  KOKKOS_FUNCTION void operator()(const Team<Space> &team) const
  {
    LayerPlace<Real> const place = layer_place(net, layer, team.league_rank());
    if (place.layer == nullptr) return;
    LayerRecord const &l = *place.layer;
    Kokkos::parallel_for(Kokkos::TeamVectorRange(team, l.outputs), [&](int o) {
      derivative(place.derivative + o) *= gradient(place.output + o);
    });
    if (l.skips == 0) return;
    Kokkos::parallel_for(Kokkos::TeamVectorRange(team, l.inputs), [&](int k) {
      Real passed = gradient(place.output + k);
      if (l.skips == 2) passed += gradient(place.output + l.inputs + k);
      next(place.input + k) = passed;
    });
  }
};

}    // namespace lbs::deepsea::device
