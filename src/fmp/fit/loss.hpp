// SPDX-License-Identifier: GPL-2.0-only
// What a fit minimizes: a sum of squares, with its exact derivatives.
#pragma once

#include "energy_offsets.hpp"
#include "fit_data.hpp"

#include <Eigen/Core>

#include <memory>
#include <vector>

namespace lbs::fmp::fit {

// The loss is the sum over frames of
//   w [ (dE / (N s_E))^2 + sum over components of (dF/s_F)^2 + sum over six of (dS/s_S)^2 ]
// with the frame's weight w, its deviations dE (eV, after the best offset), dF (eV/A) and dS (GPa)
// and the scales s of the input, plus ((p - expected)/width)^2 for each prior.
class Loss {
 public:
  // Of all frames, or of those that are not of one composition.
  static constexpr std::size_t NOTHING = static_cast<std::size_t>(-1);
  Loss(const FitInput &input, const FitData &data, int threads, std::size_t left_out = NOTHING);

  // Throws InputError if the values are outside of what pair_style fmp/lbs takes.
  [[nodiscard]] double value(const std::vector<double> &values) const;

  // The loss with derivatives, as a triangle T of one column for each parameter and a last one for
  // the deviations: |T (change, 1)|^2 is the loss after a small change of the parameters, to first
  // order in the deviations. It has all that the least squares of any number of rows need.
  [[nodiscard]] Eigen::MatrixXd triangle(const std::vector<double> &values) const;

  // Energies, forces and virials of all frames of the data, and the offsets of their energies.
  struct Predictions {
    std::vector<FrameValues> values;
    Eigen::VectorXd offsets;
  };
  [[nodiscard]] Predictions predictions(const std::vector<double> &values) const;

  // Deviations and priors, less the offsets that were determined from them.
  [[nodiscard]] long rows() const { return rows_; }

 private:
  const FitInput &input_;
  const FitData &data_;
  int threads_;
  std::vector<std::size_t> used_;          // frames
  std::vector<std::size_t> energies_;      // those with an energy, as frames
  std::vector<std::size_t> energy_row_;    // by place in `used_`
  Eigen::VectorXd energy_weights_;
  std::unique_ptr<EnergyOffsets> offsets_;
  long rows_ = 0;

  [[nodiscard]] std::vector<ConditionTerms> terms(const std::vector<double> &values,
                                                  bool slopes) const;
  // Weighted rows of forces and stress; the last column is the deviations, the others, if there are
  // slopes, their derivatives.
  [[nodiscard]] Eigen::MatrixXd rows_of(const FitFrame &frame, const FrameValues &values,
                                        const Eigen::MatrixXd *slopes) const;
  [[nodiscard]] Eigen::MatrixXd prior_rows(const std::vector<double> &values) const;
};

}    // namespace lbs::fmp::fit
