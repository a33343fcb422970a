// SPDX-License-Identifier: GPL-2.0-only
#include "loss_terms.hpp"

namespace lbs::deepsea {

void LossSums::add(const LossSums &other, double share)
{
  energy2 += other.energy2;
  force2 += other.force2;
  virial2 += other.virial2;
  weighted_force2 += other.weighted_force2;
  energies += other.energies;
  forces += other.forces;
  virials += other.virials;
  loss += share * other.loss;
  energy_term += share * other.energy_term;
  force_term += share * other.force_term;
  virial_term += share * other.virial_term;
  weighted_force_term += share * other.weighted_force_term;
}

double LossSums::loss_by(const LossFactors &factors) const
{
  return factors.energy * energy_term + factors.force * force_term + factors.virial * virial_term +
         factors.weighted_force * weighted_force_term;
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
    sums.energy_term += share * error * error / n;
    to.by_energy = 2.0 * share * factors.energy * error / n;
  }
  if (labels.virial) {
    double const factor = share * factors.virial / (9.0 * n);
    for (std::size_t k = 0; k < 9; ++k) {
      double const error = says.virial[k] - (*labels.virial)[k];
      sums.virial2 += error * error / (n * n);
      sums.virials += 1.0;
      sums.virial_term += share * error * error / (9.0 * n);
      to.by_virial[k] = 2.0 * factor * error;
    }
  }
  for (std::size_t i = 0; i < labels.force.size(); ++i) {
    double const own = labels.force_weight.empty() ? 0.0 : labels.force_weight[i];
    double const factor = share * (factors.force + factors.weighted_force * own) / (3.0 * n);
    double const counts = factors.force > 0.0 || has_force(labels, i) ? 1.0 : 0.0;
    for (std::size_t k = 0; k < 3; ++k) {
      double const error = says.force[i][k] - labels.force[i][k];
      sums.force2 += counts * error * error;
      sums.weighted_force2 += own * error * error;
      sums.forces += counts;
      sums.force_term += share * error * error / (3.0 * n);
      sums.weighted_force_term += share * own * error * error / (3.0 * n);
      to.by_force[i][k] = 2.0 * factor * error;
    }
  }
  sums.loss = sums.loss_by(factors);
  return to;
}

}    // namespace lbs::deepsea
