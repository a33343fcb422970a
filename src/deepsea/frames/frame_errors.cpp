// SPDX-License-Identifier: GPL-2.0-only
#include "frame_errors.hpp"

#include "deepsea/model_deviation.hpp"

#include <cmath>

namespace lbs::deepsea {

void ErrorSum::add(double error, const FramePlace &place)
{
  double const size = std::fabs(error);
  if (count == 0 || size > largest) {
    largest = size;
    at = place;
  }
  ++count;
  absolute += size;
  square += size * size;
}

void ErrorSum::add(const ErrorSum &other)
{
  if (other.count > 0 && (count == 0 || other.largest > largest)) {
    largest = other.largest;
    at = other.at;
  }
  count += other.count;
  absolute += other.absolute;
  square += other.square;
}

double ErrorSum::mean() const
{
  return count > 0 ? absolute / static_cast<double>(count) : 0.0;
}

double ErrorSum::rms() const
{
  return count > 0 ? std::sqrt(square / static_cast<double>(count)) : 0.0;
}

void PredictionErrors::add(const LabelledFrame &frame, const FrameEnergy &prediction,
                           const FramePlace &place)
{
  auto const &labels = frame.labels;
  auto const count = frame.frame.x.size();
  auto const n = static_cast<double>(count);
  ++frames;
  atoms += count;
  if (prediction.short_pairs.count > 0) ++close_frames;
  if (labels.energy) energy.add((prediction.energy - *labels.energy) / n, place);
  if (labels.virial)
    for (std::size_t k = 0; k < 9; ++k)
      virial.add((prediction.virial[k] - (*labels.virial)[k]) / n, place);
  for (std::size_t i = 0; i < labels.force.size(); ++i) {
    if (!has_force(labels, i)) {
      ++left_out;
      continue;
    }
    FramePlace const at = {place.set, place.frame, i + 1};
    for (std::size_t k = 0; k < 3; ++k) {
      double const error = prediction.force[i][k] - labels.force[i][k];
      force.add(error, at);
      force_of[frame.frame.elements[i]].add(error, at);
    }
  }
}

void PredictionErrors::add(const PredictionErrors &other)
{
  frames += other.frames;
  atoms += other.atoms;
  energy.add(other.energy);
  force.add(other.force);
  for (auto const &[element, errors] : other.force_of) force_of[element].add(errors);
  virial.add(other.virial);
  close_frames += other.close_frames;
  left_out += other.left_out;
}

bool PredictionErrors::has_any() const
{
  return energy.count + force.count + virial.count > 0;
}

void PredictionDeviations::add(const std::vector<FrameEnergy> &predictions, const FramePlace &place)
{
  std::vector<std::array<double, 9>> virials;
  for (auto const &prediction : predictions) virials.push_back(prediction.virial);
  auto const count = predictions.front().force.size();
  virial.add(virial_deviation(virials, static_cast<double>(count), 0.0).average, place);
  ErrorSum here;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::array<double, 3>> forces;
    for (auto const &prediction : predictions) forces.push_back(prediction.force[i]);
    here.add(force_deviation(forces, 0.0), {place.set, place.frame, i + 1});
  }
  force.add(here);
  if (here.count > 0) most_force.add(here.largest, here.at);
}

void PredictionDeviations::add(const PredictionDeviations &other)
{
  force.add(other.force);
  most_force.add(other.most_force);
  virial.add(other.virial);
}

}    // namespace lbs::deepsea
