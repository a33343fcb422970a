// SPDX-License-Identifier: GPL-2.0-only
#include "training_set.hpp"

#include "support/input_error.hpp"
#include "support/text.hpp"

#include <algorithm>

namespace lbs::deepsea {

namespace {

void check_elements(const LabelledSet &set, const std::vector<std::string> &elements)
{
  for (std::size_t f = 0; f < set.frames.size(); ++f)
    for (auto const &element : set.frames[f].frame.elements)
      if (std::find(elements.begin(), elements.end(), element) == elements.end())
        throw InputError(set.names[set.system[f]] + ": the type '" + element +
                         "' is not in the input's type_map, " + text::joined(elements) +
                         "; add it there, or correct type_map.raw");
}

}    // namespace

TrainingSet make_training_set(const LabelledSet &set, const Model &model)
{
  TrainingSet made;
  check_elements(set, model.elements);
  made.system = set.system;
  made.digest = set.digest;
  for (std::size_t f = 0; f < set.frames.size(); ++f) {
    const LabelledFrame &given = set.frames[f];
    try {
      made.frames.push_back(make_training_frame(given.frame, given.labels, model));
      made.frames.back().temperature = given.temperature.value_or(0.0);
    } catch (const InputError &e) {
      throw InputError(set.names[set.system[f]] + ", frame " + std::to_string(set.number[f]) +
                       ": " + e.what());
    }
    made.atoms += given.frame.x.size();
  }
  return made;
}

}    // namespace lbs::deepsea
