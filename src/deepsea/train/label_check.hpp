// SPDX-License-Identifier: GPL-2.0-only
// What can be seen of labels that are not there or not in the right units, before a training.
#pragma once

#include "input.hpp"
#include "training_frame.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace lbs::deepsea {

// How the virials of some frames compare with those that their forces imply.
struct VirialComparison {
  std::size_t numbers = 0;     // compared
  double correlation = 0.0;    // -1 to 1
  double ratio = 0.0;          // label / implied, with the sign of the correlation
  double volume = 0.0;         // of a frame, A^3, geometric mean
};

// A pair force that is a sum of bumps in r for each pair of types is fitted to the forces; what it
// does to the cell is compared with the labels. Only the parts of the virials without trace are,
// for a pressure that depends on density alone leaves no trace in the forces. Nothing if there are
// too few frames with both labels. `types`: of the model; `cutoff` in A.
std::optional<VirialComparison> compare_virials(const std::vector<TrainingFrame> &frames, int types,
                                                double cutoff);

// Warnings about the frames of a training, one a line; throws InputError with the remedy where they
// cannot be used: if no label counts by the input's prefactors, or if the virials are of another
// unit or sign.
std::vector<std::string> check_labels(const std::vector<TrainingFrame> &frames,
                                      const TrainingInput &input);

}    // namespace lbs::deepsea
