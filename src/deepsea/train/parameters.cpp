// SPDX-License-Identifier: GPL-2.0-only
#include "parameters.hpp"

#include "dual_net.hpp"

#include <algorithm>

namespace lbs::deepsea {

namespace {

// Visits the arrays of numbers of a model in the order of ParameterLayout.
template <class SomeModel, class Visit> void over_numbers(SomeModel &model, Visit visit)
{
  for (auto *nets : {&model.embedding, &model.fitting})
    for (auto &net : *nets)
      for (auto &layer : net) {
        visit(layer.weight);
        visit(layer.bias);
        visit(layer.timestep);
      }
  visit(model.energy_bias);
}

}    // namespace

ParameterLayout::ParameterLayout(const Model &model)
{
  const auto place = [&](const std::vector<DenseNet> &nets, std::vector<std::size_t> &places) {
    for (const DenseNet &net : nets) {
      places.push_back(count);
      count += parameter_count(net);
    }
  };
  place(model.embedding, embedding);
  place(model.fitting, fitting);
  bias = count;
  count += model.energy_bias.size();
}

std::vector<double> parameters_of(const Model &model)
{
  std::vector<double> all;
  over_numbers(model, [&](const std::vector<double> &numbers) {
    all.insert(all.end(), numbers.begin(), numbers.end());
  });
  return all;
}

void set_parameters(const std::vector<double> &parameters, Model &model)
{
  const double *from = parameters.data();
  over_numbers(model, [&](std::vector<double> &numbers) {
    std::copy_n(from, numbers.size(), numbers.begin());
    from += numbers.size();
  });
}

}    // namespace lbs::deepsea
