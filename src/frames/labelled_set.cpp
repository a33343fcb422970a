// SPDX-License-Identifier: GPL-2.0-only
#include "labelled_set.hpp"

#include "support/sha256.hpp"

#include <filesystem>

namespace lbs {

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
        digest.add(frame.frame.cell.data(), sizeof frame.frame.cell);
        double const energy = frame.labels.energy.value_or(0.0);
        digest.add(&energy, sizeof energy);
        if (frame.labels.virial) digest.add(frame.labels.virial->data(), 9 * sizeof(double));
        set.frames.push_back(std::move(frame));
        set.system.push_back(set.names.size());
      }
      set.names.push_back(name);
    }
  }
  set.digest = digest.digits();
  return set;
}

}    // namespace lbs
