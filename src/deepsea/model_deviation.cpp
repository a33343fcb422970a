// SPDX-License-Identifier: GPL-2.0-only
#include "model_deviation.hpp"

#include <algorithm>
#include <cmath>

namespace lbs::deepsea {

double force_deviation(const std::vector<std::array<double, 3>> &forces, double level)
{
  auto const models = static_cast<double>(forces.size());
  double mean[3] = {};
  for (const auto &force : forces)
    for (int k = 0; k < 3; ++k) mean[k] += force[k] / models;
  double variance = 0.0;
  for (const auto &force : forces)
    for (int k = 0; k < 3; ++k) variance += (force[k] - mean[k]) * (force[k] - mean[k]) / models;
  double const deviation = std::sqrt(variance);
  return level > 0.0 ? deviation / (std::hypot(mean[0], mean[1], mean[2]) + level) : deviation;
}

Range virial_deviation(const std::vector<std::array<double, 9>> &virials, double atoms,
                       double level)
{
  auto const models = static_cast<double>(virials.size());
  Range range;
  double squares = 0.0;
  for (int k = 0; k < 9; ++k) {
    double mean = 0.0;
    for (const auto &virial : virials) mean += virial[k] / atoms / models;
    double variance = 0.0;
    for (const auto &virial : virials) {
      double const off = virial[k] / atoms - mean;
      variance += off * off / models;
    }
    double deviation = std::sqrt(variance);
    if (level > 0.0) deviation /= std::fabs(mean) + level;
    squares += deviation * deviation;
    range.most = k == 0 ? deviation : std::max(range.most, deviation);
    range.least = k == 0 ? deviation : std::min(range.least, deviation);
  }
  range.average = std::sqrt(squares / 9.0);
  return range;
}

}    // namespace lbs::deepsea
