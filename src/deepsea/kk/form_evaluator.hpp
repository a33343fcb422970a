// SPDX-License-Identifier: GPL-2.0-only
// All kernels of one form of a model, in their order, for a chunk of centers.
#pragma once

#include "chunk.hpp"
#include "chunk_sums.hpp"
#include "descriptors.hpp"
#include "device_model.hpp"
#include "multiply.hpp"
#include "net_layers.hpp"
#include "nets_themselves.hpp"
#include "scatter_forces.hpp"
#include "sum_moments.hpp"

#include <algorithm>
#include <cstddef>

namespace lbs::deepsea::device {

// The numbers of one chunk, for whichever form and chunk is at work.
template <class Real, class Space> struct ChunkBuffers {
  Array<Real, Space> moments, gtr, descriptor, passing[2], derivative;
  Array<double, Space> energy;
  Array<CenterReport, Space> reports;
  Array<CenterSums, Space> sums;

  void fit(const Chunk &chunk)
  {
    make_room(moments, "deepsea:moments", chunk.sizes.moments);
    make_room(gtr, "deepsea:gtr", chunk.sizes.gtr);
    make_room(descriptor, "deepsea:descriptor", chunk.sizes.descriptor);
    make_room(passing[0], "deepsea:passing", chunk.sizes.passing);
    make_room(passing[1], "deepsea:passing", chunk.sizes.passing);
    make_room(derivative, "deepsea:derivative", chunk.sizes.derivative);
    make_room(energy, "deepsea:energy", chunk.count);
    make_room(reports, "deepsea:reports", chunk.count);
    make_room(sums, "deepsea:sums", chunk.count);
  }
  [[nodiscard]] std::size_t memory_usage() const
  {
    return (moments.span() + gtr.span() + descriptor.span() + passing[0].span() +
            passing[1].span() + derivative.span()) *
               sizeof(Real) +
           energy.span() * (sizeof(double) + sizeof(CenterReport) + sizeof(CenterSums));
  }
};

// Rows that a form does not serve.
template <class Space> struct LeftOver {
  Array<int, Space> rows;
  Array<int, Space> count;    // [1]
};

template <class Real, class Space> class FormEvaluator {
 public:
  explicit FormEvaluator(const ModelForm &form) : model_(form), axis_(form.source.axis_neurons) {}

  [[nodiscard]] const DeviceModel<Real, Space> &model() const { return model_; }

  // Launches everything for a chunk; `changed` is that of PackAtoms. Its sums go to the place
  // `number` of `to`.
  void evaluate(const Chunk &chunk, const CenterSlices<Space> &centers,
                const TallySlices<Space> &tally, const ChunkBuffers<Real, Space> &buffers,
                const LeftOver<Space> &left_over, const Slice<const int, Space> &changed,
                const Slice<ChunkSums, Space> &to, int number)
  {
    auto const slices = model_.slices();
    SumMoments<Real, Space>{slices,          centers,        model_.most_rows, buffers.moments,
                            buffers.reports, left_over.rows, left_over.count}
        .launch();
    multiply_splines(chunk, buffers);
    if (!model_.reduces) add_nets(centers, buffers);
    DescriptorSlices<Real, Space> const descriptors = {
        slices, centers, model_.factors, model_.most_channels, buffers.gtr, buffers.descriptor};
    MakeDescriptors<Real, Space>{descriptors}.launch();
    evaluate_nets(chunk, centers, buffers);
    BackThroughDescriptors<Real, Space>{descriptors, model_.first_numbers, axis_}.launch();
    multiply_back_splines(chunk, buffers);
    ScatterForces<Real, Space>{slices,          centers,        model_.most_rows, buffers.moments,
                               buffers.reports, buffers.energy, buffers.sums,     tally}
        .launch();
    if (!model_.reduces)
      ScatterNets<Real, Space>{nets(centers, buffers), buffers.sums, tally}.launch();
    SumCenters<Space>{centers, buffers.reports, buffers.sums, changed}.launch(to, number);
  }

  // The stages between kernels, for evaluate() and for tests.

  // G^T R / N = T C / N
  void multiply_splines(const Chunk &chunk, const ChunkBuffers<Real, Space> &buffers) const
  {
    for (int t = 0; t < model_.types; ++t) {
      const CenterRecord &center = model_.centers[t];
      const Segment &segment = chunk.segments[t];
      multiply_({std::int64_t{4} * segment.count, center.channels, center.rows,
                 buffers.moments.data() + segment.moments, model_.splines.data() + center.splines,
                 false, static_cast<Real>(model_.inverse_neighbors), Real(0),
                 buffers.gtr.data() + segment.gtr});
    }
  }

  // What has no table. The reduced form leaves such centers over.
  void add_nets(const CenterSlices<Space> &centers, const ChunkBuffers<Real, Space> &buffers) const
  {
    AddNets<Real, Space>{nets(centers, buffers), model_.padding_values}.launch();
  }

  // Q = P C^T / N
  void multiply_back_splines(const Chunk &chunk, const ChunkBuffers<Real, Space> &buffers) const
  {
    for (int t = 0; t < model_.types; ++t) {
      const CenterRecord &center = model_.centers[t];
      const Segment &segment = chunk.segments[t];
      multiply_({std::int64_t{4} * segment.count, center.rows, center.channels,
                 buffers.gtr.data() + segment.gtr, model_.splines_back.data() + center.splines,
                 true, static_cast<Real>(model_.inverse_neighbors), Real(0),
                 buffers.moments.data() + segment.moments});
    }
  }

  // From D to energies, and back to the gradients by D. The outputs of layer l are in passing[l %
  // 2], and so are the gradients by them.
  void evaluate_nets(const Chunk &chunk, const CenterSlices<Space> &centers,
                     const ChunkBuffers<Real, Space> &buffers) const
  {
    NetSlices<Real, Space> const net = {model_.slices(), centers, model_.device_layers,
                                        model_.weights};
    const auto inputs = [&](int l) {
      return l == 0 ? buffers.descriptor : buffers.passing[(l - 1) % 2];
    };
    for (int l = 0; l < model_.most_layers; ++l) {
      over_layers(chunk, l, [&](const Segment &segment, const LayerRecord &layer, int) {
        multiply_({segment.count, layer.outputs, layer.inputs,
                   inputs(l).data() + (l == 0 ? segment.descriptor : segment.passing),
                   model_.weights.data() + layer.weight, false, Real(1), Real(0),
                   buffers.passing[l % 2].data() + segment.passing});
      });
      FinishLayer<Real, Space>{net, l, inputs(l), buffers.passing[l % 2], buffers.derivative}
          .launch();
    }
    LastLayer<Real, Space>{
        net, buffers.descriptor, {buffers.passing[0], buffers.passing[1]}, buffers.energy}
        .launch();
    for (int l = model_.most_layers - 1; l >= 0; --l) {
      BackThroughLayer<Real, Space>{net, l, buffers.passing[l % 2], buffers.derivative, inputs(l)}
          .launch();
      over_layers(chunk, l, [&](const Segment &segment, const LayerRecord &layer, int type) {
        multiply_({segment.count, layer.inputs, layer.outputs,
                   buffers.derivative.data() +
                       derivatives_of_layer(segment, model_.centers[type], l, model_.layers.data()),
                   model_.weights.data() + layer.weight, true, Real(1),
                   layer.skips > 0 ? Real(1) : Real(0),
                   inputs(l).data() + (l == 0 ? segment.descriptor : segment.passing)});
      });
    }
  }

 private:
  DeviceModel<Real, Space> model_;
  int axis_;
  Multiplier<Real, Space> multiply_;

  // Calls visit(segment, layer, type) for the hidden layers of that number.
  template <class Visit> void over_layers(const Chunk &chunk, int number, Visit visit) const
  {
    for (int t = 0; t < model_.types; ++t)
      if (number < model_.centers[t].layers)
        visit(chunk.segments[t], model_.layers[model_.centers[t].first_layer + number], t);
  }

  NetsThemselves<Real, Space> nets(const CenterSlices<Space> &centers,
                                   const ChunkBuffers<Real, Space> &buffers) const
  {
    return {model_.slices(),
            centers,
            model_.nets,
            model_.net_layers,
            model_.net_weights,
            model_.widest_net_layer,
            model_.inverse_neighbors,
            buffers.gtr,
            buffers.reports};
  }
};

}    // namespace lbs::deepsea::device
