// SPDX-License-Identifier: GPL-2.0-only
#include "initial_model.hpp"

#include "training_frame.hpp"

#include "deepsea/frames/frame_energy.hpp"
#include "deepsea/model/pair_constants.hpp"
#include "linalg/blas.hpp"
#include "support/input_error.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace lbs::deepsea {

namespace {

class Drawer {
 public:
  explicit Drawer(unsigned long seed) : random_(seed) {}

  DenseLayer layer(int inputs, int outputs, Activation activation, bool skip, bool timestep)
  {
    DenseLayer made;
    made.inputs = inputs;
    made.outputs = outputs;
    made.activation = activation;
    made.skip = skip && (outputs == inputs || outputs == 2 * inputs);
    double const deviation = 1.0 / std::sqrt(static_cast<double>(inputs + outputs));
    fill(made.weight, static_cast<std::size_t>(inputs) * outputs, 0.0, deviation);
    fill(made.bias, outputs, 0.0, 1.0);
    if (timestep && made.skips() > 0) fill(made.timestep, outputs, 0.1, 0.001);
    return made;
  }

  DenseNet net(int inputs, const std::vector<int> &widths, Activation activation, bool timestep)
  {
    DenseNet layers;
    for (int const width : widths) {
      layers.push_back(layer(inputs, width, activation, true, timestep));
      inputs = width;
    }
    return layers;
  }

 private:
  std::mt19937_64 random_;

  void fill(std::vector<double> &numbers, std::size_t count, double average, double deviation)
  {
    std::normal_distribution<double> draw(average, deviation);
    for (std::size_t k = 0; k < count; ++k) numbers.push_back(draw(random_));
  }
};

// Sums over the places for neighbors of the centers of one type.
struct RowSums {
  double s = 0.0, s2 = 0.0, xyz2 = 0.0, places = 0.0;
};

// As DeePMD-kit has it: the same for all neighbor types, empty places count as zeros.
void set_rows(const std::vector<RowSums> &sums, const ModelInput &input, Model &model)
{
  const auto deviation = [&](double square) {
    double const value = std::sqrt(std::max(0.0, square));
    return std::max(value, input.least_deviation);
  };
  for (int a = 0; a < model.types(); ++a) {
    const RowSums &sum = sums[a];
    if (sum.places == 0.0) continue;
    double const average = sum.s / sum.places;
    double const radial = deviation(sum.s2 / sum.places - average * average);
    double const angular = deviation(sum.xyz2 / (3.0 * sum.places));
    for (int b = 0; b < model.types(); ++b) {
      std::size_t const pair = model.pair(a, b);
      model.average[pair] = {input.average_zero ? 0.0 : average, 0.0, 0.0, 0.0};
      model.deviation[pair] = {radial, angular, angular, angular};
    }
  }
}

}    // namespace

Model random_model(const ModelInput &input)
{
  Model model;
  model.elements = input.elements;
  model.cutoff = input.cutoff;
  model.smooth_from = input.smooth_from;
  model.protection = input.protection;
  model.selection = input.selection;
  model.one_side = input.one_side;
  model.axis_neurons = input.axis_neurons;
  model.precision = input.precision;
  auto const types = input.elements.size();
  model.excluded.assign(types * types, 0);
  for (auto const &[a, b] : input.excluded) {
    if (std::min(a, b) < 0 || std::max(a, b) >= model.types())
      throw InputError("exclude_types names a type that type_map does not have");
    model.excluded[model.pair(a, b)] = model.excluded[model.pair(b, a)] = 1;
  }
  model.average.assign(types * types, {});
  model.deviation.assign(types * types, {1.0, 1.0, 1.0, 1.0});
  model.shortest.assign(types * types, 0.0);
  model.energy_bias.assign(types, 0.0);
  Drawer draw(input.seed);
  for (std::size_t n = 0; n < (input.one_side ? types : types * types); ++n)
    model.embedding.push_back(
        draw.net(1, input.embedding, input.embedding_activation, input.embedding_timestep));
  for (std::size_t t = 0; t < types; ++t) {
    model.fitting.push_back(draw.net(model.descriptor_size(), input.fitting,
                                     input.fitting_activation, input.fitting_timestep));
    int const last = input.fitting.empty() ? model.descriptor_size() : input.fitting.back();
    model.fitting.back().push_back(draw.layer(last, 1, Activation::LINEAR, false, false));
    model.fitting.back().back().bias.assign(1, 0.0);
  }
  return model;
}

DataStatistics set_statistics(const std::vector<LabelledFrame> &frames, const ModelInput &input,
                              Model &model)
{
  auto const types = static_cast<std::size_t>(model.types());
  DataStatistics found;
  found.most_neighbors.assign(types, 0);
  found.shortest.assign(types * types, 0.0);
  std::vector<RowSums> sums(types);
  bool labelled = false;
  for (const LabelledFrame &given : frames) {
    labelled = labelled || given.labels.energy || !given.labels.force.empty();
    TrainingFrame const frame = make_training_frame(given.frame, {}, model);
    ++found.frames;
    found.atoms += given.frame.x.size();
    for (int i = 0; i < frame.atoms; ++i) {
      auto const a = static_cast<std::size_t>(frame.type[i]);
      sums[a].places += 1.0;
      for (std::size_t b = 0; b < types; ++b) {
        std::size_t const begin = frame.first[i * types + b];
        std::size_t const end = frame.first[i * types + b + 1];
        found.most_neighbors[b] = std::max(found.most_neighbors[b], static_cast<int>(end - begin));
        std::size_t const pair = a * types + b;
        for (std::size_t n = begin; n < end; ++n) {
          auto const &d = frame.vector[n];
          double const r = std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
          double &shortest = found.shortest[pair];
          shortest = shortest == 0.0 ? r : std::min(shortest, r);
          if (model.excluded[pair]) continue;
          RadialPart const part = radial_part(
              r, model.smooth_from, 1.0 / (model.cutoff - model.smooth_from), model.protection);
          sums[a].s += part.s;
          sums[a].s2 += part.s * part.s;
          sums[a].xyz2 += r * r * part.v * part.v;
        }
      }
    }
  }
  if (!labelled) throw InputError("no frame of the training data has an energy or forces");
  if (model.selection.empty())
    for (int const most : found.most_neighbors)
      model.selection.push_back(
          std::max(1, static_cast<int>(std::ceil(most * input.selection_ratio))));
  for (RowSums &sum : sums) sum.places *= model.selected_neighbors();
  set_rows(sums, input, model);
  model.shortest = found.shortest;
  model.energy_bias = fit_energy_bias(frames, model.elements);
  return found;
}

std::vector<double> fit_energy_bias(const std::vector<LabelledFrame> &frames,
                                    const std::vector<std::string> &elements)
{
  auto const types = static_cast<int>(elements.size());
  std::vector<double> rows;
  std::vector<double> energies;
  for (const LabelledFrame &given : frames) {
    if (!given.labels.energy) continue;
    std::vector<double> count(elements.size(), 0.0);
    for (int const t : types_of(given.frame, elements)) count[t] += 1.0;
    // For each atom, so that large frames do not outweigh small ones.
    auto const atoms = static_cast<double>(given.frame.x.size());
    for (double const number : count) rows.push_back(number / atoms);
    energies.push_back(*given.labels.energy / atoms);
  }
  if (energies.empty()) return std::vector<double>(elements.size(), 0.0);
  return blas::least_squares(static_cast<int>(energies.size()), types, rows, energies);
}

}    // namespace lbs::deepsea
