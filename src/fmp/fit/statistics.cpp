// SPDX-License-Identifier: GPL-2.0-only
#include "statistics.hpp"

#include <Eigen/SVD>

#include <algorithm>
#include <cmath>

namespace lbs::fmp::fit {

namespace {

using Index = Eigen::Index;
using State = ParameterStatistics::State;

// Of the largest singular value, for parameters each in a unit that makes its own effect 1. Below
// it, a change along that direction is lost in the rounding of the deviations.
constexpr double NOT_NOTICED = 1.0e-7;
// Share of a parameter in such a direction from which on it counts as not determined.
constexpr double TAKES_PART = 0.05;

bool at_bound(const FreeParameter &p, double value)
{
  double const near = 1.0e-9 * (1.0 + std::fabs(value));
  return value - p.lower < near || p.upper - value < near;
}

}    // namespace

FitStatistics statistics(const Eigen::MatrixXd &triangle, long rows,
                         const std::vector<FreeParameter> &parameters,
                         const std::vector<double> &values)
{
  auto const n = static_cast<Index>(parameters.size());
  FitStatistics made;
  made.parameters.resize(parameters.size());
  made.correlation.setZero(n, n);
  Eigen::VectorXd length = triangle.leftCols(n).colwise().norm();
  std::vector<Index> open;    // columns that the data can say something about
  for (Index k = 0; k < n; ++k) {
    auto &p = made.parameters[static_cast<std::size_t>(k)];
    if (at_bound(parameters[static_cast<std::size_t>(k)], values[static_cast<std::size_t>(k)]))
      p.state = State::AT_BOUND;
    else if (length[k] == 0.0) {
      p.state = State::UNDETERMINED;
      made.free_directions.push_back({static_cast<std::size_t>(k)});
    } else open.push_back(k);
  }
  double const loss = triangle.col(n).squaredNorm();
  Index const count = static_cast<Index>(open.size());
  if (count == 0) return made;
  Eigen::MatrixXd slopes(triangle.rows(), count);
  for (Index k = 0; k < count; ++k) slopes.col(k) = triangle.col(open[k]) / length[open[k]];
  Eigen::JacobiSVD<Eigen::MatrixXd> const svd(slopes, Eigen::ComputeThinV);
  auto const &singular = svd.singularValues();
  auto const &v = svd.matrixV();
  Index rank = 0;
  while (rank < count && singular[rank] > NOT_NOTICED * singular[0]) ++rank;
  if (rows > rank) made.variance = loss / static_cast<double>(rows - rank);

  for (Index d = rank; d < count; ++d) {
    std::vector<std::size_t> part;
    for (Index k = 0; k < count; ++k)
      if (std::fabs(v(k, d)) > TAKES_PART) part.push_back(static_cast<std::size_t>(open[k]));
    for (auto const k : part) made.parameters[k].state = State::UNDETERMINED;
    made.free_directions.push_back(part);
  }
  // (J^T J)^-1 by the directions that count
  Eigen::MatrixXd const half = v.leftCols(rank) * singular.head(rank).cwiseInverse().asDiagonal();
  Eigen::MatrixXd const inverse = half * half.transpose();
  for (Index a = 0; a < count; ++a) {
    auto &p = made.parameters[static_cast<std::size_t>(open[a])];
    if (p.state != State::DETERMINED) continue;
    p.error = std::sqrt(made.variance * inverse(a, a)) / length[open[a]];
    for (Index b = 0; b < count; ++b)
      if (made.parameters[static_cast<std::size_t>(open[b])].state == State::DETERMINED)
        made.correlation(open[a], open[b]) =
            inverse(a, b) / std::sqrt(inverse(a, a) * inverse(b, b));
  }
  return made;
}

void Deviation::add(double deviation)
{
  ++count;
  sum += std::fabs(deviation);
  squares += deviation * deviation;
  largest = std::max(largest, std::fabs(deviation));
}

double Deviation::mean() const
{
  return count > 0 ? sum / static_cast<double>(count) : 0.0;
}

double Deviation::root() const
{
  return count > 0 ? std::sqrt(squares / static_cast<double>(count)) : 0.0;
}

void add_deviations(const FitFrame &frame, const FrameValues &values, double offset, Deviations &to)
{
  auto const &labels = frame.labels;
  if (labels.energy)
    to.energy.add((values[ENERGY_ROW] + offset - *labels.energy) /
                  static_cast<double>(frame.atoms()));
  for (std::size_t i = 0; i < labels.force.size(); ++i)
    for (std::size_t c = 0; has_force(labels, i) && c < 3; ++c)
      to.force.add(values[static_cast<Index>(FORCE_ROW + 3 * i + c)] - labels.force[i][c]);
  for (std::size_t k = 0; labels.virial && k < 6; ++k)
    to.stress.add((values[static_cast<Index>(VIRIAL_ROW + k)] - (*labels.virial)[LABEL_PLACE[k]]) /
                  frame.volume * GPA);
}

DeviationTable deviations(const FitData &data, const Loss::Predictions &predictions)
{
  DeviationTable table;
  table.conditions.resize(data.conditions.size());
  for (std::size_t f = 0; f < data.frames.size(); ++f) {
    auto const &frame = data.frames[f];
    double const offset = predictions.offsets[static_cast<Index>(f)];
    for (auto *to : {&table.conditions[frame.condition], &table.all})
      add_deviations(frame, predictions.values[f], offset, *to);
  }
  return table;
}

}    // namespace lbs::fmp::fit
