#include "prepared_model.hpp"

#include "packed_descriptor.hpp"

#include <algorithm>

namespace lbs::deepsea {

namespace {

PairConstants constants_of(const Model &model, std::size_t pair)
{
  PairConstants c;
  c.from = model.smooth_from;
  c.inverse_width = 1.0 / (model.cutoff - model.smooth_from);
  c.protection = model.protection;
  for (int k = 0; k < 4; ++k) {
    c.average[k] = model.average[pair][k];
    c.inverse_deviation[k] = 1.0 / model.deviation[pair][k];
  }
  return c;
}

void add_to_report(const EmbeddingSpline &spline, Evaluator::TableReport &report)
{
  report.value_error = std::max(report.value_error, spline.value_error);
  report.slope_error = std::max(report.slope_error, spline.slope_error);
  report.value_scale = std::max(report.value_scale, spline.value_scale);
  report.slope_scale = std::max(report.slope_scale, spline.slope_scale);
  if (report.rows_least == 0 || spline.coefficients() < report.rows_least)
    report.rows_least = spline.coefficients();
  report.rows_most = std::max(report.rows_most, spline.coefficients());
}

}    // namespace

template <class Real>
PreparedModel<Real>::PreparedModel(const Model &model, double table_error)
    : source(model), types(model.types()), channels(model.channels()),
      stride(padded<Real>(channels)), neighbors(model.selected_neighbors()),
      tables_used(table_error > 0.0)
{
  // Of one-sided models the centers share nets, and often the statistics: then also the tables.
  struct Known {
    const DenseNet *net;
    double low, high;
  };
  std::vector<Known> known;

  auto const pairs = static_cast<std::size_t>(types) * types;
  constants.resize(pairs);
  padding_row.resize(4 * pairs);
  padded_out.assign(pairs, 0);
  padding_net.resize(pairs);
  table_of.assign(pairs, -1);
  for (int i = 0; i < types; ++i)
    for (int j = 0; j < types; ++j) {
      std::size_t const pair = source.pair(i, j);
      PairConstants &c = constants[pair];
      c = constants_of(source, pair);
      for (int k = 0; k < 4; ++k) {
        padding_row[4 * pair + k] = -c.average[k] * c.inverse_deviation[k];
        if (c.average[k] != 0.0) padded_out[pair] = 1;
      }
      const DenseNet &net = source.embedding_of(i, j);
      double const low = padding_row[4 * pair];
      if (!tables_used) {
        if (padded_out[pair]) evaluate_embedding(net, {low}, padding_net[pair]);
        continue;
      }
      double const high =
          (1.0 / (TABLE_CLOSEST + c.protection) - c.average[0]) * c.inverse_deviation[0];
      auto const same = std::find_if(known.begin(), known.end(), [&](const Known &k) {
        return k.net == &net && k.low == low && k.high == high;
      });
      table_of[pair] = static_cast<int>(same - known.begin());
      if (same == known.end()) {
        EmbeddingSpline const spline = fit_embedding(net, low, high, table_error);
        known.push_back({&net, low, high});
        tables.emplace_back(spline);
        add_to_report(spline, report);
      }
      const EmbeddingTable<Real> &table = tables[table_of[pair]];
      c.low = table.low;
      c.inverse_step = table.inverse_step;
      c.intervals = table.intervals;
      most_coefficients = std::max(most_coefficients, table.coefficients);
    }
  for (const auto &table : tables) report.bytes += table.memory_usage();
  report.closest = tables_used ? TABLE_CLOSEST : 0.0;

  for (const DenseNet &net : source.fitting) {
    FittingInput const input = pack_input(net, channels, source.axis_neurons);
    fitting.emplace_back(input.net);
    fitting_rows.push_back(input.rows);
  }
  source.fitting.clear();    // tens of megabytes, which are in order for the loops now
}

template <class Real> std::size_t PreparedModel<Real>::memory_usage() const
{
  std::size_t bytes = report.bytes;
  for (const auto &net : fitting) bytes += net.memory_usage();
  return bytes;
}

template struct PreparedModel<double>;
template struct PreparedModel<float>;

}    // namespace lbs::deepsea
