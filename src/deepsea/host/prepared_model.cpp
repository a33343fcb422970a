// SPDX-License-Identifier: GPL-2.0-only
#include "prepared_model.hpp"

#include <algorithm>

namespace lbs::deepsea {

template <class Real>
PreparedModel<Real>::PreparedModel(const Model &model, double table_error, Form form)
    : ModelForm(model, table_error, form)
{
  for (EmbeddingSpline &spline : splines) {
    tables.emplace_back(spline);
    spline.coefficient = {};
  }
  for (const auto &table : tables) report.bytes += table.memory_usage();
  for (int center = 0; center < types; ++center) {
    stride.push_back(padded<Real>(channels[center]));
    fitting.emplace_back(fitting_input[center].net);
    fitting_rows.push_back(fitting_input[center].rows);
    fitting_input[center] = {};
  }
}

template <class Real> int PreparedModel<Real>::widest() const
{
  return *std::max_element(stride.begin(), stride.end());
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
