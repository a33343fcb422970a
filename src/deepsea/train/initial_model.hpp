// SPDX-License-Identifier: GPL-2.0-only
// The model that a training run begins with: shapes from the input, statistics from the data.
#pragma once

#include "input.hpp"
#include "loss_engine.hpp"
#include "training_frame.hpp"

#include "deepsea/model/model.hpp"
#include "frames/deepmd_system.hpp"

#include <string>
#include <vector>

namespace lbs::deepsea {

// Random weights as DeePMD-kit draws them: normal with deviation 1/sqrt(inputs + outputs), biases
// normal with deviation 1, timesteps about 0.1. Without statistics: average 0, deviation 1.
Model random_model(const ModelInput &input);

// What the model should know of its training set.
struct DataStatistics {
  std::vector<int> most_neighbors;    // of each type around any atom
  std::vector<double> shortest;       // [center * types + neighbor], A; 0: never inside the cutoff
  double hottest = 0.0;               // K; 0: no frame tells
  std::size_t atoms = 0;
  std::size_t frames = 0;
};

// Averages and deviations of the rows of the environment matrix, energy biases by least squares
// over the compositions, shortest distances, the highest temperature, and the numbers of neighbors,
// if they are not given, go into the model. Throws InputError if no frame has a force or an energy.
DataStatistics set_statistics(const std::vector<TrainingFrame> &frames, const ModelInput &input,
                              Model &model);

// Energy of each of `types` types that explains the energies of the frames best, each frame alike,
// as DeePMD-kit has it; where compositions leave it open, the one of least square sum. Zeros if no
// frame has an energy.
std::vector<double> fit_energy_bias(const std::vector<TrainingFrame> &frames, int types);

// For a run that begins with the weights of `start`: throws InputError, which begins with `where`,
// if the input describes another model. What the data add, shorter distances or a higher
// temperature, goes into `start`.
void continue_model(const std::vector<TrainingFrame> &frames, const ModelInput &input,
                    const std::string &where, Model &start);

// Adds to the energy biases of a model what explains the differences between the frames' energies
// and its own best, for data with another zero of energy. `engine` is one of this model.
void shift_energies(const std::vector<TrainingFrame> &frames, LossEngine &engine, Model &model);

}    // namespace lbs::deepsea
