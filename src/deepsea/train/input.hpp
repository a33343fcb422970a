// SPDX-License-Identifier: GPL-2.0-only
// The input of `deepsea train`: a JSON file with the keys of DeePMD-kit's `dp train` for se_e2_a.
#pragma once

#include "optimizer.hpp"
#include "schedule.hpp"

#include "deepsea/model/model.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lbs::deepsea {

// Section "model".
struct ModelInput {
  std::vector<std::string> elements;    // type_map
  double cutoff = 6.0;                  // rcut
  double smooth_from = 0.5;             // rcut_smth
  double protection = 0.0;              // env_protection
  std::vector<int> selection;           // sel; empty: from the data ("auto")
  double selection_ratio = 1.1;         // of "auto:RATIO"
  bool one_side = false;                // type_one_side
  int axis_neurons = 4;
  std::vector<int> embedding = {10, 20, 40};
  std::vector<int> fitting = {120, 120, 120};
  Activation embedding_activation = Activation::TANH;
  Activation fitting_activation = Activation::TANH;
  bool embedding_timestep = false;    // resnet_dt
  bool fitting_timestep = true;
  std::vector<bool> embedding_trainable = {true};    // of each layer, or one for all
  std::vector<bool> fitting_trainable = {true};
  bool average_zero = false;    // set_davg_zero
  Precision precision = Precision::DOUBLE;
  std::vector<std::pair<int, int>> excluded;    // exclude_types
  double least_deviation = 0.01;                // data_stat_protect
  unsigned long seed = 1;
};

// Some systems that have a share of the batches together: a part of auto_prob.
struct SystemBlock {
  std::size_t begin = 0, end = 0;
  double weight = 0.0;
};

// Sections "training_data" and "validation_data".
struct DataInput {
  std::vector<std::string> systems;
  int batch_size = 0;             // frames; 0: by `batch_atoms`
  int batch_atoms = 32;           // "auto:N": as many frames as have N atoms together
  bool by_system = false;         // auto_prob "prob_uniform": each system as often as any other
  std::vector<double> weights;    // sys_probs
  std::vector<SystemBlock> blocks;
};

struct TrainingInput {
  ModelInput model;
  DataInput training;
  DataInput validation;    // no systems: none
  LearningRate rate;
  Prefactors prefactors;
  bool weights_default = false;    // use_default_pf: atoms without atom_pref have weight 1
  AdamSettings adam;
  int soap_every = 0;                  // precondition_frequency of SOAP; 0: Adam
  double largest_gradient = 0.0;       // gradient_max_norm; 0: any
  double average_decay = 0.0;          // ema_decay; 0: enable_ema is false
  long steps = 0;                      // numb_steps; 0: by `epochs`, until set_steps()
  double epochs = 0.0;                 // numb_epoch: times that all frames are gone through
  double warmup_part = 0.0;            // warmup_ratio of the steps
  long print_every = 1000;             // disp_freq
  long save_every = 1000;              // save_freq
  std::string curve = "lcurve.out";    // disp_file
  std::string name = "model";          // save_ckpt: prefix of model files and checkpoint
  unsigned long seed = 1;
  // Of the largest value or derivative of an embedding net: up to here it is interpolated; 0: not
  // at all; none: what suits the precision.
  std::optional<double> interpolation_error;
  std::string text;                    // all that decides about the numbers, to compare inputs by
  std::vector<std::string> keys;       // all that were looked for: "model/type_map" and so on
  std::vector<std::string> ignored;    // those in the file that change nothing here
};

// Throws InputError that names the file and the key: an unknown key with the nearest known one, a
// value of the wrong kind or out of range, a key of DeePMD-kit that is not supported with the value
// that is.
TrainingInput read_training_input(const std::string &path);
TrainingInput parse_training_input(const std::string &text, const std::string &path);

// Sets the number of steps and what follows from it. Throws InputError if the learning rate would
// rise longer than that.
void set_steps(long steps, TrainingInput &input);

// What the first key is whose value differs between two TrainingInput::text, with both values;
// empty if none does.
std::string input_difference(const std::string &before, const std::string &now);

}    // namespace lbs::deepsea
