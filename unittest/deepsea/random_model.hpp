// SPDX-License-Identifier: GPL-2.0-only
// Models with random weights and atoms at random places, for tests.
#pragma once

#include "deepsea/model/atoms.hpp"
#include "deepsea/model/model.hpp"

#include <array>
#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace lbs::deepsea::testing {

struct ModelShape {
  std::vector<std::string> elements = {"Li", "B", "O"};
  std::vector<int> embedding = {5, 10, 20};
  std::vector<int> fitting = {12, 12};
  int axis = 4;
  bool one_side = false;
  bool timestep = true;
  Activation embedding_activation = Activation::TANH;
  Activation fitting_activation = Activation::TANH;
  double average = 0.1;    // of s; 0: empty places do not count
};

// More channels than their embedding nets need.
inline ModelShape wide_shape()
{
  ModelShape shape;
  shape.embedding = {10, 120};
  return shape;
}

// Different in every way; their activations have no corners.
inline std::vector<ModelShape> smooth_shapes()
{
  std::vector<ModelShape> all;
  all.emplace_back();
  ModelShape s;
  s.one_side = true;
  s.embedding_activation = Activation::GELU;
  s.fitting_activation = Activation::SILU;
  s.timestep = false;
  all.push_back(s);
  s = {};
  s.embedding = {1, 2, 4, 8};    // every layer passes its input on
  s.fitting = {32, 32};          // so does the first fitting layer: 8 x 4 numbers
  s.embedding_activation = Activation::SOFTPLUS;
  all.push_back(s);
  s = {};
  s.fitting = {160, 7};    // twice 20 x 4
  s.average = 0.0;
  s.fitting_activation = Activation::SIGMOID;
  all.push_back(s);
  s = {};
  s.embedding = {9, 17};
  s.axis = 17;
  all.push_back(s);
  all.push_back(wide_shape());
  return all;
}

class RandomModel {
 public:
  explicit RandomModel(unsigned seed) : random_(seed) {}

  Model make(const ModelShape &shape)
  {
    Model model;
    model.elements = shape.elements;
    model.cutoff = 4.0;
    model.smooth_from = 2.5;
    model.one_side = shape.one_side;
    model.axis_neurons = shape.axis;
    int const types = model.types();
    for (int t = 0; t < types; ++t) {
      model.selection.push_back(10 + 3 * t);
      model.energy_bias.push_back(-1.0 - t);
    }
    auto const pairs = static_cast<std::size_t>(types * types);
    model.excluded.assign(pairs, 0);
    model.shortest.assign(pairs, 0.0);
    for (int i = 0; i < types; ++i)
      for (int j = 0; j < types; ++j) {
        model.average.push_back({shape.average * (1 + i), 0.0, 0.0, 0.0});
        model.deviation.push_back({0.2 + 0.02 * i, 0.15, 0.15, 0.15});
      }
    int const nets = shape.one_side ? types : types * types;
    for (int n = 0; n < nets; ++n)
      model.embedding.push_back(net(1, shape.embedding, shape.embedding_activation, shape));
    for (int t = 0; t < types; ++t) {
      model.fitting.push_back(
          net(model.descriptor_size(), shape.fitting, shape.fitting_activation, shape));
      model.fitting.back().push_back(
          layer(shape.fitting.back(), 1, Activation::LINEAR, false, false));
    }
    return model;
  }

  double normal() { return std::normal_distribution<double>()(random_); }
  double uniform(double from, double to)
  {
    return std::uniform_real_distribution<double>(from, to)(random_);
  }

 private:
  std::mt19937 random_;

  DenseNet net(int inputs, const std::vector<int> &widths, Activation activation,
               const ModelShape &shape)
  {
    DenseNet layers;
    for (int const width : widths) {
      layers.push_back(layer(inputs, width, activation, true, shape.timestep));
      inputs = width;
    }
    return layers;
  }

  DenseLayer layer(int inputs, int outputs, Activation activation, bool skip, bool timestep)
  {
    DenseLayer made;
    made.inputs = inputs;
    made.outputs = outputs;
    made.activation = activation;
    made.skip = skip;
    double const spread = 1.0 / std::sqrt(static_cast<double>(inputs));
    for (int i = 0; i < inputs * outputs; ++i) made.weight.push_back(spread * normal());
    for (int o = 0; o < outputs; ++o) made.bias.push_back(0.3 * normal());
    if (timestep && skip && (outputs == inputs || outputs == 2 * inputs))
      for (int o = 0; o < outputs; ++o) made.timestep.push_back(0.5 + 0.1 * normal());
    return made;
  }
};

// A cluster without images, every atom a center and the neighbor of all others.
struct Cluster {
  std::vector<std::array<double, 3>> x;
  std::vector<int> type;
  std::vector<int> index;
  std::vector<int> numneigh;
  std::vector<std::vector<int>> rows;
  std::vector<int *> firstneigh;

  // Places at least `apart` (A) from each other in a cube.
  Cluster(RandomModel &random, int atoms, int types, double edge, double apart)
  {
    while (static_cast<int>(x.size()) < atoms) {
      std::array<double, 3> const place = {random.uniform(0, edge), random.uniform(0, edge),
                                           random.uniform(0, edge)};
      bool free = true;
      for (const auto &other : x)
        free = free &&
               std::hypot(place[0] - other[0], place[1] - other[1], place[2] - other[2]) > apart;
      if (!free) continue;
      type.push_back(static_cast<int>(x.size()) % types);
      x.push_back(place);
    }
    list_all();
  }

  void list_all()
  {
    auto const n = static_cast<int>(x.size());
    rows.assign(x.size(), {});
    index.clear();
    numneigh.clear();
    firstneigh.clear();
    for (int i = 0; i < n; ++i) {
      index.push_back(i);
      for (int j = 0; j < n; ++j)
        if (j != i) rows[i].push_back(j);
      numneigh.push_back(static_cast<int>(rows[i].size()));
    }
    for (auto &row : rows) firstneigh.push_back(row.data());
  }

  [[nodiscard]] Atoms atoms() const
  {
    Atoms a;
    a.count = static_cast<int>(x.size());
    a.x = reinterpret_cast<const double(*)[3]>(x.data());
    a.type = type.data();
    a.list = {a.count, index.data(), numneigh.data(), firstneigh.data(), 0x1FFFFFFF};
    return a;
  }
};

}    // namespace lbs::deepsea::testing
