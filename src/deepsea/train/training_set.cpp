// SPDX-License-Identifier: GPL-2.0-only
#include "training_set.hpp"

#include "support/input_error.hpp"

namespace lbs::deepsea {

TrainingSet make_training_set(const LabelledSet &set, const Model &model)
{
  TrainingSet made;
  made.system = set.system;
  made.digest = set.digest;
  for (std::size_t f = 0; f < set.frames.size(); ++f) {
    const LabelledFrame &given = set.frames[f];
    try {
      made.frames.push_back(make_training_frame(given.frame, given.labels, model));
    } catch (const InputError &e) {
      throw InputError(set.names[set.system[f]] + ", frame " + std::to_string(f + 1) + ": " +
                       e.what());
    }
    made.atoms += given.frame.x.size();
  }
  return made;
}

}    // namespace lbs::deepsea
