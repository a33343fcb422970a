// SPDX-License-Identifier: GPL-2.0-only
// The part of this package that needs libtorch: a library of its own, opened when first needed.
//
// libtorch takes part of a second to load and cannot be unloaded. Users of other styles shall not
// pay for that, and `plugin unload` shall still unload the plugin.
#pragma once

#include "deepsea/file/deepmd/deepmd_model.hpp"
#include "deepsea/model/model.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace lbs::deepsea {

// A frame as forward() of a model file takes it, and what libtorch makes of it.
struct ReferenceFrame {
  int atoms = 0;      // images included
  int centers = 0;    // the first atoms; the others are images
  const double (*x)[3] = nullptr;
  const int *type = nullptr;
  const int *first = nullptr;       // [centers + 1]: where each center's neighbors begin
  const int *neighbor = nullptr;    // [first[centers]]
  double *energy = nullptr;         // [centers], eV
  double (*force)[3] = nullptr;     // [atoms], eV/A: images get a share of their atom's
};

// A batch of labelled frames for training. The loss is the sum of weight * (prediction - label)^2
// over energies, components of forces and components of virials.
struct LossBatch {
  int frames = 0;
  int centers = 0;                        // atoms of all frames together
  const int *frame = nullptr;             // [centers]
  const int *type = nullptr;              // [centers]
  const int *first = nullptr;             // [centers + 1]: where each center's neighbors begin
  const int *neighbor = nullptr;          // [first[centers]]: the center it is an image of
  const double (*vector)[3] = nullptr;    // [first[centers]]: to the neighbor, A
  const double *energy = nullptr, *energy_weight = nullptr;         // [frames], eV
  const double (*force)[3] = nullptr, *force_weight = nullptr;      // [centers], eV/A
  const double (*virial)[9] = nullptr, *virial_weight = nullptr;    // [frames], eV
};

// What libtorch makes of it.
struct LossAnswer {
  double *energy = nullptr;         // [frames]
  double (*force)[3] = nullptr;     // [centers]
  double (*virial)[9] = nullptr;    // [frames]
  double *gradient = nullptr;       // of the loss by all weights; null: not wanted
};

// The message of an error; nothing if there was none. Exceptions do not cross a library's border.
using Failure = std::optional<std::string>;

// Functions of the library.
struct TorchFunctions {
  Failure (*read_model)(const std::string &archive, const std::string &where, Model &model);
  Failure (*write_model)(const Model &model, std::string &archive);
  Failure (*read_pth)(const std::string &archive, const std::string &where, DeepmdModel &model);
  // A module ready to run, and its end.
  Failure (*open_reference)(const std::string &archive, const std::string &where, void *&reference);
  Failure (*run_reference)(void *reference, const ReferenceFrame &frame);
  void (*close_reference)(void *reference);
  // Losses of a model's batches on a device ("cpu", "cuda", "cuda:1"), and their end. Weights come
  // in the order of the model: embedding nets, fitting nets, of each layer weight, bias and
  // timestep, then the energy biases.
  Failure (*open_loss)(const Model &model, const std::string &device, int threads, void *&loss);
  Failure (*set_loss_weights)(void *loss, const double *weights);
  Failure (*run_loss)(void *loss, const LossBatch &batch, const LossAnswer &answer);
  void (*close_loss)(void *loss);
};

// The one symbol of the library; null if it was built from other sources than the caller.
constexpr const char *TORCH_ENTRY = "lbs_torch_functions";
using TorchEntry = const TorchFunctions *(*) (const char *version, std::size_t model_size);

// Opens the library, which lies beside the calling one or in the `lib` beside its directory. Throws
// InputError with the remedy if that is impossible.
const TorchFunctions &torch_functions();

// Throws InputError with the message of a failure, if it is one.
void throw_if(const Failure &failure);

}    // namespace lbs::deepsea
