// SPDX-License-Identifier: GPL-2.0-only
#include "model_form.hpp"

#include "deepsea/model/atoms.hpp"
#include "deepsea/model/pair_constants.hpp"
#include "support/elements.hpp"

#include <algorithm>
#include <utility>

namespace lbs::deepsea {

namespace {

// Atoms come closer than this part of the sum of their covalent radii only where they collide; and
// than this part of the shortest distance in the training set where the model is out of its depth.
constexpr double COVALENT_PART = 0.75;
constexpr double TRAINED_PART = 0.9;
// A table begins a little before it is needed, for rounding.
constexpr double MARGIN = 1.0e-6;

}    // namespace

ModelForm::ModelForm(const Model &model, double table_error, Form form)
    : source(model), types(model.types()), neighbors(model.selected_neighbors()),
      tables_used(table_error > 0.0)
{
  auto const pairs = static_cast<std::size_t>(types) * types;
  constants.resize(pairs);
  closest.assign(pairs, 0.0);
  padding_row.resize(4 * pairs);
  padded_out.assign(pairs, 0);
  padding_net.resize(pairs);
  if (form == Form::REDUCED) set_closest();
  for (int center = 0; center < types; ++center) {
    for (int neighbor = 0; neighbor < types; ++neighbor) set_constants(center, neighbor);
    ChannelBasis basis;
    basis.full = basis.channels = model.channels();
    if (tables_used) {
      // The splines and the channels that are left out have half of the error each.
      bool const reduce = form == Form::REDUCED && source.fitting[center].front().skips() == 0;
      auto nets = tabulate(center, reduce ? 0.5 * table_error : table_error);
      if (reduce) basis = find_basis(nets, source.axis_neurons, table_error);
      for (int neighbor = 0; neighbor < types; ++neighbor) {
        const EmbeddingSpline &spline = nets[neighbor].spline;
        add_to_report(spline);
        keep_table(source.pair(center, neighbor), reduced(spline, basis));
      }
    }
    int const axis = source.axis_neurons;
    channels.push_back(basis.channels);
    fitting_input.push_back(
        pack_input(reduced(source.fitting[center], basis, axis), basis.channels, axis));
  }
  source.fitting.clear();    // tens of megabytes, which are in fitting_input now
  if (!tables_used) return;
  report.closest = TABLE_CLOSEST;
  for (int const count : channels) report.channels.add(count);
  for (double const distance : closest) report.from.add(std::max(distance, TABLE_CLOSEST));
}

void ModelForm::set_closest()
{
  for (int i = 0; i < types; ++i)
    for (int j = 0; j < types; ++j) {
      double const radii =
          covalent_radius(source.elements[i]) + covalent_radius(source.elements[j]);
      std::size_t const pair = source.pair(i, j);
      closest[pair] =
          std::max({TABLE_CLOSEST, COVALENT_PART * radii, TRAINED_PART * source.shortest[pair]});
    }
}

void ModelForm::set_constants(int center, int neighbor)
{
  std::size_t const pair = source.pair(center, neighbor);
  PairConstants &c = constants[pair];
  c = pair_constants(source, pair);
  for (int k = 0; k < 4; ++k) {
    padding_row[4 * pair + k] = -c.average[k] * c.inverse_deviation[k];
    if (c.average[k] != 0.0) padded_out[pair] = 1;
  }
  if (!tables_used && padded_out[pair])
    evaluate_embedding(source.embedding_of(center, neighbor), {padding_row[4 * pair]},
                       padding_net[pair]);
}

// The nets of all neighbors of a center.
std::vector<TabulatedNet> ModelForm::tabulate(int center, double error)
{
  std::vector<TabulatedNet> nets;
  for (int neighbor = 0; neighbor < types; ++neighbor) {
    std::size_t const pair = source.pair(center, neighbor);
    const PairConstants &c = constants[pair];
    double const end = closest[pair] > 0.0 ? closest[pair] * (1.0 - MARGIN) : TABLE_CLOSEST;
    double const high = (1.0 / (end + c.protection) - c.average[0]) * c.inverse_deviation[0];
    const DenseNet &net = source.embedding_of(center, neighbor);
    nets.push_back({&net, fit_embedding(net, padding_row[4 * pair], high, error)});
  }
  return nets;
}

void ModelForm::add_to_report(const EmbeddingSpline &spline)
{
  report.value_error = std::max(report.value_error, spline.value_error);
  report.slope_error = std::max(report.slope_error, spline.slope_error);
  report.value_scale = std::max(report.value_scale, spline.value_scale);
  report.slope_scale = std::max(report.slope_scale, spline.slope_scale);
  report.rows.add(spline.coefficients());
}

void ModelForm::keep_table(std::size_t pair, EmbeddingSpline spline)
{
  constants[pair].table = spline.scale;
  most_coefficients = std::max(most_coefficients, spline.coefficients());
  splines.push_back(std::move(spline));
}

bool ModelForm::is_less_work(const ModelForm &general) const
{
  if (*std::min_element(channels.begin(), channels.end()) < source.channels()) return true;
  constexpr double MUCH = 0.75;
  const auto rows = [](const ModelForm &form) {
    double sum = 0.0;
    for (const EmbeddingSpline &spline : form.splines) sum += spline.coefficients();
    return sum;
  };
  return rows(*this) < MUCH * rows(general);
}

double ModelForm::least_distance(int center, int neighbor) const
{
  std::size_t const pair = source.pair(center, neighbor);
  return std::max({OVERLAP, source.shortest[pair], closest[pair]});
}

Evaluator::TableReport joined(const Evaluator::TableReport &reduced,
                              const Evaluator::TableReport &general)
{
  Evaluator::TableReport report = reduced;
  report.value_error = std::max(report.value_error, general.value_error);
  report.slope_error = std::max(report.slope_error, general.slope_error);
  report.bytes += general.bytes;
  return report;
}

}    // namespace lbs::deepsea
