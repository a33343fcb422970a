// SPDX-License-Identifier: GPL-2.0-only
// A Deep Potential of the se_a kind (DeepPot-SE with angular information) as plain arrays:
// L. Zhang et al., NeurIPS 31 (2018); symbols as in the documentation of the model format.
#pragma once

#include "activation.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace lbs::deepsea {

// One layer: y = a(x W + b) * timestep, plus x where the widths are equal, or x beside x where the
// layer doubles the width, if `skip` is set.
struct DenseLayer {
  int inputs = 0;
  int outputs = 0;
  Activation activation = Activation::LINEAR;
  bool skip = false;
  std::vector<double> weight;      // inputs x outputs, row by row
  std::vector<double> bias;        // outputs; zeros if the layer has none
  std::vector<double> timestep;    // outputs, or empty for ones

  // Copies of the input that are added to the output: 0, 1 or 2.
  [[nodiscard]] int skips() const
  {
    if (!skip) return 0;
    return outputs == inputs ? 1 : outputs == 2 * inputs ? 2 : 0;
  }
};

using DenseNet = std::vector<DenseLayer>;

// What the networks were trained in; weights are kept in double whatever this says.
enum class Precision { SINGLE, DOUBLE };

// Where a model comes from, for people; all free text, empty if unknown.
struct Provenance {
  std::string source;      // file and format it was converted from, or the training run
  std::string software;    // what trained or wrote it, with version
  std::string training;    // JSON: training-set statistics as far as they are known
  std::string citation;
};

constexpr int SCHEMA_VERSION = 2;

struct Model {
  std::vector<std::string> elements;    // names of the types, in the order of all arrays below
  double cutoff = 0.0;                  // rc, A
  double smooth_from = 0.0;             // rcs, A: the switch falls from 1 here to 0 at rc
  double protection = 0.0;              // A, added to distances in 1/r
  std::vector<int> selection;           // `sel`: neighbors of each type, for the normalization
  bool one_side = false;                // embedding nets by neighbor type only
  int axis_neurons = 0;
  Precision precision = Precision::DOUBLE;

  // Pairs of types [center * types + neighbor].
  std::vector<char> excluded;                      // true: neighbors leave the center untouched
  std::vector<std::array<double, 4>> average;      // davg: of the rows of the environment matrix
  std::vector<std::array<double, 4>> deviation;    // dstd
  std::vector<double> shortest;                    // A, in the training set; 0: not known

  double hottest = 0.0;    // K, highest temperature in the training set; 0: not known

  std::vector<DenseNet> embedding;    // [center * types + neighbor], or [neighbor] if one_side
  std::vector<DenseNet> fitting;      // [center]; the last layer has one output
  std::vector<double> energy_bias;    // [center], eV, added to the output of the fitting net

  Provenance provenance;
  std::string sha256;    // of the weights and the contract; see checksum()

  [[nodiscard]] int types() const { return static_cast<int>(elements.size()); }
  [[nodiscard]] std::size_t pair(int center, int neighbor) const
  {
    return static_cast<std::size_t>(center) * elements.size() + static_cast<std::size_t>(neighbor);
  }
  [[nodiscard]] const DenseNet &embedding_of(int center, int neighbor) const
  {
    return embedding[one_side ? static_cast<std::size_t>(neighbor) : pair(center, neighbor)];
  }
  // M: outputs of the embedding nets.
  [[nodiscard]] int channels() const { return embedding.front().back().outputs; }
  // Length of the descriptor D, channels x axis neurons.
  [[nodiscard]] int descriptor_size() const { return channels() * axis_neurons; }
  // N: the sum of `selection`, by which G^T R is divided.
  [[nodiscard]] int selected_neighbors() const;
};

// Throws InputError, which begins with `where`, if the model is not whole: sizes that do not fit
// each other, weights that are not finite, element names that are none, cutoffs out of order.
void check_model(const Model &model, const std::string &where);

// SHA-256, in hexadecimal digits, of everything that decides about energies: contract and weights
// in a fixed order, numbers as their bytes in double, little-endian.
std::string checksum(const Model &model);

}    // namespace lbs::deepsea
