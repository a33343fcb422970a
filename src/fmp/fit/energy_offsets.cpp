// SPDX-License-Identifier: GPL-2.0-only
#include "energy_offsets.hpp"

#include <Eigen/QR>

namespace lbs::fmp::fit {

EnergyOffsets::EnergyOffsets(EnergyReference reference, const FitData &data,
                             const std::vector<std::size_t> &frames, const Eigen::VectorXd &weights)
    : weights_(weights)
{
  using Index = Eigen::Index;
  auto const rows = static_cast<Index>(data.frames.size());
  Index columns = 0;
  if (reference == EnergyReference::COMPOSITION)
    columns = static_cast<Index>(data.conditions.size());
  if (reference == EnergyReference::ELEMENT && rows > 0) columns = data.frames[0].coulomb.elements;
  all_.setZero(rows, columns);
  for (Index f = 0; f < rows; ++f) {
    FitFrame const &frame = data.frames[static_cast<std::size_t>(f)];
    if (reference == EnergyReference::COMPOSITION)
      all_(f, static_cast<Index>(frame.condition)) = static_cast<double>(frame.atoms());
    if (reference == EnergyReference::ELEMENT)
      for (int const type : frame.type) all_(f, type) += 1.0;
  }
  design_.resize(static_cast<Index>(frames.size()), columns);
  for (Index k = 0; k < design_.rows(); ++k)
    design_.row(k) = weights[k] * all_.row(static_cast<Index>(frames[static_cast<std::size_t>(k)]));
  if (columns == 0 || design_.rows() == 0) {
    basis_.resize(design_.rows(), 0);
    return;
  }
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(design_);
  Eigen::MatrixXd const identity = Eigen::MatrixXd::Identity(design_.rows(), qr.rank());
  basis_ = qr.householderQ() * identity;
}

void EnergyOffsets::remove(Eigen::MatrixXd &rows) const
{
  rows -= basis_ * (basis_.transpose() * rows);
}

Eigen::VectorXd EnergyOffsets::best(const Eigen::VectorXd &differences) const
{
  if (all_.cols() == 0 || design_.rows() == 0) return Eigen::VectorXd::Zero(all_.rows());
  // The smallest ones, where elements come in fixed proportions only.
  Eigen::VectorXd const right = weights_.cwiseProduct(differences);
  return all_ * design_.completeOrthogonalDecomposition().solve(right);
}

}    // namespace lbs::fmp::fit
