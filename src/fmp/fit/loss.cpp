// SPDX-License-Identifier: GPL-2.0-only
#include "loss.hpp"

#include "parallel.hpp"

#include "support/input_error.hpp"

#include <Eigen/QR>

#include <algorithm>
#include <cmath>

namespace lbs::fmp::fit {

namespace {

using Index = Eigen::Index;
using Matrix = Eigen::MatrixXd;

constexpr std::size_t NO_ROW = static_cast<std::size_t>(-1);

// The triangle of a QR decomposition, as many rows as columns: |T y| = |rows y| for every y.
Matrix triangle_of(const Matrix &rows)
{
  auto const columns = rows.cols();
  Matrix padded = Matrix::Zero(std::max(rows.rows(), columns), columns);
  padded.topRows(rows.rows()) = rows;
  Eigen::HouseholderQR<Matrix> const qr(padded);
  return qr.matrixQR().topRows(columns).triangularView<Eigen::Upper>();
}

void fold(const Matrix &rows, Matrix &triangle)
{
  Matrix both(triangle.rows() + rows.rows(), triangle.cols());
  both << triangle, rows;
  triangle = triangle_of(both);
}

// Energies may only be used if nothing but neutral glasses is compared: others have none in a cell.
void check_neutral(const ConditionTerms &terms, const Condition &condition,
                   const std::vector<std::string> &elements)
{
  constexpr double TOLERANCE = 1.0e-5;    // e a mole of oxides
  double charge = 0.0;
  for (std::size_t a = 0; a < elements.size(); ++a)
    charge += terms.charges[a] * condition.composition.moles_of_element(elements[a]);
  if (std::fabs(charge) > TOLERANCE)
    throw InputError("the charges of the potential do not make " + condition.name +
                     " neutral; correct them, or write 'charge neutral' for one element");
}

}    // namespace

Loss::Loss(const FitInput &input, const FitData &data, int threads, std::size_t left_out)
    : input_(input), data_(data), threads_(threads)
{
  std::vector<double> weights;
  for (std::size_t f = 0; f < data.frames.size(); ++f) {
    FitFrame const &frame = data.frames[f];
    if (frame.condition == left_out) continue;
    used_.push_back(f);
    energy_row_.push_back(frame.labels.energy ? energies_.size() : NO_ROW);
    for (std::size_t i = 0; i < frame.labels.force.size(); ++i)
      if (has_force(frame.labels, i)) rows_ += 3;
    if (frame.labels.virial) rows_ += 6;
    if (!frame.labels.energy) continue;
    energies_.push_back(f);
    weights.push_back(std::sqrt(frame.weight) /
                      (static_cast<double>(frame.atoms()) * input.scales.energy));
  }
  energy_weights_ = Eigen::Map<Eigen::VectorXd>(weights.data(), static_cast<Index>(weights.size()));
  offsets_ = std::make_unique<EnergyOffsets>(input.reference, data, energies_, energy_weights_);
  rows_ += static_cast<long>(energies_.size()) - offsets_->rank();
  for (auto const &p : input.free)
    if (p.width) ++rows_;
}

std::vector<ConditionTerms> Loss::terms(const std::vector<double> &values, bool slopes) const
{
  auto const file = with_values(input_.file, input_.free, values);
  TermSettings const settings{input_.style.cut, input_.style.cut_coulomb, input_.shift};
  static const std::vector<FreeParameter> NONE;
  std::vector<ConditionTerms> all;
  for (auto const &condition : data_.conditions) {
    all.push_back(make_terms(file, slopes ? input_.free : NONE, condition, settings));
    check_neutral(all.back(), condition, element_names(file));
  }
  return all;
}

Matrix Loss::rows_of(const FitFrame &frame, const FrameValues &values, const Matrix *slopes) const
{
  auto const &labels = frame.labels;
  auto const forces = static_cast<Index>(3 * labels.force.size());
  Index const stresses = labels.virial ? 6 : 0;
  Index const columns = slopes != nullptr ? slopes->cols() : 0;
  Matrix rows(forces + stresses, columns + 1);
  if (slopes != nullptr) {
    rows.topLeftCorner(forces, columns) = slopes->middleRows(FORCE_ROW, forces);
    rows.bottomLeftCorner(stresses, columns) = slopes->middleRows(VIRIAL_ROW, stresses);
  }
  double const frame_weight = std::sqrt(frame.weight);
  for (Index k = 0; k < forces; ++k) {
    auto const atom = static_cast<std::size_t>(k / 3);
    double weight = frame_weight / input_.scales.force;
    if (!labels.force_weight.empty()) weight *= std::sqrt(labels.force_weight[atom]);
    rows(k, columns) = values[FORCE_ROW + k] - labels.force[atom][static_cast<std::size_t>(k % 3)];
    rows.row(k) *= weight;
  }
  for (Index k = 0; k < stresses; ++k) {
    rows(forces + k, columns) =
        values[VIRIAL_ROW + k] - (*labels.virial)[LABEL_PLACE[static_cast<std::size_t>(k)]];
    rows.row(forces + k) *= frame_weight * GPA / (frame.volume * input_.scales.stress);
  }
  return rows;
}

Matrix Loss::prior_rows(const std::vector<double> &values) const
{
  auto const n = static_cast<Index>(input_.free.size());
  Matrix rows = Matrix::Zero(n, n + 1);
  for (Index k = 0; k < n; ++k) {
    auto const &p = input_.free[static_cast<std::size_t>(k)];
    if (!p.width) continue;
    rows(k, k) = 1.0 / *p.width;
    rows(k, n) = (values[static_cast<std::size_t>(k)] - p.prior) / *p.width;
  }
  return rows;
}

double Loss::value(const std::vector<double> &values) const
{
  auto const all = terms(values, false);
  std::vector<double> parts(used_.size(), 0.0);
  Matrix energies(static_cast<Index>(energies_.size()), 1);
  in_parallel(used_.size(), threads_, [&](std::size_t k) {
    FitFrame const &frame = data_.frames[used_[k]];
    auto const at = evaluate(frame, all[frame.condition], nullptr);
    parts[k] = rows_of(frame, at, nullptr).squaredNorm();
    if (energy_row_[k] == NO_ROW) return;
    auto const row = static_cast<Index>(energy_row_[k]);
    energies(row, 0) = energy_weights_[row] * (at[ENERGY_ROW] - *frame.labels.energy);
  });
  offsets_->remove(energies);
  double sum = energies.squaredNorm() + prior_rows(values).rightCols(1).squaredNorm();
  for (double const part : parts) sum += part;
  return sum;
}

Matrix Loss::triangle(const std::vector<double> &values) const
{
  auto const all = terms(values, true);
  auto const n = static_cast<Index>(input_.free.size());
  std::vector<Matrix> parts(used_.size());
  Matrix energies(static_cast<Index>(energies_.size()), n + 1);
  in_parallel(used_.size(), threads_, [&](std::size_t k) {
    FitFrame const &frame = data_.frames[used_[k]];
    Matrix slopes;
    auto const at = evaluate(frame, all[frame.condition], &slopes);
    parts[k] = triangle_of(rows_of(frame, at, &slopes));
    if (energy_row_[k] == NO_ROW) return;
    auto const row = static_cast<Index>(energy_row_[k]);
    energies.row(row) << slopes.row(ENERGY_ROW), at[ENERGY_ROW] - *frame.labels.energy;
    energies.row(row) *= energy_weights_[row];
  });
  offsets_->remove(energies);
  Matrix triangle = triangle_of(prior_rows(values));
  if (energies.rows() > 0) fold(energies, triangle);
  for (auto const &part : parts) fold(part, triangle);    // in the same order for any threads
  return triangle;
}

Loss::Predictions Loss::predictions(const std::vector<double> &values) const
{
  auto const all = terms(values, false);
  Predictions made;
  made.values.resize(data_.frames.size());
  in_parallel(data_.frames.size(), threads_, [&](std::size_t f) {
    FitFrame const &frame = data_.frames[f];
    made.values[f] = evaluate(frame, all[frame.condition], nullptr);
  });
  Eigen::VectorXd differences(static_cast<Index>(energies_.size()));
  for (std::size_t k = 0; k < energies_.size(); ++k)
    differences[static_cast<Index>(k)] =
        *data_.frames[energies_[k]].labels.energy - made.values[energies_[k]][ENERGY_ROW];
  made.offsets = offsets_->best(differences);
  return made;
}

}    // namespace lbs::fmp::fit
