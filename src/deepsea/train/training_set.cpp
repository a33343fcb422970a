// SPDX-License-Identifier: GPL-2.0-only
#include "training_set.hpp"

#include "support/input_error.hpp"
#include "support/sha256.hpp"

#include <filesystem>

namespace lbs::deepsea {

LabelledSet read_systems(const std::vector<std::string> &systems, const std::string &folder,
                         const std::vector<std::string> &elements)
{
  LabelledSet set;
  Sha256 digest;
  for (auto const &given : systems) {
    std::filesystem::path const path(given);
    std::string const place = path.is_absolute() || folder.empty() ? given : folder + "/" + given;
    for (auto const &name : find_deepmd_systems(place)) {
      for (LabelledFrame &frame : read_deepmd_system(name, elements)) {
        digest.add(frame.frame.x.data(), frame.frame.x.size() * sizeof(frame.frame.x[0]));
        digest.add(frame.labels.force.data(), frame.labels.force.size() * 3 * sizeof(double));
        double const energy = frame.labels.energy.value_or(0.0);
        digest.add(&energy, sizeof energy);
        set.frames.push_back(std::move(frame));
        set.system.push_back(set.names.size());
      }
      set.names.push_back(name);
    }
  }
  set.digest = digest.digits();
  return set;
}

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
