// SPDX-License-Identifier: GPL-2.0-only
#include "training_frame.hpp"

#include "deepsea/frames/frame_energy.hpp"
#include "deepsea/model/atoms.hpp"
#include "frames/periodic_atoms.hpp"
#include "frames/vectors.hpp"
#include "support/input_error.hpp"

#include <string>

namespace lbs::deepsea {

TrainingFrame make_training_frame(const Frame &frame, const Labels &labels, const Model &model)
{
  TrainingFrame made;
  made.atoms = static_cast<int>(frame.x.size());
  made.type = types_of(frame, model.elements);
  made.labels = labels;
  made.volume = volume_of(frame);
  PeriodicAtoms const periodic(frame, made.type, model.cutoff);
  made.first.push_back(0);
  for (std::size_t i = 0; i < frame.x.size(); ++i) {
    auto const *const x = periodic.x();
    for (int t = 0; t < model.types(); ++t) {
      for (int n = periodic.first()[i]; n < periodic.first()[i + 1]; ++n) {
        int const j = periodic.neighbor()[static_cast<std::size_t>(n)];
        if (periodic.type()[j] != t) continue;
        int const owner = periodic.owner()[static_cast<std::size_t>(j)];
        std::array<double, 3> const d{x[j][0] - x[i][0], x[j][1] - x[i][1], x[j][2] - x[i][2]};
        if (d[0] * d[0] + d[1] * d[1] + d[2] * d[2] < OVERLAP * OVERLAP)
          throw InputError("atoms " + std::to_string(i + 1) + " and " + std::to_string(owner + 1) +
                           " lie on one spot; take the frame out");
        made.neighbor.push_back(owner);
        made.vector.push_back(d);
      }
      made.first.push_back(made.neighbor.size());
    }
  }
  return made;
}

}    // namespace lbs::deepsea
