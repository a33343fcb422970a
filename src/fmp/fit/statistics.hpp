// SPDX-License-Identifier: GPL-2.0-only
// How well a fit determines its parameters, and how well it agrees with its frames.
#pragma once

#include "loss.hpp"

#include <Eigen/Core>

#include <string>
#include <vector>

namespace lbs::fmp::fit {

struct ParameterStatistics {
  enum class State { DETERMINED, AT_BOUND, UNDETERMINED };
  State state = State::DETERMINED;
  double error = 0.0;    // standard error, of those that are determined
};

struct FitStatistics {
  double variance = 1.0;    // loss over degrees of freedom, by which errors are scaled
  std::vector<ParameterStatistics> parameters;
  Eigen::MatrixXd correlation;    // rows and columns of parameters not determined are zero
  // Changes of parameters that the loss does not notice: places of those that take part in each.
  std::vector<std::vector<std::size_t>> free_directions;
};

// From the triangle of a loss with `rows` deviations at `values`.
FitStatistics statistics(const Eigen::MatrixXd &triangle, long rows,
                         const std::vector<FreeParameter> &parameters,
                         const std::vector<double> &values);

// Deviations of one kind.
struct Deviation {
  long count = 0;
  double sum = 0.0;    // of absolute values
  double squares = 0.0;
  double largest = 0.0;

  void add(double deviation);
  [[nodiscard]] double mean() const;
  [[nodiscard]] double root() const;    // of the mean square
};

// Energy in eV an atom, after the offset; forces in eV/A; stress in GPa.
struct Deviations {
  Deviation energy, force, stress;
};

void add_deviations(const FitFrame &frame, const FrameValues &values, double offset,
                    Deviations &to);

// One of each condition, and one of all.
struct DeviationTable {
  std::vector<Deviations> conditions;
  Deviations all;
};
DeviationTable deviations(const FitData &data, const Loss::Predictions &predictions);

}    // namespace lbs::fmp::fit
