// SPDX-License-Identifier: GPL-2.0-only
#include "initial_model.hpp"

#include "parameters.hpp"

#include "deepsea/model/pair_constants.hpp"
#include "linalg/blas.hpp"
#include "support/input_error.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

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
  double s = 0.0, s2 = 0.0, xyz = 0.0, xyz2 = 0.0, places = 0.0;
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
    // That of the three directions together, which a finite set does not leave without average.
    double const direction = sum.xyz / (3.0 * sum.places);
    double const angular = deviation(sum.xyz2 / (3.0 * sum.places) - direction * direction);
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

DataStatistics set_statistics(const std::vector<TrainingFrame> &frames, const ModelInput &input,
                              Model &model)
{
  auto const types = static_cast<std::size_t>(model.types());
  DataStatistics found;
  found.most_neighbors.assign(types, 0);
  found.shortest.assign(types * types, 0.0);
  std::vector<RowSums> sums(types);
  bool labelled = false;
  for (const TrainingFrame &frame : frames) {
    labelled = labelled || frame.labels.energy || !frame.labels.force.empty();
    ++found.frames;
    found.hottest = std::max(found.hottest, frame.temperature);
    found.atoms += frame.type.size();
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
          sums[a].xyz += (d[0] + d[1] + d[2]) * part.v;
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
  model.hottest = found.hottest;
  model.energy_bias = fit_energy_bias(frames, model.types());
  return found;
}

std::vector<double> fit_energy_bias(const std::vector<TrainingFrame> &frames, int types)
{
  std::vector<double> rows;
  std::vector<double> energies;
  for (const TrainingFrame &frame : frames) {
    if (!frame.labels.energy) continue;
    std::vector<double> count(types, 0.0);
    for (int const t : frame.type) count[t] += 1.0;
    rows.insert(rows.end(), count.begin(), count.end());
    energies.push_back(*frame.labels.energy);
  }
  if (energies.empty()) return std::vector<double>(types, 0.0);
  return blas::least_squares(static_cast<int>(energies.size()), types, rows, energies);
}

void continue_model(const std::vector<TrainingFrame> &frames, const ModelInput &input,
                    const std::string &where, Model &start)
{
  Model wanted = random_model(input);
  const auto compare = [&](const std::string &key, bool same) {
    if (!same) throw InputError(where + ": " + key + " of the input is not the model's");
  };
  compare("rcut", wanted.cutoff == start.cutoff);
  compare("rcut_smth", wanted.smooth_from == start.smooth_from);
  compare("env_protection", wanted.protection == start.protection);
  compare("type_one_side", wanted.one_side == start.one_side);
  compare("axis_neuron", wanted.axis_neurons == start.axis_neurons);
  compare("exclude_types", wanted.excluded == start.excluded);
  compare("sel", input.selection.empty() || input.selection == start.selection);
  const auto compare_nets = [&](const std::string &net, const std::vector<DenseNet> &a,
                                const std::vector<DenseNet> &b) {
    for (std::size_t n = 0; n < a.size(); ++n) {
      compare(net + "/neuron", a[n].size() == b[n].size());
      for (std::size_t l = 0; l < a[n].size(); ++l) {
        compare(net + "/neuron", a[n][l].outputs == b[n][l].outputs);
        compare(net + "/activation_function", a[n][l].activation == b[n][l].activation);
        compare(net + "/resnet_dt", a[n][l].timestep.size() == b[n][l].timestep.size());
      }
    }
  };
  compare_nets("descriptor", wanted.embedding, start.embedding);
  compare_nets("fitting_net", wanted.fitting, start.fitting);
  wanted.selection = start.selection;
  start.precision = wanted.precision;
  DataStatistics const found = set_statistics(frames, input, wanted);
  for (std::size_t pair = 0; pair < found.shortest.size(); ++pair)
    if (found.shortest[pair] > 0.0 &&
        (start.shortest[pair] == 0.0 || found.shortest[pair] < start.shortest[pair]))
      start.shortest[pair] = found.shortest[pair];
  start.hottest = std::max(start.hottest, found.hottest);
}

void shift_energies(const std::vector<TrainingFrame> &frames, LossEngine &engine, Model &model)
{
  auto const numbers = parameters_of(model);
  engine.set(numbers);
  std::vector<TrainingFrame> differences;
  for (const TrainingFrame &frame : frames) {
    if (!frame.labels.energy) continue;
    engine.evaluate({&frame}, {}, nullptr);
    TrainingFrame difference;
    difference.type = frame.type;
    difference.labels.energy = *frame.labels.energy - engine.predictions().front().energy;
    differences.push_back(std::move(difference));
  }
  auto const shift = fit_energy_bias(differences, model.types());
  for (std::size_t t = 0; t < shift.size(); ++t) model.energy_bias[t] += shift[t];
}

}    // namespace lbs::deepsea
