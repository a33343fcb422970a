// SPDX-License-Identifier: GPL-2.0-only
// Model files: a model as a TorchScript module and back.
#pragma once

#include "deepsea/model/model.hpp"

#include <torch/script.h>

#include <string>

namespace lbs::deepsea {

// The module with contract, weights and forward(); it can be run as it is.
torch::jit::Module model_module(const Model &model);

// The same as an archive in memory, not sealed; see model_bytes.hpp. Neither this nor the next lets
// exceptions of libtorch out: they become InputError.
std::string write_model_torch(const Model &model);

// The model in an archive; throws InputError that begins with `where` if it is none, is of a newer
// schema, lacks something, or if its weights are not those that its checksum was made from.
Model read_model_torch(const std::string &archive, const std::string &where);

// A module from an archive in memory.
torch::jit::Module load_module(const std::string &archive, const std::string &where);

}    // namespace lbs::deepsea
