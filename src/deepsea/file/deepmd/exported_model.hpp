// SPDX-License-Identifier: GPL-2.0-only
// A model in DeePMD-kit's terms: the inverse of model_of().
#pragma once

#include "deepmd_model.hpp"

#include "deepsea/model/model.hpp"

#include <string>
#include <vector>

namespace lbs::deepsea {

// What DeePMD-kit keeps once for all networks of a kind.
struct NetForm {
  std::vector<int> neuron;    // widths of the hidden layers
  Activation activation = Activation::TANH;
  bool timestep = false;    // `resnet_dt`
};

struct ExportedModel {
  DeepmdModel file;
  NetForm embedding;
  NetForm fitting;
  std::vector<std::string> notes;    // sentences on what a user of the file should know
};

// Energy shifts become `out_bias`, which DeePMD-kit adds in double precision whatever the model's
// precision is. That is float32 only if all numbers of a model trained in single precision are
// float32 numbers, so that none is rounded. model_of() makes the same model of the result, with the
// same checksum. Throws InputError that begins with `where` if the model has what DeePMD-kit has no
// place for: networks or layers of different kinds, pairs excluded for the centers of one of two
// types, neighbors of a type whose `sel` is 0.
ExportedModel exported_model(const Model &model, const std::string &where);

}    // namespace lbs::deepsea
