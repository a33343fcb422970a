// SPDX-License-Identifier: GPL-2.0-only
#include "embedding_spline.hpp"

#include "linalg/blas.hpp"
#include "support/input_error.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace lbs::deepsea {

namespace {

// The interpolating spline of an endless row of values decays from a disturbance by 0.535 a knot;
// this many knots beyond the ends leave nothing of where the row was cut.
constexpr int BEYOND = 64;
constexpr int FIRST_INTERVALS = 8;
constexpr int MOST_INTERVALS = 16384;    // nets that are trained for long are sharp near the cutoff
constexpr int PROBES = 8;                // in each interval
// Scales that are tried: their `spread` as a part of the table's length. One must do with so much
// of what the best one before it uses.
constexpr double SPREADS[] = {1.0 / 16.0, 4.0, 1.0 / 256.0};
constexpr double WORTH = 0.9;
constexpr double USED_PART = 0.7;    // of a table; nearer neighbors are rare

// Coefficients for values at the knots: column by column, `knots` rows.
void interpolate(int knots, int columns, std::vector<double> &values)
{
  // The splines' values at the knots, as the upper band of a symmetric matrix.
  constexpr int BAND = SPLINE_DEGREE / 2;
  SplineNumbers value;
  SplineNumbers unused;
  spline_weights(0.0, value, unused);
  std::vector<double> band(static_cast<std::size_t>(BAND + 1) * knots);
  for (int k = 0; k < knots; ++k)
    for (int d = 0; d <= BAND; ++d)
      band[static_cast<std::size_t>(k) * (BAND + 1) + BAND - d] = value[BAND + d];
  int const width = BAND;
  int const rows = BAND + 1;
  int info = 0;
  dpbsv_("U", &knots, &width, &columns, band.data(), &rows, values.data(), &knots, &info);
  if (info != 0)
    throw InputError("spline interpolation failed");    // never: the matrix is constant
}

TableScale scale_of(double low, double high, double spread, int intervals)
{
  double const start = std::sqrt(spread);
  return {low, spread, start, intervals / (std::sqrt(high - low + spread) - start), intervals};
}

EmbeddingSpline fit_with(const DenseNet &net, const TableScale &scale)
{
  EmbeddingSpline spline;
  spline.scale = scale;
  int const channels = spline.channels = net.back().outputs;
  // Coefficient c belongs to the spline centered at knot c - 3.
  int const first = -SPLINE_DEGREE / 2 - BEYOND;
  int const knots = scale.intervals + SPLINE_DEGREE + 2 * BEYOND;
  std::vector<double> at(knots);
  for (int k = 0; k < knots; ++k) at[k] = spline.s_at(first + k);
  NetSlopes exact;
  evaluate_embedding(net, at, exact);

  std::vector<double> columns(exact.value.size());
  for (int k = 0; k < knots; ++k)
    for (int m = 0; m < channels; ++m)
      columns[static_cast<std::size_t>(m) * knots + k] =
          exact.value[static_cast<std::size_t>(k) * channels + m];
  interpolate(knots, channels, columns);

  spline.coefficient.resize(static_cast<std::size_t>(spline.coefficients()) * channels);
  for (int c = 0; c < spline.coefficients(); ++c)
    for (int m = 0; m < channels; ++m)
      spline.coefficient[static_cast<std::size_t>(c) * channels + m] =
          columns[static_cast<std::size_t>(m) * knots + c + BEYOND];
  return spline;
}

void measure(const DenseNet &net, const std::vector<double> &at, EmbeddingSpline &spline)
{
  spline.value_error = spline.slope_error = 0.0;
  NetSlopes exact;
  evaluate_embedding(net, at, exact);
  std::vector<double> value;
  std::vector<double> slope;
  for (std::size_t k = 0; k < at.size(); ++k) {
    spline.evaluate(at[k], value, slope);
    for (int m = 0; m < spline.channels; ++m) {
      double const g = exact.value[k * spline.channels + m];
      double const dg = exact.slope[k * spline.channels + m];
      spline.value_scale = std::max(spline.value_scale, std::fabs(g));
      spline.slope_scale = std::max(spline.slope_scale, std::fabs(dg));
      spline.value_error = std::max(spline.value_error, std::fabs(value[m] - g));
      spline.slope_error = std::max(spline.slope_error, std::fabs(slope[m] - dg));
    }
  }
  spline.value_error *= BETWEEN_PROBES;
  spline.slope_error *= BETWEEN_PROBES;
}

// A place in each interval where values and slopes are off by nearly as much as anywhere: enough to
// tell that a spline is too coarse, at a part of the cost.
std::vector<double> few_probes(const EmbeddingSpline &spline)
{
  std::vector<double> at;
  for (int i = 0; i < spline.scale.intervals; ++i) at.push_back(spline.s_at(i + 0.25));
  return at;
}

// The part of a scale's intervals from the cutoff to where the nearest neighbors mostly are: sums
// over a center's neighbors visit these.
double part_in_use(double length, double spread)
{
  double const start = std::sqrt(spread);
  return (std::sqrt(USED_PART * length + spread) - start) / (std::sqrt(length + spread) - start);
}

// A spline as good as it must be; none if that takes more than `most` intervals, or will by the
// rate at which errors fall.
std::optional<EmbeddingSpline> fit_on(const DenseNet &net, double low, double high, double spread,
                                      double tolerance, int most)
{
  int intervals = std::min(FIRST_INTERVALS, most);
  while (true) {
    EmbeddingSpline spline = fit_with(net, scale_of(low, high, spread, intervals));
    auto const excess = [&](const std::vector<double> &at) {
      measure(net, at, spline);
      return std::max(spline.value_error / (tolerance * spline.value_unit()),
                      spline.slope_error / (tolerance * spline.slope_unit()));
    };
    double off = excess(few_probes(spline));
    if (off <= 1.0) off = excess(probes(spline));
    if (off <= 1.0) return spline;
    // The error falls with the seventh power of the step or faster (the slope's).
    double const factor = std::pow(off, 1.0 / SPLINE_DEGREE);
    bool const settled = factor < 2.0;
    if (intervals >= most || (settled && 0.8 * factor * intervals > most)) return std::nullopt;
    intervals = std::min(most, static_cast<int>(std::ceil(intervals * std::min(2.0, factor))) + 1);
  }
}

}    // namespace

