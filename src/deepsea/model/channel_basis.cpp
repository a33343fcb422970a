// SPDX-License-Identifier: GPL-2.0-only
#include "channel_basis.hpp"

#include "linalg/blas.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace lbs::deepsea {

namespace {

// Values and slopes of all nets at some places, a row of M numbers for each, in units of what they
// may be off by.
struct Samples {
  std::vector<double> rows;

  void add(const std::vector<double> &numbers, double scale)
  {
    for (double const number : numbers) rows.push_back(number / scale);
  }
};

// Orthonormal directions, row by row, in the order of what the nets have of them. Chebyshev's nodes
// give the ends of the tables the weight that keeps the largest error small.
std::vector<double> directions(const std::vector<TabulatedNet> &nets, int channels)
{
  constexpr int NODES_OF_A_ROW = 3;
  Samples samples;
  for (const TabulatedNet &tabulated : nets) {
    const EmbeddingSpline &spline = tabulated.spline;
    int const nodes = NODES_OF_A_ROW * spline.coefficients();
    std::vector<double> at;
    for (int n = 0; n < nodes; ++n)
      at.push_back(
          spline.s_at(0.5 * spline.scale.intervals * (1.0 - std::cos(M_PI * (n + 0.5) / nodes))));
    NetSlopes exact;
    evaluate_embedding(*tabulated.net, at, exact);
    samples.add(exact.value, spline.value_unit());
    samples.add(exact.slope, spline.slope_unit());
  }
  // Rows of zeros where there are fewer samples than channels.
  auto const width = static_cast<std::size_t>(channels);
  std::size_t const count = std::max(samples.rows.size() / width, width);
  samples.rows.resize(count * width, 0.0);
  return blas::right_singular_vectors(static_cast<int>(count), channels, std::move(samples.rows));
}

// How far the channels that a growing basis gives back are from the exact ones.
class Residual {
 public:
  Residual(const std::vector<TabulatedNet> &nets, int channels)
      : channels_(static_cast<std::size_t>(channels))
  {
    for (const TabulatedNet &tabulated : nets) {
      const EmbeddingSpline &spline = tabulated.spline;
      std::vector<double> const at = probes(spline);
      NetSlopes exact;
      evaluate_embedding(*tabulated.net, at, exact);
      std::vector<double> value;
      std::vector<double> slope;
      NetSlopes table;
      for (double const s : at) {
        spline.evaluate(s, value, slope);
        table.value.insert(table.value.end(), value.begin(), value.end());
        table.slope.insert(table.slope.end(), slope.begin(), slope.end());
      }
      rest_.add(exact.value, spline.value_unit());
      rest_.add(exact.slope, spline.slope_unit());
      table_.add(table.value, spline.value_unit());
      table_.add(table.slope, spline.slope_unit());
      ends_.push_back(rest_.rows.size() - exact.slope.size());
      ends_.push_back(rest_.rows.size());
    }
  }

  void take_away(const double *direction)
  {
    for (std::size_t row = 0; row < table_.rows.size(); row += channels_) {
      double const part =
          std::inner_product(direction, direction + channels_, table_.rows.data() + row, 0.0);
      for (std::size_t m = 0; m < channels_; ++m) rest_.rows[row + m] -= part * direction[m];
    }
  }

  // Bounds of the errors of values and slopes, net by net, in units of what is allowed.
  [[nodiscard]] std::vector<double> errors() const
  {
    std::vector<double> most;
    std::size_t begin = 0;
    for (std::size_t const end : ends_) {
      double error = 0.0;
      for (std::size_t i = begin; i < end; ++i) error = std::max(error, std::fabs(rest_.rows[i]));
      most.push_back(BETWEEN_PROBES * error);
      begin = end;
    }
    return most;
  }

