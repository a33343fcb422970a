// SPDX-License-Identifier: GPL-2.0-only
#include "loss_terms.hpp"

namespace lbs::deepsea {

void LossSums::add(const LossSums &other)
{
  loss += other.loss;
  energy2 += other.energy2;
  force2 += other.force2;
  virial2 += other.virial2;
  energies += other.energies;
  forces += other.forces;
  virials += other.virials;
}

LossAdjoint add_errors(const TrainingFrame &frame, const Prediction &says,
                       const LossFactors &factors, double share, LossSums &sums)
{
  const Labels &labels = frame.labels;
  LossAdjoint to;
  to.by_force.assign(frame.atoms, {});
  double const n = frame.atoms;
  if (labels.energy) {
    double const error = says.energy - *labels.energy;
    sums.energy2 += error * error / (n * n);
    sums.energies += 1.0;
    sums.loss += share * factors.energy * error * error / n;
    to.by_energy = 2.0 * share * factors.energy * error / n;
  }
  if (labels.virial) {
    double const factor = share * factors.virial / (9.0 * n);
    for (std::size_t k = 0; k < 9; ++k) {
      double const error = says.virial[k] - (*labels.virial)[k];
      sums.virial2 += error * error / (n * n);
      sums.virials += 1.0;
      sums.loss += factor * error * error;
      to.by_virial[k] = 2.0 * factor * error;
    }
  }
  for (std::size_t i = 0; i < labels.force.size(); ++i) {
    double weight = factors.force;
    if (!labels.force_weight.empty()) weight += factors.weighted_force * labels.force_weight[i];
    double const factor = share * weight / (3.0 * n);
    for (std::size_t k = 0; k < 3; ++k) {
      double const error = says.force[i][k] - labels.force[i][k];
      sums.force2 += error * error;
      sums.forces += 1.0;
      sums.loss += factor * error * error;
      to.by_force[i][k] = 2.0 * factor * error;
    }
  }
  return to;
}

}    // namespace lbs::deepsea
