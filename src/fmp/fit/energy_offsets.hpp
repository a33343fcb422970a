// SPDX-License-Identifier: GPL-2.0-only
// What is added to the energies of a fit, by least squares.
#pragma once

#include "fit_data.hpp"

#include <Eigen/Core>

#include <vector>

namespace lbs::fmp::fit {

// Labels and potential count energies from different zeros, so only differences within each
// composition can be compared, or, with an energy for each element, within all of them. These
// offsets are linear in the loss: for any other parameters the best ones are known, and they are
// taken out of it exactly, by an orthogonal projection.
class EnergyOffsets {
 public:
  // For frames of `data` that have energies, named by `frames`, with the weights of their rows.
  EnergyOffsets(EnergyReference reference, const FitData &data,
                const std::vector<std::size_t> &frames, const Eigen::VectorXd &weights);

  // Takes out of each column of weighted rows what offsets can account for.
  void remove(Eigen::MatrixXd &rows) const;
  // Offset of every frame of the data, from unweighted differences (eV) of the frames given to the
  // constructor: label minus potential.
  [[nodiscard]] Eigen::VectorXd best(const Eigen::VectorXd &differences) const;
  // Number of offsets that the frames determine.
  [[nodiscard]] int rank() const { return static_cast<int>(basis_.cols()); }

 private:
  Eigen::MatrixXd all_;       // one row for each frame of the data
  Eigen::MatrixXd design_;    // weighted, one row for each frame with an energy
  Eigen::VectorXd weights_;
  Eigen::MatrixXd basis_;    // orthonormal, of the columns of `design_`
};

}    // namespace lbs::fmp::fit