double EmbeddingSpline::s_at(double place) const
{
  double const q = scale.start + place / scale.inverse_step;
  return scale.low + q * q - scale.spread;
}

void EmbeddingSpline::evaluate(double s, std::vector<double> &value,
                               std::vector<double> &slope) const
{
  TablePlace const place = table_place(s, scale);
  SplineNumbers weight;
  SplineNumbers derivative;
  spline_weights(place.t, weight, derivative);
  value.assign(channels, 0.0);
  slope.assign(channels, 0.0);
  for (int b = 0; b < SPLINE_SUPPORT; ++b)
    for (int m = 0; m < channels; ++m) {
      double const c = coefficient[static_cast<std::size_t>(place.interval + b) * channels + m];
      value[m] += weight[b] * c;
      slope[m] += derivative[b] * place.dt * c;
    }
}

std::vector<double> probes(const EmbeddingSpline &spline)
{
  std::vector<double> at;
  for (int i = 0; i < spline.scale.intervals * PROBES; ++i)
    at.push_back(spline.s_at(static_cast<double>(i) / PROBES));
  at.push_back(spline.s_at(spline.scale.intervals));
  return at;
}

EmbeddingSpline fit_embedding(const DenseNet &net, double low, double high, double tolerance)
{
  std::optional<EmbeddingSpline> best;
  double least = MOST_INTERVALS / WORTH;    // intervals in use of the best
  for (double const part : SPREADS) {
    double const spread = part * (high - low);
    double const used = part_in_use(high - low, spread);
    int const most = std::min(MOST_INTERVALS, static_cast<int>(WORTH * least / used));
    if (auto spline = fit_on(net, low, high, spread, tolerance, most)) {
      least = used * spline->scale.intervals;
      best = std::move(spline);
    }
  }
  if (best) return *best;
  throw InputError("the embedding net is not smooth enough for a table of error " +
                   text::number(tolerance) + "; give a larger error or 'tabulate off'");
}

}    // namespace lbs::deepsea
