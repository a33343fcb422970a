// SPDX-License-Identifier: GPL-2.0-only
// Everything that a training run needs to go on as if it had not stopped.
#pragma once

#include "soap.hpp"

#include "deepsea/model/model.hpp"

#include <string>
#include <vector>

namespace lbs::deepsea {

struct Checkpoint {
  std::string input;    // of the run, in its standard form
  std::string data;     // digest of the training frames
  long steps = 0;       // done
  double best = 0.0;    // the least validation error so far
  Model model;          // with the parameters of the last step
  Adam::State adam;     // of the optimizer that is in use; the other one has none
  Soap::State soap;
  std::vector<double> grid_spacings;    // of the embedding nets
  std::vector<double> average;          // of the parameters; empty if it is not kept
};

// Whole or not at all; see write_bytes().
void write_checkpoint(const Checkpoint &checkpoint, const std::string &path);

// Throws InputError if the file is damaged or none, or belongs to another input than `input`.
Checkpoint read_checkpoint(const std::string &path, const std::string &input);

}    // namespace lbs::deepsea