 private:
  std::size_t channels_;
  Samples rest_;
  Samples table_;
  std::vector<std::size_t> ends_;    // of the values and the slopes of each net
};

// Turns the directions among themselves (Householder's reflections), so that channel a < axis has
// no share in those beyond a.
void turn_to_axis(ChannelBasis &basis, int axis)
{
  auto const full = static_cast<std::size_t>(basis.full);
  std::vector<double> mirror(basis.channels);
  for (int a = 0; a < axis; ++a) {
    double *const column = basis.vector.data() + a;    // channel a: entries `full` apart
    double norm2 = 0.0;
    for (int r = a; r < basis.channels; ++r) {
      mirror[r] = column[r * full];
      norm2 += mirror[r] * mirror[r];
    }
    mirror[a] += std::copysign(std::sqrt(norm2), mirror[a]);
    double const length2 = norm2 - column[a * full] * column[a * full] + mirror[a] * mirror[a];
    if (length2 == 0.0) continue;
    for (std::size_t m = 0; m < full; ++m) {
      double along = 0.0;
      for (int r = a; r < basis.channels; ++r) along += mirror[r] * basis.vector[r * full + m];
      for (int r = a; r < basis.channels; ++r)
        basis.vector[r * full + m] -= 2.0 * along / length2 * mirror[r];
    }
    for (int r = a + 1; r < basis.channels; ++r) column[r * full] = 0.0;    // but for rounding
  }
}

}    // namespace

ChannelBasis find_basis(std::vector<TabulatedNet> &nets, int axis, double tolerance)
{
  ChannelBasis basis;
  basis.full = nets.front().spline.channels;
  basis.channels = basis.full;
  auto const full = static_cast<std::size_t>(basis.full);
  std::vector<double> all = directions(nets, basis.full);
  Residual residual(nets, basis.full);
  for (int r = 0; r < basis.full; ++r) {
    residual.take_away(all.data() + r * full);
    if (r + 1 < axis || r + 1 == basis.full) continue;
    std::vector<double> const errors = residual.errors();
    if (*std::max_element(errors.begin(), errors.end()) > tolerance) continue;
    basis.channels = r + 1;
    all.resize(basis.channels * full);
    basis.vector = std::move(all);
    turn_to_axis(basis, axis);
    for (std::size_t n = 0; n < nets.size(); ++n) {
      EmbeddingSpline &spline = nets[n].spline;
      spline.value_error = errors[2 * n] * spline.value_unit();
      spline.slope_error = errors[2 * n + 1] * spline.slope_unit();
    }
    break;
  }
  return basis;
}

EmbeddingSpline reduced(const EmbeddingSpline &spline, const ChannelBasis &basis)
{
  if (!basis.reduces()) return spline;
  EmbeddingSpline result = spline;
  result.channels = basis.channels;
  result.coefficient.clear();
  for (int c = 0; c < spline.coefficients(); ++c) {
    const double *const from = spline.coefficient.data() + static_cast<std::size_t>(c) * basis.full;
    for (int r = 0; r < basis.channels; ++r)
      result.coefficient.push_back(
          std::inner_product(from, from + basis.full,
                             basis.vector.data() + static_cast<std::size_t>(r) * basis.full, 0.0));
  }
  return result;
}

DenseNet reduced(const DenseNet &fitting, const ChannelBasis &basis, int axis)
{
  if (!basis.reduces()) return fitting;
  DenseNet net = fitting;
  DenseLayer &first = net.front();
  int const width = first.outputs;
  int const row = axis * width;
  // From W[m][a] to W1[m][b] = sum_a V[a][b] W[m][a], then to sum_m V[m][r] W1[m][b].
  std::vector<double> corner(static_cast<std::size_t>(axis) * axis);
  for (int b = 0; b < axis; ++b)
    for (int a = 0; a < axis; ++a)
      corner[b * axis + a] = basis.vector[static_cast<std::size_t>(b) * basis.full + a];
  std::vector<double> half(first.weight.size());
  for (int m = 0; m < basis.full; ++m) {
    std::size_t const place = static_cast<std::size_t>(m) * row;
    blas::multiply(axis, axis, width, corner.data(), first.weight.data() + place,
                   half.data() + place);
  }
  first.inputs = basis.channels * axis;
  first.weight.resize(static_cast<std::size_t>(basis.channels) * row);
  blas::multiply(basis.channels, basis.full, row, basis.vector.data(), half.data(),
                 first.weight.data());
  return net;
}

}    // namespace lbs::deepsea
