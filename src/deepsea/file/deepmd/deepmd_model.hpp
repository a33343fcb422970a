// SPDX-License-Identifier: GPL-2.0-only
// What a file of DeePMD-kit holds, in its own terms, and the model it makes.
#pragma once

#include "deepsea/model/model.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lbs::deepsea {

// What only a file of `deepsea export` tells.
struct ExportedBeside {
  std::vector<double> shortest;    // A, [center * types + neighbor]
  double hottest = 0.0;            // K
  Precision precision = Precision::DOUBLE;
  Provenance provenance;
};

// Names are those of DeePMD-kit; what is not named here has been refused by the reader of the file.
struct DeepmdModel {
  std::vector<std::string> type_map;
  double rcut = 0.0;
  double rcut_smth = 0.0;
  double env_protection = 0.0;
  std::vector<int> sel;
  bool type_one_side = false;
  int axis_neuron = 0;
  std::string descriptor_precision;
  std::string fitting_precision;

  using TypePairs = std::vector<std::pair<int, int>>;
  TypePairs exclude_types;         // of the descriptor
  TypePairs pair_exclude_types;    // of the model

  // [type of the center][neighbor slot, grouped by neighbor type as sel says][4]
  std::vector<double> davg;
  std::vector<double> dstd;

  // [neighbor] if type_one_side, else [center + types * neighbor]; the last layer of a fitting net
  // is its output.
  std::vector<DenseNet> embedding;
  std::vector<DenseNet> fitting;

  std::vector<double> bias_atom_e;    // of the fitting nets
  std::vector<double> out_bias;       // of the model
  std::vector<char> no_vacuum;        // [type]: net(0) is taken off; empty: of none
  double min_nbor_dist = 0.0;         // A; 0 or less: not known
  std::string model_def_script;       // JSON; empty: not known

  Provenance provenance;

  std::optional<ExportedBeside> beside;    // its numbers go before the others
};

// The activation function by DeePMD-kit's name for it, in capitals or not; the message of the error
// begins with `where`.
Activation deepmd_activation(const std::string &name, const std::string &where);

// The model, checked and with its checksum. Throws InputError that begins with `where` if
// something has no counterpart: statistics that differ between slots of one neighbor type, or pairs
// excluded at the level of the model that cannot be excluded from the descriptor.
Model model_of(const DeepmdModel &file, const std::string &where);

}    // namespace lbs::deepsea
