// SPDX-License-Identifier: GPL-2.0-only
// A form of a model in the memory of the device.
//
// The splines of all neighbors of a type of center stand below each other in one matrix with a row
// for each spline, so that their products with the moments of all neighbors are one matrix product.
#pragma once

#include "arrays.hpp"

#include "deepsea/host/model_form.hpp"
#include "deepsea/model/activation.hpp"
#include "deepsea/model/environment.hpp"

#include <cstdint>
#include <vector>

namespace lbs::deepsea::device {

// What kernels need of a pair of types of atoms.
struct PairRecord {
  PairConstants constants;
  double least = 0.0;        // A: neighbors closer than this are looked at closely,
  double closest = 0.0;      // for they may be too close for the form of the model,
  double shortest = 0.0;     // or closer than in training
  double padding[4] = {};    // row of an empty place among the neighbors
  bool padded = false;       // whether that is not zero
  bool excluded = false;     // neighbors leave the center untouched
  int selection = 0;         // places for neighbors
  int first_row = 0;         // of the splines of the center's type
  int rows = 0;
  int net = 0;    // of the embedding nets
};

// Of a type of centers.
struct CenterRecord {
  int channels = 0;
  int rows = 0;                       // splines of all types of neighbors
  int numbers = 0;                    // of the descriptor
  int first_layer = 0, layers = 0;    // hidden ones of the fitting net
  std::int64_t splines = 0;           // where they begin in their array
  std::int64_t factors = 0;
  int first_numbers = 0;           // the same
  std::int64_t last_weight = 0;    // of the fitting net, among the weights
  double last_bias = 0.0;
  Activation last_activation = Activation::LINEAR;
  int last_inputs = 0;
  double energy_bias = 0.0;
};

// A layer of a net; places among the weights.
struct LayerRecord {
  int inputs = 0, outputs = 0;
  int skips = 0;
  Activation activation = Activation::LINEAR;
  std::int64_t weight = 0, bias = 0;
  std::int64_t timestep = -1;    // -1: ones
};

// A number of the descriptor is the product of these channels, summed over the entries of the row.
struct Factors {
  short m = 0, a = 0;
};

// The embedding nets themselves, in double.
struct NetRecord {
  int first_layer = 0, layers = 0;
};

// What the kernels around the embedding take.
template <class Space> struct ModelSlices {
  Slice<const PairRecord, Space> pairs;        // [center * types + neighbor]
  Slice<const CenterRecord, Space> centers;    // [type]
  double cutoff2 = 0.0;
  int types = 0;
};

template <class Real, class Space> class DeviceModel {
 public:
  explicit DeviceModel(const ModelForm &form);

  // On the host, for launches.
  std::vector<CenterRecord> centers;
  std::vector<LayerRecord> layers;    // of the fitting nets
  int types = 0;
  int most_rows = 0;    // of a pair's splines
  int most_channels = 0;
  int most_layers = 0;    // hidden ones
  int widest = 0;         // of these
  int widest_net_layer = 0;
  double cutoff = 0.0;
  double inverse_neighbors = 0.0;    // 1/N
  bool reduces = false;              // some centers may be left over
  bool tables_used = false;

  [[nodiscard]] ModelSlices<Space> slices() const
  {
    return {pairs_, device_centers_, cutoff * cutoff, types};
  }

  // [spline][channel] of each type of center: the second one for the way back. With float, that has
  // the differences of a spline's coefficients to those of the one before, for slopes are
  // differences over a small step; its first row is that of the first spline itself.
  Array<Real, Space> splines, splines_back;
  static constexpr bool DIFFERENCES = std::is_same_v<Real, float>;
  Array<Factors, Space> factors;
  Array<int, Space> first_numbers;    // [channel, and one more]: of D[m][a], a = 0..
  Array<LayerRecord, Space> device_layers;
  Array<Real, Space> weights;    // and biases and timesteps, of the fitting nets
  // The embedding nets, and their values for empty places, [pair][channel], if there are no tables.
  Array<NetRecord, Space> nets;
  Array<LayerRecord, Space> net_layers;
  Array<double, Space> net_weights;
  Array<double, Space> padding_values;

  [[nodiscard]] std::size_t memory_usage() const;

 private:
  Array<PairRecord, Space> pairs_;
  Array<CenterRecord, Space> device_centers_;

  void set_splines(const ModelForm &form, std::vector<PairRecord> &pairs);
  void set_fitting(const ModelForm &form);
  void set_nets(const ModelForm &form);
};

// Appends the numbers of a layer to `weights`, and tells their places.
template <class Real> LayerRecord append(const DenseLayer &layer, std::vector<Real> &weights)
{
  LayerRecord record;
  record.inputs = layer.inputs;
  record.outputs = layer.outputs;
  record.skips = layer.skips();
  record.activation = layer.activation;
  auto const add = [&](const std::vector<double> &numbers) {
    auto const place = static_cast<std::int64_t>(weights.size());
    weights.insert(weights.end(), numbers.begin(), numbers.end());
    return place;
  };
  record.weight = add(layer.weight);
  record.bias = add(layer.bias);
  if (!layer.timestep.empty()) record.timestep = add(layer.timestep);
  return record;
}

template <class Real, class Space>
DeviceModel<Real, Space>::DeviceModel(const ModelForm &form)
    : centers(form.types), types(form.types), cutoff(form.source.cutoff),
      inverse_neighbors(1.0 / form.neighbors), tables_used(form.tables_used)
{
  std::vector<PairRecord> pairs(form.constants.size());
  for (int i = 0; i < types; ++i) {
    centers[i].channels = form.channels[i];
    centers[i].energy_bias = form.source.energy_bias[i];
    most_channels = std::max(most_channels, form.channels[i]);
    for (int j = 0; j < types; ++j) {
      std::size_t const pair = form.source.pair(i, j);
      PairRecord &record = pairs[pair];
      record.constants = form.constants[pair];
      record.least = form.least_distance(i, j);
      record.closest = form.closest[pair];
      record.shortest = form.source.shortest[pair];
      std::copy_n(form.padding_row.data() + 4 * pair, 4, record.padding);
      record.padded = form.padded_out[pair] != 0;
      record.excluded = form.source.excluded[pair] != 0;
      record.selection = form.source.selection[j];
      record.net = form.source.one_side ? j : static_cast<int>(pair);
      reduces = reduces || record.closest > 0.0;
    }
  }
  if (tables_used) set_splines(form, pairs);
  set_fitting(form);
  set_nets(form);
  pairs_ = to_device<Space>("deepsea:pairs", pairs);
  device_centers_ = to_device<Space>("deepsea:centers", centers);
}

template <class Real, class Space>
void DeviceModel<Real, Space>::set_splines(const ModelForm &form, std::vector<PairRecord> &pairs)
{
  std::vector<Real> there;
  std::vector<Real> back;
  for (int i = 0; i < types; ++i) {
    centers[i].splines = static_cast<std::int64_t>(there.size());
    for (int j = 0; j < types; ++j) {
      std::size_t const pair = form.source.pair(i, j);
      const EmbeddingSpline &spline = form.splines[pair];
      pairs[pair].first_row = centers[i].rows;
      pairs[pair].rows = spline.coefficients();
      centers[i].rows += spline.coefficients();
      most_rows = std::max(most_rows, spline.coefficients());
      auto const channels = static_cast<std::size_t>(spline.channels);
      for (std::size_t c = 0; c < spline.coefficient.size(); ++c) {
        double const number = spline.coefficient[c];
        double const before = c < channels ? 0.0 : spline.coefficient[c - channels];
        there.push_back(static_cast<Real>(number));
        if (DIFFERENCES) back.push_back(static_cast<Real>(number - before));
      }
    }
  }
  splines = to_device<Space>("deepsea:splines", there);
  splines_back = DIFFERENCES ? to_device<Space>("deepsea:splines_back", back) : splines;
}

template <class Real, class Space> void DeviceModel<Real, Space>::set_fitting(const ModelForm &form)
{
  std::vector<Factors> all_factors;
  std::vector<int> rows;
  std::vector<Real> numbers;
  for (int i = 0; i < types; ++i) {
    CenterRecord &center = centers[i];
    const FittingInput &input = form.fitting_input[i];
    center.factors = static_cast<std::int64_t>(all_factors.size());
    center.numbers = input.rows.back();
    center.first_numbers = static_cast<int>(rows.size());
    rows.insert(rows.end(), input.rows.begin(), input.rows.end());
    for (std::size_t m = 0; m + 1 < input.rows.size(); ++m)
      for (int a = 0; a < input.rows[m + 1] - input.rows[m]; ++a)
        all_factors.push_back({static_cast<short>(m), static_cast<short>(a)});
    center.first_layer = static_cast<int>(layers.size());
    center.layers = static_cast<int>(input.net.size()) - 1;
    for (int l = 0; l < center.layers; ++l) {
      layers.push_back(append(input.net[l], numbers));
      widest = std::max(widest, input.net[l].outputs);
    }
    LayerRecord const last = append(input.net.back(), numbers);
    center.last_weight = last.weight;
    center.last_inputs = last.inputs;
    center.last_bias = input.net.back().bias.front();
    center.last_activation = last.activation;
    most_layers = std::max(most_layers, center.layers);
  }
  factors = to_device<Space>("deepsea:factors", all_factors);
  first_numbers = to_device<Space>("deepsea:first_numbers", rows);
  weights = to_device<Space>("deepsea:weights", numbers);
  device_layers = to_device<Space>("deepsea:layers", layers);
}

template <class Real, class Space> void DeviceModel<Real, Space>::set_nets(const ModelForm &form)
{
  std::vector<NetRecord> records;
  std::vector<LayerRecord> all_layers;
  std::vector<double> numbers;
  for (const DenseNet &net : form.source.embedding) {
    records.push_back({static_cast<int>(all_layers.size()), static_cast<int>(net.size())});
    for (const DenseLayer &layer : net) {
      all_layers.push_back(append(layer, numbers));
      widest_net_layer = std::max(widest_net_layer, layer.outputs);
    }
  }
  nets = to_device<Space>("deepsea:nets", records);
  net_layers = to_device<Space>("deepsea:net_layers", all_layers);
  net_weights = to_device<Space>("deepsea:net_weights", numbers);
  if (tables_used) return;
  auto const channels = static_cast<std::size_t>(form.source.channels());
  std::vector<double> padding;
  for (const NetSlopes &values : form.padding_net) {
    padding.insert(padding.end(), values.value.begin(), values.value.end());
    if (values.value.empty()) padding.resize(padding.size() + channels, 0.0);
  }
  padding_values = to_device<Space>("deepsea:padding_values", padding);
}

template <class Real, class Space> std::size_t DeviceModel<Real, Space>::memory_usage() const
{
  return (splines.span() + (DIFFERENCES ? splines_back.span() : 0) + weights.span()) *
             sizeof(Real) +
         (net_weights.span() + padding_values.span()) * sizeof(double) +
         factors.span() * sizeof(Factors);
}

}    // namespace lbs::deepsea::device
