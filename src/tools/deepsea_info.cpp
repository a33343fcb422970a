// SPDX-License-Identifier: GPL-2.0-only
// deepsea info FILE

#include "deepsea_commands.hpp"
#include "program.hpp"

#include "deepsea/file/model_file.hpp"
#include "deepsea/host/evaluator.hpp"
#include "support/input_error.hpp"
#include "support/text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace lbs::deepsea {

namespace {

void line(const char *name, const std::string &value)
{
  if (!value.empty()) std::printf("%-22s %s\n", name, value.c_str());
}

// "1 - 25 - 50 - 100, tanh, skips" with the widths of all layers.
std::string shape_of(const DenseNet &net)
{
  std::string text = std::to_string(net.front().inputs);
  bool skips = false;
  bool timesteps = false;
  for (auto const &layer : net) {
    text += " - " + std::to_string(layer.outputs);
    skips = skips || layer.skip;
    timesteps = timesteps || !layer.timestep.empty();
  }
  text += ", " + name_of(net.front().activation);
  if (skips) text += ", resnet";
  if (timesteps) text += " with resnet_dt";
  return text;
}

// Of all nets in one line, or of each if they differ.
void print_nets(const char *name, const std::vector<DenseNet> &nets)
{
  auto const first = shape_of(nets.front());
  bool const alike = std::all_of(nets.begin(), nets.end(),
                                 [&](const DenseNet &net) { return shape_of(net) == first; });
  if (alike) line(name, std::to_string(nets.size()) + " x " + first);
  else
    for (std::size_t k = 0; k < nets.size(); ++k)
      line(k == 0 ? name : "", std::to_string(k) + ": " + shape_of(nets[k]));
}

std::size_t weights_of(const Model &model)
{
  std::size_t count = 0;
  for (auto const *nets : {&model.embedding, &model.fitting})
    for (auto const &net : *nets)
      for (auto const &layer : net)
        count += layer.weight.size() + layer.bias.size() + layer.timestep.size();
  return count;
}

template <class Value> std::string numbers(const std::vector<Value> &values)
{
  std::vector<std::string> words;
  for (auto const value : values) words.push_back(text::number(value));
  return text::joined(words);
}

// Pairs of elements for which `tell` has something to say.
template <class Tell> std::string pairs(const Model &model, const Tell &tell)
{
  std::vector<std::string> words;
  for (int a = 0; a < model.types(); ++a)
    for (int b = a; b < model.types(); ++b) {
      std::optional<std::string> const said = tell(model.pair(a, b));
      if (said)
        words.push_back(model.elements[static_cast<std::size_t>(a)] + "-" +
                        model.elements[static_cast<std::size_t>(b)] + *said);
    }
  return text::joined(words);
}

void print_contract(const Model &model)
{
  line("elements", text::joined(model.elements));
  line("units", "A, eV");
  line("cutoff rc", text::number(model.cutoff) + " A");
  line("switch from rcs", text::number(model.smooth_from) + " A");
  if (model.protection > 0.0) line("protection", text::number(model.protection) + " A");
  line("sel", numbers(model.selection) + " (sum " + std::to_string(model.selected_neighbors()) +
                  ", for normalization only)");
  line("precision", model.precision == Precision::SINGLE ? "trained in single" : "double");
  line("embedding", model.one_side ? "by the neighbor's type" : "by both types");
  print_nets("embedding nets", model.embedding);
  line("axis neurons", std::to_string(model.axis_neurons));
  line("descriptor", std::to_string(model.descriptor_size()));
  print_nets("fitting nets", model.fitting);
  line("weights", std::to_string(weights_of(model)));
  line("energy bias", numbers(model.energy_bias) + " eV");
  line("excluded pairs", pairs(model, [&](std::size_t pair) {
         return model.excluded[pair] != 0 ? std::optional("") : std::nullopt;
       }));
  auto const shortest = pairs(model, [&](std::size_t pair) {
    return model.shortest[pair] > 0.0 ? std::optional(" " + text::number(model.shortest[pair]))
                                      : std::nullopt;
  });
  line("shortest distances", shortest.empty() ? "not known" : shortest + " A");
  line("highest temperature",
       model.hottest > 0.0 ? text::number(model.hottest) + " K" : "not known");
}

// The table that pair_style deepsea makes of the embedding nets, with its default settings.
void print_table(const Model &model)
{
  Evaluator::TableReport report;
  try {
    report = Evaluator(model, EvaluatorSettings()).table_report();
  } catch (const InputError &) {    // of corners, as relu has them
    line("embedding table", "none: the embedding nets are not smooth enough for an error of " +
                                text::number(EvaluatorSettings().table_tolerance()) +
                                "; the pair style needs 'tabulate off'");
    return;
  }
  auto const error = [](double absolute, double scale) {
    return text::number(absolute, 2) + " of at most " + text::number(scale, 3);
  };
  line("embedding table", text::number(double(report.bytes) / 1048576.0, 3) + " MiB, " +
                              to_text(report.rows) + " rows for a pair");
  line("  error of values", error(report.value_error, report.value_scale));
  line("  error of slopes", error(report.slope_error, report.slope_scale));
  line("  channels kept", to_text(report.channels) + " of " + std::to_string(model.channels()));
  if (report.channels.least < model.channels())
    line("  all of them",
         "where a neighbor is nearer than " + to_text(report.from) + " A, by the pair");
  line("  from", text::number(report.closest, 4) + " A; networks below");
}

}    // namespace

void add_info(CLI::App &program)
{
  auto const path = std::make_shared<std::string>();
  auto *command = program.add_subcommand("info", "print the contract of a deepsea model");
  command->add_option("FILE", *path, "deepsea model")->required()->transform(potential_file, "");
  command->callback([path] {
    auto const model = read_model(*path);
    print_contract(model);
    print_table(model);
    line("source", model.provenance.source);
    line("software", model.provenance.software);
    line("training", model.provenance.training);
    line("citation", model.provenance.citation);
    line("sha256", model.sha256);
  });
}

}    // namespace lbs::deepsea
