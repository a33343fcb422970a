// SPDX-License-Identifier: GPL-2.0-only
// Labelled frames with atoms at random places, for tests.
#pragma once

#include "deepsea/random_model.hpp"

#include "frames/deepmd_system.hpp"

namespace lbs::deepsea::testing {

inline Frame random_frame(RandomModel &random, const std::vector<std::string> &elements, int atoms)
{
  Frame frame;
  Cluster const cluster(random, atoms, static_cast<int>(elements.size()), 6.0, 1.0);
  frame.x = cluster.x;
  for (int const t : cluster.type) frame.elements.push_back(elements[t]);
  frame.cell = {{{7.0, 0.0, 0.0}, {0.5, 7.2, 0.0}, {-0.3, 0.4, 6.9}}};
  frame.periodic = {true, true, true};
  return frame;
}

inline Labels random_labels(RandomModel &random, int atoms)
{
  Labels labels;
  labels.energy = random.normal();
  labels.virial.emplace();
  for (double &v : *labels.virial) v = random.normal();
  for (int i = 0; i < atoms; ++i) {
    labels.force.push_back({random.normal(), random.normal(), random.normal()});
    labels.force_weight.push_back(random.uniform(0.0, 2.0));
  }
  return labels;
}

}    // namespace lbs::deepsea::testing
