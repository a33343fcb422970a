// SPDX-License-Identifier: GPL-2.0-only
// Steps down the gradient of a loss, in coordinates in which the parameters of a layer are
// independent.
//
// The inputs of a layer are far from independent: entries of the descriptor are products of few
// moments. Adam, which scales each weight by itself, then creeps along narrow valleys of the loss.
// SOAP (N. Vyas et al., arXiv:2409.11321) keeps the covariances of the gradient by the rows and by
// the columns of a layer's weights, and is Adam in the eigenvectors of both.
#pragma once

#include "optimizer.hpp"

#include "deepsea/model/model.hpp"

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

class Soap {
 public:
  // Moves layers whose parameters are in `trainable`. beta2 of the settings serves the covariances,
  // too; a penalty is not in use. Every `turn_every` steps one power iteration turns the
  // eigenvectors. All but the parameters is in single precision, which is enough for directions.
  Soap(const Model &model, const AdamSettings &settings, int turn_every, const Ranges &trainable,
       int threads);
  ~Soap();
  Soap(const Soap &) = delete;
  Soap &operator=(const Soap &) = delete;

  // Moves `parameters`; the gradient is by all of them, in the order of ParameterLayout.
  void step(double rate, const std::vector<double> &gradient, std::vector<double> &parameters);

  // All that a restart needs.
  struct State {
    std::vector<float> numbers;
    long steps = 0;
  };
  State state;

 private:
  // A layer: its weights, biases and timesteps stand in a row, so that they are one matrix with a
  // row for each input, one for the biases and perhaps one for the timesteps.
  struct Layer {
    std::size_t place = 0;      // of its parameters
    std::size_t numbers = 0;    // of its part of the state
    int rows = 0;
    int columns = 0;
  };
  struct Work;

  AdamSettings settings_;
  int turn_every_;
  std::vector<Layer> layers_;    // those that take longest first
  std::vector<Work> work_;       // of each thread

  void move(const Layer &layer, double rate, const double *gradient, double *parameters,
            Work &work);
};

}    // namespace lbs::deepsea
